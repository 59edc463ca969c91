# SPDX-License-Identifier: Apache-2.0
"""Makes a plan: a pure function of board, handset and images."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from mvpsdk.core.facade import CONSTANTS, WINDOW_SIZE
from mvpsdk.errors import Fault, PlanError
from mvpsdk.plan import space
from mvpsdk.plan.cores import check_cores
from mvpsdk.plan.delegating import delegated
from mvpsdk.plan.firmware import IPA_END, realtime_partition
from mvpsdk.plan.firmware import NAME as REALTIME
from mvpsdk.plan.model import Placement, Plan
from mvpsdk.plan.pack import check, lay_out
from mvpsdk.plan.persona import persona_partition
from mvpsdk.plan.rom import flash_memory, rom_partition
from mvpsdk.units import BLOCK, MIB, Pa, Range, align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mvpsdk.board.model import Board
    from mvpsdk.handset.model import Handset
    from mvpsdk.image.model import ImageFacts
    from mvpsdk.plan.model import Partition

__all__ = ["make", "window"]


def make(board: Board, handset: Handset, facts: Mapping[str, ImageFacts]) -> Plan:
    """Place everything that a handset consists of on a board.

    facts: of each image by its role: those of `handset.inputs()`, and `realtime` for firmware that
    was built from source.

    Raises PlanError, with all that doesn't fit; and if the core would refuse the plan, with both
    parties to the collision.
    """
    handset = handset.for_board(board.name)
    _check_board(board, handset)
    placements = _Placements(board)
    window = placements.window()
    realtime, personas = _place_ram(placements, handset, facts)
    partitions = tuple(_partitions(board, handset, facts, (realtime, personas)))
    partitions = delegated(handset, partitions, placements.part)
    plan = Plan(
        board=board,
        handset=handset,
        window=window,
        pack=Range(Pa(0), 0),
        meta_size=0,
        total_size=0,
        placements=(),
        partitions=partitions,
        default_persona=handset.boot.default,
    )
    plan = lay_out(plan)
    pack = placements.pack(plan.total_size)
    plan = replace(plan, pack=pack, placements=placements.told())
    check(plan)
    return plan


def _check_board(board: Board, handset: Handset) -> None:
    if board.name not in handset.boards:
        raise PlanError(
            f'handset "{handset.name}" is not made for board "{board.name}"'
            f" (handset.boards: {', '.join(handset.boards)})",
            place=handset.place("handset.boards"),
            hint="choose one of these, or add the board",
        )
    if board.el2.startswith("taken"):
        raise PlanError(
            f'board "{board.name}": EL2 is {board.el2}; no other hypervisor can start there',
            place=board.place("board.el2"),
            hint='free it, and write board.el2 = "unlocked: <evidence>"',
            rule="BRD003",
        )
    if board.cpu.bring_up == "psci-hvc":
        raise PlanError(
            f'board "{board.name}": PSCI is called by HVC, so somebody at EL2 answers it;'
            " no other hypervisor can start there",
            place=board.place("cpu.bring-up"),
            hint="if EL2 is free after all, its firmware answers by SMC: cpu.bring-up = psci-smc",
            rule="BRD003",
        )


_DIRECT = "the lowest free 2 MiB boundary; its map is direct, so this is its address too"
_BEYOND = "the lowest free 2 MiB boundary; beyond 512 GiB, so its own address is a lower one"


_REACHED = 1 << 32
"""Up to where a boot loader reads files to."""
_BOOT_LOADER = 64 * MIB
"""At the end of RAM: the boot loader itself, its stack, its heap; mvpsdk.uboot keeps clear, too."""


def window(board: Board) -> Range[Pa]:
    """Return where the hypervisor lies on a board. Raises PlanError if there is no room."""
    return _Placements(board).window()


class _Placements:
    """Physical memory as it fills up, and the reason for each piece."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.free = space.free(board.memory, [area.range for area in board.reserved])
        self.made: list[Placement] = []

    def window(self) -> Range[Pa]:
        """Place the hypervisor where boot loaders put an arm64 Image, if that is free."""
        usual = Range(Pa(align_up(self.board.memory[0].base, BLOCK) + BLOCK), WINDOW_SIZE)
        if any(run.contains(usual) for run in self.free):
            why = "where most boot loaders put an arm64 Image: nothing has to be moved"
            return self._take(usual, "hypervisor", "window", why)
        found = space.lowest(self.free, WINDOW_SIZE, BLOCK)
        if found is None:
            raise self._full("the hypervisor's window", WINDOW_SIZE, "board.memory")
        why = f"the lowest free 2 MiB block: {usual} is not free"
        return self._take(found, "hypervisor", "window", why)

    def ram(self, owner: str, size: int, why: str) -> Range[Pa]:
        """Place RAM at the lowest free 2 MiB boundary, so that stage-2 maps it by whole blocks."""
        found = space.lowest(self.free, size, BLOCK)
        if found is None:
            raise self._full(f"RAM of {owner}", size, "memory")
        return self._take(found, owner, "ram", why)

    def pack(self, size: int) -> Range[Pa]:
        """Place the pack at the top, out of the way of what grows from below."""
        found = space.highest(self.free, size, BLOCK)
        if found is None:
            raise self._full("the pack with all images", size, "memory")
        why = "the top of RAM: pristine copies of all images stay there"
        return self._take(found, "pack", "images", why)

    def part(self, name: str, size: int) -> Range[Pa]:
        """Place what a boot loader reads while it lies at the end of RAM itself."""
        ends = [min(bank.end, _REACHED) - _BOOT_LOADER for bank in self.board.memory]
        kept = [
            Range(Pa(max(end, bank.base)), bank.end - max(end, bank.base))
            for bank, end in zip(self.board.memory, ends, strict=True)
        ]
        found = space.highest(space.free(self.free, kept), size, BLOCK)
        if found is None:
            raise self._full(f"the part of {name}", size, "update-room")
        why = "below where boot loaders lie, which put it there; no partition reaches it"
        return self._take(found, name, "part", why)

    def told(self) -> tuple[Placement, ...]:
        """Return all placements from low to high, now that the head room is known."""
        return tuple(
            replace(made, head_room=self._head_room(made))
            for made in sorted(self.made, key=lambda made: made.range.base)
        )

    def _head_room(self, made: Placement) -> int:
        if made.what == "window":
            return 0
        gap = space.gap_below if made.what in {"images", "part"} else space.gap_above
        return gap(self.free, made.range)

    def _take(self, taken: Range[Pa], owner: str, what: str, why: str) -> Range[Pa]:
        self.free = space.free(self.free, [taken])
        self.made.append(Placement(owner=owner, what=what, range=taken, why=why, head_room=0))
        return taken

    def _full(self, what: str, need: int, key: str) -> PlanError:
        have = space.largest(self.free, BLOCK)
        return PlanError(
            f"{what} needs {describe_size(need)} ({need:#x} bytes) in one piece; board"
            f' "{self.board.name}" has {describe_size(have)} ({have:#x} bytes) left',
            place=self.board.place("memory[0]"),
            hint=f"give less {key} to the partitions, or correct [[memory]] and [[reserved]]",
            rule="MEM003",
            parties=((what, f"{need:#x}"), (f'board "{self.board.name}"', f"{have:#x}")),
        )


def _place_ram(
    placements: _Placements, handset: Handset, facts: Mapping[str, ImageFacts]
) -> tuple[Pa, Pa]:
    """Place the partitions' RAM; return where the realtime one's and the personas' stands."""
    realtime = personas = Pa(0)
    if handset.realtime:
        found = placements.ram(REALTIME, handset.realtime.memory, _DIRECT)
        if found.end > IPA_END:
            placements.made[-1] = replace(placements.made[-1], why=_BEYOND)
        realtime = found.base
    if handset.personas:
        names = " or ".join(persona.name for persona in handset.personas)
        needs = {each.name: each.memory + flash_memory(each, facts) for each in handset.personas}
        largest = max(needs, key=lambda name: needs[name])
        why = "the lowest free 2 MiB boundary"
        if len(handset.personas) > 1:
            why += f"; personas take turns, {largest} needs the most"
        if any(persona.rom for persona in handset.personas):
            why += "; what flash holds stands behind the RAM"
        personas = placements.ram(names, needs[largest], why).base
    return realtime, personas


def _partitions(
    board: Board, handset: Handset, facts: Mapping[str, ImageFacts], ram: tuple[Pa, Pa]
) -> Iterator[Partition]:
    """Lay out every partition. Raises PlanError with the faults of all of them."""
    faults = [*_pins(handset, facts), *_count(handset), *check_cores(board, handset)]
    jobs: list[Callable[[], Partition]] = [
        partial(
            rom_partition if persona.rom else persona_partition,
            *(board, handset, persona, facts, ram[1]),
        )
        for persona in handset.personas
    ]
    if handset.realtime:
        jobs.insert(0, partial(realtime_partition, board, handset, facts, ram[0]))
    for job in jobs:
        try:
            yield job()
        except PlanError as error:
            faults += error.faults
    if faults:
        raise PlanError.of(faults)


def _count(handset: Handset) -> Iterator[Fault]:
    """Find partitions beyond what a pack holds."""
    have = len(handset.personas) + (handset.realtime is not None)
    most = CONSTANTS["MAX_PARTITIONS"]
    if have > most:
        yield Fault(
            message=f"{have} partitions in all; the hypervisor has room for {most}",
            place=handset.place(f"persona[{len(handset.personas) - 1}]"),
            hint="leave a persona out, or make two handsets of this one",
        )


def _pins(handset: Handset, facts: Mapping[str, ImageFacts]) -> Iterator[Fault]:
    """Compare each image with the digest that the handset file has for it."""
    for role, image in handset.inputs().items():
        found = facts[role].sha256 if role in facts else ""
        if found and image.sha256 and found != image.sha256:
            yield Fault(
                message=f"{role}: {image} has SHA-256 {found},"
                f" the handset file says {image.sha256}",
                place=handset.place(handset.key(role)),
                hint="restore the file, or correct the digest if the new one is meant",
                rule="BND001",
            )
