# SPDX-License-Identifier: Apache-2.0
"""The kernel inside a container: unpacked into a file of its own, and read as any other."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk.image.container import Container, Part, pieces
from mvpsdk.image.model import Stop
from mvpsdk.image.raw import mapped
from mvpsdk.image.unpacking import DamagedError, UnreadError, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.image.raw import Raw

__all__ = ["Inside", "chosen", "content", "look"]

DEEPEST = 3
"""Containers in containers that are opened: a zboot in a FIT in a packed file."""
_KERNELS = ("kernel", "firmware", "payload", "program")
_BOOTABLE = frozenset({"arm64-image", "elf", "pe", "zimage", "efi-zboot", "fit", "uimage"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Inside:
    """A part as if it were a file: what it is, and fields of ImageFacts."""

    name: str
    format: str
    size: int
    sha256: str
    fields: dict[str, Any] = field(default_factory=dict)
    stopped: tuple[Stop, ...] = ()


def look(raw: Raw) -> dict[str, Any]:
    """Unpack the kernel of a container, and read it; {} if there is none that can be read."""
    container = raw.found.get("container")
    part = chosen(container) if isinstance(container, Container) and raw.depth < DEEPEST else None
    if part is None:
        return {}
    digest, size = hashlib.sha256(), 0
    with tempfile.TemporaryFile(prefix="mvpsdk-") as file:
        try:
            for piece in content(raw, part):
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        except (DamagedError, UnreadError) as wrong:
            faults = raw.found.get("faults", ())
            return {"faults": (*faults, f"{part.name}: {wrong}")}
        file.flush()
        path = Path(f"/dev/fd/{file.fileno()}")
        return {"inside": _read(path, part.name, raw.depth + 1, size, digest.hexdigest())}


def chosen(container: Container) -> Part | None:
    """Return the part that a CPU could run, once it is unpacked; None: there is none."""
    parts = (part for part in container.parts if part.kind in _KERNELS)
    return next((part for part in parts if (part.holds or part.format) in _BOOTABLE), None)


def content(raw: Raw, part: Part) -> Iterator[bytes]:
    """Yield a part's bytes, unpacked if it is packed. Raises DamagedError and UnreadError."""
    if part.holds:
        return unpacked(raw.data, part.offset, part.offset + part.size, part.format)
    return pieces(raw, part.offset, part.size)


def _read(path: Path, name: str, depth: int, size: int, digest: str) -> Inside:
    """Ask every reader; who fails is named."""
    from mvpsdk.image.readers import READERS

    stopped = []
    with mapped(path, "kernel", depth) as raw:
        for reader, read in READERS.items():
            try:
                raw.found.update(read(raw))
            except Exception as error:  # noqa: BLE001 - a hostile file makes a reader raise anything
                said = f"{type(error).__name__}: {error}"[:200]
                stopped.append(Stop(reader=reader, failure="failed", detail=said))
        return Inside(
            name=name,
            format=raw.format,
            size=size,
            sha256=digest,
            fields=raw.found,
            stopped=tuple(stopped),
        )
