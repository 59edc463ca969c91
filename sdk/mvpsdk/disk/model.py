# SPDX-License-Identifier: Apache-2.0
"""A disk as its GUID partition table tells it (UEFI 2.10, section 5.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uuid import UUID

__all__ = ["BLOCK", "Disk", "Partition"]

BLOCK = 512
"""Bytes of a logical block. Disks with larger ones have another table, and are not read here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Partition:
    """One entry of the table."""

    name: str  # at most 36 UTF-16 units
    type: UUID
    guid: UUID  # its own
    first: int  # block
    last: int  # block, inclusive
    attributes: int = 0

    @property
    def offset(self) -> int:
        """Where it begins, in bytes from the start of the disk."""
        return self.first * BLOCK

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return (self.last - self.first + 1) * BLOCK


@dataclass(frozen=True, kw_only=True, slots=True)
class Disk:
    """A whole table. Partitions stand in the order of their entries; no two share a block."""

    guid: UUID
    blocks: int  # of the disk, both tables included
    first_usable: int
    last_usable: int  # inclusive
    partitions: tuple[Partition, ...]
    damage: tuple[str, ...] = ()  # what is wrong with the copy that was not used, or between both

    @property
    def size(self) -> int:
        """Bytes of the disk."""
        return self.blocks * BLOCK

    def find(self, name: str) -> Partition | None:
        """Return the first partition of that name, as boot loaders do."""
        return next((each for each in self.partitions if each.name == name), None)
