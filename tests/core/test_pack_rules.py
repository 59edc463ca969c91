# SPDX-License-Identifier: Apache-2.0
"""What a pack may and may not hold, beyond single fields."""

from dataclasses import replace
from typing import Any

import pytest

import packs
from mvpsdk.core import facade as core

R = core.Reason


def _reason(pack: core.Pack, **changes: Any) -> core.Reason:
    return packs.judged(core.pack_write(replace(pack, **changes))).reason


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("boards", R.CONFIG_BOARD),
        ("memory", R.MEM_OUTSIDE_RAM),
        ("partitions", R.CONFIG_PARTITION),
        ("vcpus", R.CONFIG_VCPU),
        ("regions", R.MEM_IMAGE),
        ("images", R.CONFIG_ENTRY),
    ],
)
def test_a_table_that_is_needed_may_not_be_empty(
    pack: core.Pack, field: str, reason: core.Reason
) -> None:
    """Nothing is taken for granted because a loop over nothing finds no fault."""
    changes: dict[str, Any] = {field: (), "default_persona": None}

    assert reason is _reason(pack, **changes)


def test_interrupts_may_be_none(pack: core.Pack) -> None:
    """A firmware without devices of its own is fine."""
    assert R.OK is _reason(pack, interrupts=())


def test_a_board_without_a_console_is_accepted(pack: core.Pack) -> None:
    """No driver, and then no address or interrupt either."""
    silent = replace(
        pack.boards[0],
        console_driver="none",
        console_base=0,
        console_size=0,
        console_register=0,
        console_width=0,
        console_irq=0,
    )

    assert R.OK is _reason(pack, boards=(silent,))


@pytest.mark.parametrize(("shift", "width"), [(0, 1), (1, 2), (2, 1), (2, 4), (3, 4)])
def test_a_console_may_begin_anywhere_in_its_pages(pack: core.Pack, shift: int, width: int) -> None:
    """All that a driver may touch lies in them; the registers lie as their part has them."""
    moved = replace(
        pack.boards[0],
        console_driver="another-builds",
        console_register=0x09000F00,
        console_shift=shift,
        console_width=width,
    )

    assert R.OK is _reason(pack, boards=(moved,))


def test_two_banks_of_ram_lie_apart(pack: core.Pack) -> None:
    """Neighbours are fine, and each bank is one."""
    second = replace(pack.memory[0], name="ram2", base=0x80000000)

    assert R.OK is _reason(pack, memory=(*pack.memory, second))
    assert R.MEM_OVERLAP is _reason(pack, memory=(*pack.memory, replace(second, base=0x7FFFF000)))


def test_ram_that_spans_two_banks_is_refused(pack: core.Pack) -> None:
    """Banks that touch are still two: boards describe them so for a reason."""
    second = replace(pack.memory[0], name="ram2", base=0x80000000)
    homes = replace(pack.boards[0], pack_home=0x60000000)
    regions = (*pack.regions, packs.ram(0, 0x7FE00000, 0x7FE00000, 4 * packs.MIB))

    reason = _reason(pack, memory=(*pack.memory, second), boards=(homes,), regions=regions)
    assert R.MEM_OUTSIDE_RAM is reason


def test_reserved_memory_may_nest(pack: core.Pack) -> None:
    """Vendors' trees do it, and it harms nobody."""
    inner = replace(pack.memory[1], name="inner", size=0x1000)

    assert R.OK is _reason(pack, memory=(*pack.memory, inner))


def test_personas_share_ram_only_if_exclusive(pack: core.Pack) -> None:
    """Resident at the same time, they may not."""
    assert R.OK is _reason(pack)
    assert R.MEM_OVERLAP is _reason(pack, concurrent=True)


def test_concurrent_personas_with_ram_of_their_own_are_accepted(pack: core.Pack) -> None:
    """All partitions are resident, and no page has two owners."""
    regions = list(pack.regions)
    regions[9] = replace(regions[9], pa=0x50000000)

    assert R.OK is _reason(pack, concurrent=True, regions=tuple(regions))


def test_exclusive_personas_may_not_share_a_device(pack: core.Pack) -> None:
    """RAM is scrubbed between them; a device is not."""
    shared = (packs.device(1, 0x0A100000), packs.device(2, 0x0A100000))

    assert R.OK is _reason(pack, regions=pack.regions + shared[:1])
    assert R.MEM_OVERLAP is _reason(pack, regions=pack.regions + shared)


def test_a_persona_may_not_share_ram_with_itself(pack: core.Pack) -> None:
    """Two guest addresses for one page defeat the guest's own protection."""
    alias = packs.ram(1, 0x60000000, 0x40600000, packs.MIB)

    assert R.MEM_OVERLAP is _reason(pack, regions=(*pack.regions, alias))


def test_an_interrupt_has_one_owner(pack: core.Pack) -> None:
    """Whoever is second is refused."""
    second = core.PackInterrupt(partition=1, physical=39, intid=39)

    assert R.CONFIG_INTERRUPT is _reason(pack, interrupts=(*pack.interrupts, second))


def test_a_persona_without_a_number_of_its_own_is_refused(pack: core.Pack) -> None:
    """Rows stand by partition and number: one that is missing is noticed."""
    assert R.CONFIG_VCPU is _reason(pack, vcpus=pack.vcpus[:2])


def test_several_vcpus_have_as_many_redistributors(pack: core.Pack) -> None:
    """The size of the GICR window follows from the vCPUs."""
    vcpus = (*pack.vcpus, core.PackVcpu(partition=2, number=1))
    regions = tuple(
        replace(region, size=0x40000)
        if region.partition == 2 and region.kind is core.RegionKind.GICR
        else region
        for region in pack.regions
    )

    assert R.CONFIG_REGION is _reason(pack, vcpus=vcpus)
    assert R.OK is _reason(pack, vcpus=vcpus, regions=regions)


def test_a_pinned_cpu_must_be_one_that_this_build_runs_on(pack: core.Pack) -> None:
    """A board with more CPUs does not help: a vCPU there would never run."""
    board = replace(pack.boards[0], cpu_count=4)
    vcpus = (*pack.vcpus[:2], replace(pack.vcpus[2], cpu=1))

    assert R.OK is _reason(pack, boards=(board,))
    assert R.CONFIG_VCPU is _reason(pack, boards=(board,), vcpus=vcpus)


@pytest.mark.parametrize(
    ("default", "reason"),
    [(None, R.OK), (2, R.OK), (0, R.CONFIG_PARTITION), (3, R.CONFIG_PARTITION)],
)
def test_the_default_is_a_persona(
    pack: core.Pack, default: int | None, reason: core.Reason
) -> None:
    """The firmware is no choice in the menu."""
    assert reason is _reason(pack, default_persona=default)


def test_a_realtime_partition_may_stand_behind_personas(pack: core.Pack) -> None:
    """The order of partitions has no meaning; their priorities do."""
    order = {0: 2, 1: 0, 2: 1}
    by_index = (pack.partitions[1], pack.partitions[2], pack.partitions[0])

    def moved(rows: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(replace(row, partition=order[row.partition]) for row in rows)

    changed: dict[str, Any] = {
        "partitions": by_index,
        "regions": moved(pack.regions),
        "interrupts": moved(pack.interrupts),
        "images": moved(pack.images),
        "default_persona": 0,
    }
    assert R.OK is _reason(pack, **changed)

    lazy = replace(by_index[2], priority=8)
    changed["partitions"] = (*by_index[:2], lazy)
    assert R.CONFIG_PARTITION is _reason(pack, **changed)


def test_an_image_may_be_all_zeros_to_come(pack: core.Pack) -> None:
    """A segment of zeros takes memory and no bytes of the pack."""
    zeros = replace(pack.images[0], name="realtime/bss", size=0, memory=0x1000, load=0x40500000)

    assert R.OK is _reason(pack, images=(*pack.images, zeros))


def test_code_in_memory_that_is_not_executable_is_refused(pack: core.Pack) -> None:
    """An entry that would fault at once can be known before."""
    regions = (replace(pack.regions[0], flags=core.REGION_WRITE), *pack.regions[1:])

    assert R.CONFIG_ENTRY is _reason(pack, regions=regions)


def test_a_partition_without_a_device_tree_is_accepted(pack: core.Pack) -> None:
    """An RTOS may have its board compiled in."""
    partitions = (replace(pack.partitions[0], dtb=0), *pack.partitions[1:])

    assert R.OK is _reason(pack, partitions=partitions)


def test_longer_entries_of_a_later_minor_version_are_read(pack: core.Pack, metadata: bytes) -> None:
    """Tables carry their stride: what a later minor version adds is passed over."""
    read = core.pack_read(metadata)
    rows = [
        metadata[len(metadata) - 104 * 6 :][104 * n : 104 * (n + 1)] + bytes(8) for n in range(6)
    ]
    buffer = packs.as_buffer(metadata[: len(metadata) - 104 * 6] + b"".join(rows))
    header = packs.header_of(buffer)
    header.minor, header.meta_size = 1, len(metadata) + 48
    header.tables[core.Table.IMAGE].stride = 112
    longer = packs.sealed(buffer)

    assert packs.judged(longer).ok
    assert read.images == core.pack_read(longer).images
    assert pack.partitions == core.pack_read(longer).partitions
