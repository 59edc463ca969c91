# SPDX-License-Identifier: Apache-2.0
"""What a boot script has to know of the board that it runs on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError
from mvpsdk.units import MIB, Pa, Range, align_down, align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mvpsdk.board import Board

__all__ = ["HEAD", "Storage", "Target", "room"]

HEAD = 64 * 1024
"""Bytes of a slot that are read first; the FIT's tree must lie within."""
_KEPT = 64 * MIB
"""At the end of RAM: U-Boot itself, its heap, its stack, and the tree that it hands over."""
_LOW = 64 * MIB
"""At RAM's start, where loaders put kernels: the hypervisor's window is here as a rule."""
_LEAST = 8 * MIB


@dataclass(frozen=True, kw_only=True, slots=True)
class Storage:
    """Where the slots are, as U-Boot's commands name it."""

    device: str  # "virtio 0", "mmc 0"

    @property
    def kind(self) -> str:
        """The command that reads and writes its blocks."""
        return self.device.partition(" ")[0]

    @property
    def scan(self) -> str:
        """The command that makes it known, and the one that is read."""
        number = self.device.partition(" ")[2]
        select = f"{self.kind} dev {number}"
        return f"{self.kind} scan; {select}" if self.kind in {"virtio", "scsi", "nvme"} else select

    @classmethod
    def parse(cls, text: str) -> Storage:
        """Read "virtio 0". Raises InputError if it isn't that."""
        kind, _, number = text.partition(" ")
        if not (kind.isascii() and kind.isalpha() and number.isascii() and number.isdigit()):
            raise InputError(f"no device of U-Boot's: {text!r}", hint='write it as "mmc 0"')
        return cls(device=text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The board as a boot script sees it."""

    compatible: str  # of the board: a bundle for another one is refused
    storage: Storage
    room: Range[Pa]  # RAM that is free while U-Boot runs: a slot is read there

    @classmethod
    def of(cls, board: Board, storage: Storage) -> Target:
        """Take a board's facts. Raises InputError without room, PlanError without a window."""
        from mvpsdk import plan

        taken = [plan.window(board), *(area.range for area in board.reserved)]
        free = room(board.memory, taken, board=board.name)
        return cls(compatible=board.compatible, storage=storage, room=free)


def room(banks: Sequence[Range[Pa]], taken: Iterable[Range[Pa]], *, board: str) -> Range[Pa]:
    """Return RAM for a slot: the largest piece that is nobody's, clear of U-Boot and below 4 GiB.

    taken: what is reserved, and the hypervisor's window.

    Raises InputError if there is too little.
    """
    from mvpsdk.plan import space

    runs = space.free([_inner(bank) for bank in banks if _inner(bank).size > 0], taken)
    pieces = [_whole(run) for run in runs]
    best = max(pieces, key=lambda piece: piece.size, default=Range(Pa(0), 0))
    if best.size < _LEAST:
        raise InputError(
            f"{board} has no room for a slot while U-Boot runs: {describe_size(max(best.size, 0))}"
            " in one piece",
            hint=f"besides the first and the last {describe_size(_KEPT)} of a bank of RAM,"
            f" {describe_size(_LEAST)} must be free",
        )
    return best


def _inner(bank: Range[Pa]) -> Range[Pa]:
    base, end = bank.base + _LOW, min(bank.end, 1 << 32) - _KEPT
    return Range(Pa(base), end - base)


def _whole(run: Range[Pa]) -> Range[Pa]:
    base = align_up(run.base, MIB)
    return Range(Pa(base), align_down(run.end, MIB) - base)
