# SPDX-License-Identifier: Apache-2.0
"""A small pack that is accepted: a realtime partition and two exclusive personas on one board."""

import hashlib

import pytest

from mvpsdk.core import facade as core

MIB = 0x100000
KERNEL = b"kernel" * 1000
FIRMWARE = b"firmware" * 100
TREE = b"tree" * 500


def _board() -> core.PackBoard:
    return core.PackBoard(
        name="test-board",
        compatible="vendor,test-board",
        window=0x40200000,
        pack_home=0x7FF00000,
        gicd_base=0x08000000,
        gicd_size=0x10000,
        gicr_base=0x080A0000,
        gicr_size=0x20000,
        console_base=0x09000000,
        console_size=0x1000,
        console_driver=core.ConsoleDriver.PL011,
        console_irq=33,
        cpu_count=1,
    )


def _memory() -> tuple[core.PackMemory, ...]:
    ram, reserved = core.MemoryKind.RAM, core.MemoryKind.RESERVED
    return (
        core.PackMemory(name="ram", base=0x40000000, size=1024 * MIB, kind=ram),
        core.PackMemory(name="secure", base=0x40000000, size=MIB, kind=reserved),
    )


def _partitions() -> tuple[core.PackPartition, ...]:
    def persona(name: str, priority: int) -> core.PackPartition:
        return core.PackPartition(
            name=name,
            kind=core.PartitionKind.PERSONA,
            priority=priority,
            entry=0x40000000,
            dtb=0x44000000,
        )

    realtime = core.PackPartition(
        name="realtime",
        kind=core.PartitionKind.REALTIME,
        priority=0,
        entry=0x40400000,
        dtb=0x405F0000,
        restart=core.Restart.ALWAYS,
    )
    return realtime, persona("work", 8), persona("personal", 8)


def _persona_regions(partition: int) -> tuple[core.PackRegion, ...]:
    def emulated(kind: core.RegionKind, ipa: int, size: int, intid: int = 0) -> core.PackRegion:
        return core.PackRegion(partition=partition, kind=kind, ipa=ipa, size=size, intid=intid)

    ram = core.PackRegion(
        partition=partition,
        kind=core.RegionKind.RAM,
        ipa=0x40000000,
        pa=0x40600000,
        size=128 * MIB,
        flags=core.REGION_WRITE | core.REGION_EXECUTE,
    )
    return (
        ram,
        emulated(core.RegionKind.GICD, 0x08000000, 0x10000),
        emulated(core.RegionKind.GICR, 0x080A0000, 0x20000),
        emulated(core.RegionKind.PL011, 0x09000000, 0x1000, 33),
        emulated(core.RegionKind.PL031, 0x09010000, 0x1000, 34),
    )


def _realtime_regions() -> tuple[core.PackRegion, ...]:
    ram = core.PackRegion(
        partition=0,
        kind=core.RegionKind.RAM,
        ipa=0x40400000,
        pa=0x40400000,
        size=2 * MIB,
        flags=core.REGION_WRITE | core.REGION_EXECUTE,
    )
    device = core.PackRegion(
        partition=0,
        kind=core.RegionKind.DEVICE,
        ipa=0x09030000,
        pa=0x09030000,
        size=0x1000,
        flags=core.REGION_WRITE,
    )
    gicd = core.PackRegion(partition=0, kind=core.RegionKind.GICD, ipa=0x08000000, size=0x10000)
    gicr = core.PackRegion(partition=0, kind=core.RegionKind.GICR, ipa=0x080A0000, size=0x20000)
    return ram, device, gicd, gicr


def _image(
    name: str, partition: int, kind: core.ImageKind, data: bytes, load: int
) -> core.PackImage:
    return core.PackImage(
        name=name,
        partition=partition,
        kind=kind,
        size=len(data),
        load=load,
        memory=len(data),
        digest=hashlib.sha256(data).digest(),
    )


def _images() -> tuple[core.PackImage, ...]:
    kind = core.ImageKind
    return (
        _image("realtime/segment0", 0, kind.SEGMENT, FIRMWARE, 0x40400000),
        _image("realtime/dtb", 0, kind.DTB, TREE, 0x405F0000),
        _image("work/kernel", 1, kind.KERNEL, KERNEL, 0x40000000),
        _image("work/dtb", 1, kind.DTB, TREE, 0x44000000),
        _image("personal/kernel", 2, kind.KERNEL, KERNEL, 0x40000000),
        _image("personal/dtb", 2, kind.DTB, TREE, 0x44000000),
    )


@pytest.fixture(scope="session")
def pack() -> core.Pack:
    """A pack that the core accepts."""
    return core.Pack(
        boards=(_board(),),
        memory=_memory(),
        partitions=_partitions(),
        vcpus=tuple(core.PackVcpu(partition=n) for n in range(3)),
        regions=_realtime_regions() + _persona_regions(1) + _persona_regions(2),
        interrupts=(core.PackInterrupt(partition=0, physical=39, intid=39),),
        images=_images(),
        default_persona=1,
        menu_ms=3000,
    )
