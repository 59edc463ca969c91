# SPDX-License-Identifier: Apache-2.0
"""What is known of a device, as frozen facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["DeviceFacts", "Partition"]

SLOTS = ("boot_a", "boot_b")
"""Partitions that hold a signed bundle."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Partition:
    """A partition of the device's disk."""

    name: str
    size: int  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceFacts:
    """What a bundle must fit."""

    path: Path  # of the file that says so
    board: str
    compatible: str = ""  # of the board's device tree; "": not known
    rollback_index: int = 0  # bundles with a lower one are refused
    control_tree: Path | None = None  # U-Boot's, with the public keys
    partitions: tuple[Partition, ...] = ()

    @property
    def slots(self) -> tuple[Partition, ...]:
        """Where a bundle is flashed to."""
        return tuple(each for each in self.partitions if each.name in SLOTS)
