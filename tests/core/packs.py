# SPDX-License-Identifier: Apache-2.0
"""A small pack that is accepted, and ways to spoil one field of it."""

from __future__ import annotations

import hashlib
from typing import Any

from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

MIB = 0x100000
KERNEL = b"kernel" * 1000
FIRMWARE = b"firmware" * 100
TREE = b"tree" * 500
FILE_SIZE = 0x100000  # what the whole pack may take, for judging metadata alone
READ_WRITE_EXECUTE = core.REGION_WRITE | core.REGION_EXECUTE

STRUCTS = {
    core.Table.BOARD: "struct mvp_board *",
    core.Table.MEMORY: "struct mvp_memory *",
    core.Table.PARTITION: "struct mvp_partition *",
    core.Table.VCPU: "struct mvp_vcpu *",
    core.Table.REGION: "struct mvp_region *",
    core.Table.INTERRUPT: "struct mvp_interrupt *",
    core.Table.IMAGE: "struct mvp_image *",
    core.Table.SMMU: "struct mvp_smmu *",
}


def board() -> core.PackBoard:
    """GICv3, a PL011, the hypervisor 2 MiB into RAM and the pack at its end."""
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
        console_register=0x09000000,
        console_driver="pl011",
        console_width=1,
        console_irq=33,
    )


def memory() -> tuple[core.PackMemory, ...]:
    """One bank of 1 GiB, its first MiB reserved; and a page that is reserved outside RAM."""
    reserved = core.MemoryKind.RESERVED
    return (
        core.PackMemory(name="ram", base=0x40000000, size=1024 * MIB, kind=core.MemoryKind.RAM),
        core.PackMemory(name="secure", base=0x40000000, size=MIB, kind=reserved),
        core.PackMemory(name="mailbox", base=0x0A000000, size=0x1000, kind=reserved),
    )


def partitions() -> tuple[core.PackPartition, ...]:
    """Realtime firmware and two personas of equal priority."""

    def persona(name: str) -> core.PackPartition:
        return core.PackPartition(
            name=name,
            kind=core.PartitionKind.PERSONA,
            priority=8,
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
    return realtime, persona("work"), persona("personal")


def emulated(
    partition: int, kind: core.RegionKind, ipa: int, size: int, intid: int = 0
) -> core.PackRegion:
    """A device that the hypervisor plays."""
    return core.PackRegion(partition=partition, kind=kind, ipa=ipa, size=size, intid=intid)


def ram(partition: int, ipa: int, pa: int, size: int) -> core.PackRegion:
    """Memory to run from."""
    return core.PackRegion(
        partition=partition,
        kind=core.RegionKind.RAM,
        ipa=ipa,
        pa=pa,
        size=size,
        flags=READ_WRITE_EXECUTE,
    )


def device(partition: int, address: int, size: int = 0x1000) -> core.PackRegion:
    """A device window at its own address."""
    return core.PackRegion(
        partition=partition,
        kind=core.RegionKind.DEVICE,
        ipa=address,
        pa=address,
        size=size,
        flags=core.REGION_WRITE,
    )


def persona_regions(partition: int) -> tuple[core.PackRegion, ...]:
    """The virtual platform with 128 MiB, the same memory for each persona."""
    kind = core.RegionKind
    return (
        ram(partition, 0x40000000, 0x40600000, 128 * MIB),
        emulated(partition, kind.GICD, 0x08000000, 0x10000),
        emulated(partition, kind.GICR, 0x080A0000, 0x20000),
        emulated(partition, kind.PL011, 0x09000000, 0x1000, 33),
        emulated(partition, kind.PL031, 0x09010000, 0x1000, 34),
    )


def realtime_regions() -> tuple[core.PackRegion, ...]:
    """2 MiB at their own address, one real device, the board's GIC emulated."""
    return (
        ram(0, 0x40400000, 0x40400000, 2 * MIB),
        device(0, 0x09030000),
        emulated(0, core.RegionKind.GICD, 0x08000000, 0x10000),
        emulated(0, core.RegionKind.GICR, 0x080A0000, 0x20000),
    )


def image(
    name: str, partition: int, kind: core.ImageKind, data: bytes, load: int
) -> core.PackImage:
    """An image that takes what it has bytes."""
    return core.PackImage(
        name=name,
        partition=partition,
        kind=kind,
        size=len(data),
        load=load,
        memory=len(data),
        digest=hashlib.sha256(data).digest(),
    )


def images() -> tuple[core.PackImage, ...]:
    """What each partition runs, and its device tree."""
    kind = core.ImageKind
    return (
        image("realtime/segment0", 0, kind.SEGMENT, FIRMWARE, 0x40400000),
        image("realtime/dtb", 0, kind.DTB, TREE, 0x405F0000),
        image("work/kernel", 1, kind.KERNEL, KERNEL, 0x40000000),
        image("work/dtb", 1, kind.DTB, TREE, 0x44000000),
        image("personal/kernel", 2, kind.KERNEL, KERNEL, 0x40000000),
        image("personal/dtb", 2, kind.DTB, TREE, 0x44000000),
    )


def good_pack() -> core.Pack:
    """A pack that the core accepts."""
    return core.Pack(
        boards=(board(),),
        memory=memory(),
        partitions=partitions(),
        vcpus=tuple(core.PackVcpu(partition=n) for n in range(3)),
        regions=realtime_regions() + persona_regions(1) + persona_regions(2),
        interrupts=(core.PackInterrupt(partition=0, physical=39, intid=39),),
        images=images(),
        default_persona=1,
        menu_ms=3000,
    )


def header_of(buffer: Any) -> Any:
    """The header as C sees it."""
    return ffi.cast("struct mvp_pack_header *", buffer)


def sealed(buffer: Any) -> bytes:
    """The bytes with the checksum that belongs to them."""
    header = header_of(buffer)
    header.checksum = lib.mvp_pack_checksum(buffer, header.meta_size)
    return bytes(ffi.buffer(buffer))


def as_buffer(metadata: bytes) -> Any:
    """A copy that can be written, aligned as C wants it."""
    buffer = ffi.new("uint64_t[]", len(metadata) // 8)
    ffi.memmove(buffer, metadata, len(metadata))
    return buffer


def spoiled(metadata: bytes, table: core.Table, index: int, **values: Any) -> bytes:
    """The metadata with fields of one entry (or of the header) set, and a checksum that fits."""
    buffer = as_buffer(metadata)
    if table is core.Table.HEADER:
        entry = header_of(buffer)
    else:
        entry = ffi.cast(STRUCTS[table], lib.mvp_pack_entry(buffer, table, index))
    for name, value in values.items():
        whole = ffi.sizeof(getattr(entry, name)) if isinstance(value, bytes) else 0
        setattr(entry, name, value.ljust(whole, b"\0") if whole else value)
    return sealed(buffer)


def judged(metadata: bytes) -> core.Verdict:
    """The verdict over metadata whose images would all be there."""
    return core.pack_check(metadata, size=FILE_SIZE)
