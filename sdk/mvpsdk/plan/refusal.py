# SPDX-License-Identifier: Apache-2.0
"""Says in a person's words why the core refuses a plan, and names both parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.facade import (
    Pack,
    PackBoard,
    PackImage,
    PackInterrupt,
    PackMemory,
    PackPartition,
    PackRegion,
    PackSmmu,
    PackVcpu,
    Reason,
    RegionKind,
    Table,
    Verdict,
)
from mvpsdk.errors import Fault, Place
from mvpsdk.units import Pa, Range

if TYPE_CHECKING:
    from mvpsdk.plan.model import Plan

__all__ = ["RULES", "explain", "party"]

RULES = {
    Reason.MEM_HYPERVISOR: "MEM001",
    Reason.MEM_OVERLAP: "MEM002",
    Reason.MEM_IPA_OVERLAP: "MEM002",
    Reason.MEM_RESERVED: "MEM002",
    Reason.MEM_DEVICE: "MEM002",
    Reason.MEM_OUTSIDE_RAM: "MEM003",
    Reason.MEM_IPA_RANGE: "MEM003",
    Reason.MEM_WRAP: "MEM003",
    Reason.MEM_ALIGN: "MEM004",
    Reason.MEM_TABLES: "MEM004",
    Reason.MEM_IMAGE: "MEM005",
    Reason.CONFIG_ENTRY: "MEM007",
    Reason.CONFIG_INTERRUPT: "DEV004",
}
"""The lint rule that speaks of the same thing; a test holds it against the rules' own claims."""

_HINTS = {
    Table.BOARD: "check the addresses and numbers in {board}",
    Table.MEMORY: "check [[memory]] and [[reserved]] in {board}",
    Table.REGION: "check memory and devices in {handset}, and their addresses in {board}",
    Table.INTERRUPT: "check the interrupts of these devices in {board}",
    Table.IMAGE: "check memory and the images in {handset}",
    Table.SMMU: "check [[iommu]] and the stream-ids of these devices in {board}",
}


def explain(plan: Plan, pack: Pack, verdict: Verdict) -> Fault:
    """Make a fault of a refusal, with the reason code that the board would print."""
    parties = party(pack, verdict.table, verdict.index)
    if verdict.other_index is not None:
        parties += f" and {party(pack, verdict.other_table, verdict.other_index)}"
    hint = _HINTS.get(verdict.table, "check {handset} and {board}")
    if verdict.reason is Reason.MEM_TABLES:
        hint = "make each memory and device a multiple of 2 MiB: it then needs no small tables"
    return Fault(
        message=f"the hypervisor would refuse this plan (reason {int(verdict.reason)}:"
        f" {verdict.reason.text}): {parties}; found {verdict.value:#x},"
        f" which collides with {verdict.bound:#x}",
        place=_place(plan, pack, verdict),
        hint=hint.format(board="the board file", handset="the handset file"),
        rule=RULES.get(verdict.reason, ""),
    )


def _place(plan: Plan, pack: Pack, verdict: Verdict) -> Place | None:
    """Find the key that a person wrote for what is refused; the handset file, if none is known."""
    match verdict.table, verdict.index:
        case Table.MEMORY, int(index):
            banks = len(plan.board.memory)
            key = f"memory[{index}]" if index < banks else f"reserved[{index - banks}]"
            return plan.board.place(key)
        case Table.REGION, int(index) if pack.regions[index].kind is RegionKind.DEVICE:
            base = Pa(pack.regions[index].pa)
            found = (n for n, each in enumerate(plan.board.devices) if each.range.base == base)
            return plan.board.place(f"device[{next(found, '')}]")
        case Table.REGION, int(index):
            return plan.handset.place(f"{_owner_key(plan, pack.regions[index].partition)}.memory")
        case Table.BOARD, _:
            return plan.board.place("board")
    return Place(file=str(plan.handset.path))


def _owner_key(plan: Plan, partition: int) -> str:
    """Return the key of a partition's table in the handset file."""
    name = plan.partitions[partition].name
    names = [persona.name for persona in plan.handset.personas]
    return f"persona[{names.index(name)}]" if name in names else name


def party(pack: Pack, table: Table, index: int | None) -> str:
    """Name an entry of the pack's tables, with its range where it has one."""
    rows = {
        Table.BOARD: pack.boards,
        Table.MEMORY: pack.memory,
        Table.PARTITION: pack.partitions,
        Table.VCPU: pack.vcpus,
        Table.REGION: pack.regions,
        Table.INTERRUPT: pack.interrupts,
        Table.IMAGE: pack.images,
        Table.SMMU: pack.smmus,
    }
    row = rows[table][index] if table in rows and index is not None else None
    match row:
        case PackMemory():
            text = f'memory "{row.name}" {Range(row.base, row.size)}'
        case PackRegion():
            kind = row.kind.name.lower()
            text = f"{kind} {Range(row.ipa, row.size)} of {_owner(pack, row.partition)}"
        case PackInterrupt():
            text = f"interrupt {row.physical} of {_owner(pack, row.partition)}"
        case PackVcpu():
            text = f"CPU {row.number} of {_owner(pack, row.partition)}"
        case PackImage():
            text = f'image "{row.name}" {Range(row.load, row.memory)}'
        case PackSmmu():
            text = f"the SMMU {Range(row.base, row.size)}"
        case PackBoard() | PackPartition():
            text = f'{table.name.lower()} "{row.name}"'
        case _:
            text = f"all of {table.name.lower()} together"
    return text


def _owner(pack: Pack, index: int) -> str:
    return f'"{pack.partitions[index].name}"'
