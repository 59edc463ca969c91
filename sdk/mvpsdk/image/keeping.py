# SPDX-License-Identifier: Apache-2.0
"""Keeps the facts of images in the cache, by what the files hold.

A key names all that the facts depend on: the file's SHA-256, what it is for, our own readers as
they are, and the libraries that they use.
"""

from __future__ import annotations

import importlib.metadata
from contextlib import suppress
from functools import cache as once
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.core import fingerprint
from mvpsdk.errors import MvpError
from mvpsdk.image import codec
from mvpsdk.image.worker import Answer
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mvpsdk.store.cache import Cache

    Key = tuple[str, str]  # SHA-256, and what the file is for

__all__ = ["keep_all", "recall_all"]

KIND = "facts"
"""The folder of the cache."""
MOST = 64 * MIB
"""Bytes that are kept; the oldest go first."""
LIBRARIES = ("lief", "lz4", "pyelftools", "zstandard")


@once
def edition() -> str:
    """Return a digest over everything that facts depend on but the file itself."""
    total = sha256(fingerprint.digest())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        total.update(path.read_bytes())
    for name in LIBRARIES:
        total.update(f"{name} {_version(name)}\n".encode())
    return total.hexdigest()


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def recall_all(cache: Cache | None, keys: Iterable[Key]) -> dict[Key, Answer]:
    """Return what is kept of files; what is damaged is not there."""
    if cache is None:
        return {}
    found = {}
    for key in keys:
        with suppress(codec.CodecError, ValueError, TypeError):
            fields = codec.loads(cache.note(KIND, _name(key)) or b"")
            found[key] = Answer(fields={**fields})
    return found


def keep_all(cache: Cache | None, answers: Mapping[Key, Answer]) -> None:
    """Keep what was found, but no failure: next time it may end otherwise.

    A cache that can't be written only costs time.
    """
    if cache is None:
        return
    with suppress(MvpError):
        for key, answer in answers.items():
            if not answer.stopped:
                cache.jot(KIND, _name(key), codec.dumps(answer.fields))
        cache.prune(KIND, MOST)


def _name(key: Key) -> str:
    return sha256("\0".join([edition(), *key]).encode()).hexdigest()
