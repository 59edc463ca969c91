# SPDX-License-Identifier: Apache-2.0
"""Turns the hypervisor's verdict over a plan into the findings of the rules that speak for it.

A rule names the reasons (enum mvp_reason) that are its own, and a sentence for each. The core stops
at the first thing that it refuses; the rules whose reason that is not can't tell, and say so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.core.facade import (
    WINDOW_SIZE,
    ImageKind,
    MemoryKind,
    PartitionKind,
    Reason,
    RegionKind,
    Table,
)
from mvpsdk.lint.model import Flaw, NotChecked, Party
from mvpsdk.units import Range

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mvpsdk.core.facade import (
        Pack,
        PackBoard,
        PackImage,
        PackRegion,
        Verdict,
    )
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import PlanSubject

__all__ = ["PLANNERS_OWN", "refusals"]

PLANNERS_OWN = frozenset(
    {
        "MVP_CONFIG_BOARD",
        "MVP_CONFIG_PARTITION",
        "MVP_CONFIG_VCPU",
        "MVP_CONFIG_REGION",
        "MVP_CONFIG_CHANNEL",
        "MVP_CONFIG_IMAGE",
        "MVP_CONFIG_SMMU",
        "MVP_CONFIG_DELEGATE",
    }
)
"""Reasons for which no rule speaks: what a person writes is checked for them when it is read."""

BOOTS_OWN = ("MVP_ENTRY_", "MVP_RUN_", "MVP_PART_")
"""How reasons begin that only a boot brings about: `mvpsdk decode` speaks of those."""

_JUDGED = ("MVP_CONFIG_ENTRY", "MVP_CONFIG_INTERRUPT")
"""Of the reasons that aren't about memory, those for which a rule speaks."""

_GUEST = (Reason.MEM_IPA_OVERLAP, Reason.MEM_IPA_RANGE, Reason.MEM_IMAGE, Reason.CONFIG_ENTRY)
"""Reasons that are about guest addresses; the others are about physical ones."""

_PARTS = {
    ImageKind.KERNEL: "kernel",
    ImageKind.RAMDISK: "ramdisk",
    ImageKind.SEGMENT: "image",
}
"""The key that names the file of an image; the device tree has none: the planner writes it."""


def refusals(subject: PlanSubject, says: Mapping[str, str], fix: str) -> Iterator[Observation]:
    """Yield the finding of a rule, if the hypervisor refuses the plan for one of its reasons.

    says: by reason, a sentence with places for {this}, {that}, {value} and {bound}.
    """
    verdict = subject.verdict
    reason = f"MVP_{verdict.reason.name}"
    if verdict.ok:
        return
    if reason not in says:
        yield _elsewhere(verdict, reason)
        return
    this, that = _parties(subject, verdict)
    key = _key(subject.pack, verdict.table, verdict.index)
    values = {"value": f"{verdict.value:#x}", "bound": f"{verdict.bound:#x}"}
    yield Flaw(
        subject=key,
        message=says[reason].format(this=_text(this), that=_text(that), **values),
        parties=(
            replace(this, place=subject.bench.place(key)),
            replace(that, place=subject.bench.place(_other_key(subject.pack, verdict))),
        ),
        fix=fix,
    )


def _elsewhere(verdict: Verdict, reason: str) -> NotChecked:
    """Say why a rule can't tell: the core stopped before, or the planner itself is wrong."""
    if reason.startswith("MVP_MEM_") or reason in _JUDGED:
        why = f"the hypervisor stops at the first thing it refuses: {verdict.reason.text}"
        return NotChecked(reason=why)
    return NotChecked(
        reason=f"mvpsdk made a plan that its own hypervisor refuses ({reason}, table"
        f" {verdict.table.name.lower()} entry {verdict.index}: {verdict.value:#x} against"
        f" {verdict.bound:#x}); please report this bug",
        failed=True,
    )


def _text(party: Party) -> str:
    return f"{party.name} {party.value}"


def _parties(subject: PlanSubject, verdict: Verdict) -> tuple[Party, Party]:
    """Name the two entries that collide; the bound, where there is no second one."""
    guest = verdict.reason in _GUEST
    this = _party(subject, verdict.table, verdict.index, verdict.value, guest=guest)
    if verdict.reason is Reason.MEM_OUTSIDE_RAM:
        return this, _banks(subject.pack)
    if verdict.other_index is None:
        return this, Party(name="bound", value=f"{verdict.bound:#x}")
    other = (verdict.other_table, verdict.other_index)
    return this, _party(subject, *other, verdict.bound, guest=guest)


def _party(
    subject: PlanSubject, table: Table, index: int | None, address: int, *, guest: bool
) -> Party:
    """Name one entry of the pack's tables, with its range in the addresses that matter."""
    pack = subject.pack
    if index is None:
        return Party(name="the plan as a whole", value=f"{address:#x}")
    match table:
        case Table.REGION:
            region = pack.regions[index]
            base = region.ipa if guest else region.pa
            return _ranged(_region_name(subject, region), base, region.size)
        case Table.IMAGE:
            image = pack.images[index]
            return _ranged(image.name, image.load, image.memory)
        case Table.MEMORY:
            memory = pack.memory[index]
            return _ranged(f'{memory.kind.name.lower()} "{memory.name}"', memory.base, memory.size)
        case Table.PARTITION | Table.INTERRUPT:
            return _entry_party(subject, table, index, address)
    return _board_party(pack, address)


def _banks(pack: Pack) -> Party:
    """All RAM together is what something lies outside of: no entry of the table is the other."""
    banks = [memory for memory in pack.memory if memory.kind is MemoryKind.RAM]
    value = ", ".join(str(Range(bank.base, bank.size)) for bank in banks)
    return Party(name=f'RAM of board "{pack.boards[0].name}"', value=value)


def _ranged(name: str, base: int, size: int) -> Party:
    return Party(name=name, value=str(Range(base, size)))


def _region_name(subject: PlanSubject, region: PackRegion) -> str:
    """Name a region as people do: `RAM of "work"`, `gpio of "realtime"`."""
    partition = subject.plan.partitions[region.partition]
    kind = region.kind.name.lower()
    same = (each for each in partition.regions if (each.kind, each.ipa.base) == (kind, region.ipa))
    name = next((each.name for each in same), kind)
    return f'{name.replace("ram", "RAM")} of "{partition.name}"'


def _entry_party(subject: PlanSubject, table: Table, index: int, value: int) -> Party:
    """Name an entry of a table whose entries are no ranges."""
    pack = subject.pack
    if table is Table.INTERRUPT:
        interrupt = pack.interrupts[index]
        owner = subject.plan.partitions[interrupt.partition]
        names = [one.name for one in owner.interrupts if one.physical == interrupt.physical]
        return Party(name=f'{" and ".join(names)} of "{owner.name}"', value=str(value))
    partition = pack.partitions[index]
    what = "device tree" if value == partition.dtb else "entry"
    return Party(name=f'{what} of "{partition.name}"', value=f"{value:#x}")


def _board_party(pack: Pack, address: int) -> Party:
    """Name what of the board's own stands at an address."""
    for name, base, size in _board_parts(pack.boards[0], pack):
        if base == address:
            return _ranged(name, base, size)
    return Party(name=f'board "{pack.boards[0].name}"', value=f"{address:#x}")


def _board_parts(board: PackBoard, pack: Pack) -> list[tuple[str, int, int]]:
    end = max((image.offset + image.size for image in pack.images), default=0)
    return [
        ("the hypervisor", board.window, WINDOW_SIZE),
        ("the pack", board.pack_home, max(pack.total_size, end)),
        ("the GIC distributor", board.gicd_base, board.gicd_size),
        (_interface_name(board), board.gicr_base, board.gicr_size),
        ("the GIC hypervisor interface", board.gich_base, board.gich_size),
        ("the GIC virtual interface", board.gicv_base, board.gicv_size),
        ("the hypervisor's console", board.console_base, board.console_size),
        *(("the SMMU", unit.base, unit.size) for unit in pack.smmus),
    ]


def _interface_name(board: PackBoard) -> str:
    version_2 = board.gic_version == 2  # noqa: PLR2004 - the architecture's
    return "the GIC CPU interface" if version_2 else "the GIC redistributors"


def _key(pack: Pack, table: Table, index: int | None) -> str:
    """Return the key of the input that an entry of the tables comes from."""
    match table, index:
        case Table.REGION, int(index):
            return _region_key(pack, pack.regions[index])
        case Table.IMAGE, int(index):
            return _image_key(pack, pack.images[index])
        case Table.MEMORY, int(index):
            return _memory_key(pack, index)
        case Table.PARTITION, int(index):
            return _partition_key(pack, index)
        case Table.INTERRUPT, int(index):
            return f"{_partition_key(pack, pack.interrupts[index].partition)}.devices"
    return "board"


def _other_key(pack: Pack, verdict: Verdict) -> str:
    """Return the key of what the entry at fault collides with."""
    if verdict.reason is Reason.MEM_OUTSIDE_RAM:
        return _memory_key(pack, 0)
    return _key(pack, verdict.other_table, verdict.other_index)


def _memory_key(pack: Pack, index: int) -> str:
    """Banks come first in the pack's table, then what is reserved."""
    banks = sum(memory.kind is MemoryKind.RAM for memory in pack.memory)
    return f"board.memory[{index}]" if index < banks else f"board.reserved[{index - banks}]"


def _partition_key(pack: Pack, index: int) -> str:
    partition = pack.partitions[index]
    return "realtime" if partition.kind is PartitionKind.REALTIME else f"persona.{partition.name}"


def _region_key(pack: Pack, region: PackRegion) -> str:
    owner = _partition_key(pack, region.partition)
    keys = {
        RegionKind.RAM: f"{owner}.memory",
        RegionKind.DEVICE: f"{owner}.devices",
        RegionKind.FLASH: f"{owner}.rom",
    }
    return keys.get(region.kind, owner)


def _image_key(pack: Pack, image: PackImage) -> str:
    owner = _partition_key(pack, image.partition)
    if image.kind is ImageKind.FLASH:
        return f"{owner}.{image.name.rpartition('/')[2]}"
    return f"{owner}.{_PARTS[image.kind]}" if image.kind in _PARTS else owner
