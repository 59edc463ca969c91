# SPDX-License-Identifier: Apache-2.0
"""Places in disk images, and other bytes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk import disk

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["place", "poke"]


def place(path: Path, name: str) -> int:
    """Where a partition begins."""
    with path.open("rb") as file:
        found = disk.read(file).find(name)
    assert found
    return found.offset


def poke(path: Path, offset: int, data: bytes) -> None:
    """Write over something in a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)
