# SPDX-License-Identifier: Apache-2.0
"""An image's bytes, as the readers get them."""

from __future__ import annotations

import mmap
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mvpsdk.image.wrappers import HEAD_SIZE, recognise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Raw", "mapped"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """One mapped file.

    Attributes:
        data: its bytes; they may be anything.
        path: where it lies, for libraries that open it themselves.
        part: what it is for: "kernel", "ramdisk", "realtime", "rom", "vars", "image" or "".
        format: by its first bytes, see `wrappers.recognise`.
        depth: containers around it that were opened.
        found: what the readers before have found, by field of ImageFacts.
    """

    data: mmap.mmap
    path: Path
    part: str
    format: str
    depth: int = 0
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data)

    @property
    def head(self) -> bytes:
        """Its first bytes, HEAD_SIZE at most."""
        return self.data[:HEAD_SIZE]


@contextmanager
def mapped(path: Path, part: str, depth: int = 0) -> Iterator[Raw]:
    """Map a file. Raises OSError if it can't be read, ValueError if it is empty."""
    with (
        path.open("rb") as stream,
        mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        kind = recognise(data[:HEAD_SIZE])
        yield Raw(data=data, path=path, part=part, format=kind, depth=depth)
