# SPDX-License-Identifier: Apache-2.0
"""A whole machine on the host: a pack in 16 MiB of memory, its partitions, a CPU that records."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import packs
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

BASE = 0x40000000
SIZE = 0x1000000
HOME = 0x40E00000
REALTIME_RAM = 0x40400000
PERSONA_RAM = 0x40600000
RAM_SIZE = 0x100000
ENTRY = 0x40000000
POOL: int = lib.TABLE_POOL_PAGES
NEVER = 0xFFFFFFFFFFFFFFFF
DEVICE_IRQ = 40
IMAGES = {
    "realtime/segment0": b"firmware" * 100,
    "work/kernel": b"w" * 777,
    "personal/kernel": b"p" * 333,
}


def pack(**changes: Any) -> core.Pack:
    """Realtime firmware with one device interrupt, and two personas that take one range in turn."""
    kind = core.RegionKind

    def persona(n: int) -> tuple[core.PackRegion, ...]:
        return (
            packs.ram(n, ENTRY, PERSONA_RAM, RAM_SIZE),
            packs.emulated(n, kind.GICD, 0x08000000, 0x10000),
            packs.emulated(n, kind.GICR, 0x080A0000, 0x20000),
            packs.emulated(n, kind.PL011, 0x09000000, 0x1000, 33),
            packs.emulated(n, kind.PL031, 0x09010000, 0x1000, 34),
        )

    realtime, work, personal = packs.partitions()
    whole = core.Pack(
        boards=(replace(packs.board(), pack_home=HOME, bring_up=core.BringUp.PSCI_SMC),),
        memory=(core.PackMemory(name="ram", base=BASE, size=SIZE, kind=core.MemoryKind.RAM),),
        partitions=(
            replace(
                realtime, entry=REALTIME_RAM, dtb=REALTIME_RAM + 0x80000, restart=core.Restart.NEVER
            ),
            replace(work, dtb=ENTRY + 0x80000),
            replace(personal, dtb=ENTRY + 0x80000),
        ),
        vcpus=tuple(core.PackVcpu(partition=n) for n in range(3)),
        regions=(
            packs.ram(0, REALTIME_RAM, REALTIME_RAM, RAM_SIZE),
            packs.emulated(0, kind.GICD, 0x08000000, 0x10000),
            packs.emulated(0, kind.GICR, 0x080A0000, 0x20000),
            *persona(1),
            *persona(2),
        ),
        interrupts=(core.PackInterrupt(partition=0, physical=DEVICE_IRQ, intid=DEVICE_IRQ),),
        images=tuple(
            core.PackImage(
                name=name,
                partition=n,
                kind=core.ImageKind.KERNEL if n else core.ImageKind.SEGMENT,
                size=len(data),
                load=ENTRY if n else REALTIME_RAM,
                memory=len(data),
                digest=hashlib.sha256(data).digest(),
            )
            for n, (name, data) in enumerate(IMAGES.items())
        ),
        default_persona=1,
    )
    return replace(whole, **changes)


def with_partition(index: int, **changes: Any) -> core.Pack:
    """The same pack with some fields of a partition changed."""
    rows = list(pack().partitions)
    rows[index] = replace(rows[index], **changes)
    return pack(partitions=tuple(rows))


class Handset:
    """The machine after machine_init(); nothing runs yet."""

    def __init__(self, whole: core.Pack | None = None, pool_pages: int = POOL) -> None:
        lib.host_reset()
        self.host: Any = lib.host
        self.machine: Any = ffi.addressof(lib, "machine")
        ffi.memmove(self.machine, bytes(ffi.sizeof("struct machine")), ffi.sizeof("struct machine"))
        self.memory: Any = ffi.new("uint8_t[]", SIZE)
        self.host.memory = self.memory
        self.host.memory_base = BASE
        self.host.memory_size = SIZE
        self.pages: Any = ffi.new("uint64_t[]", 512 * POOL)
        self.machine.pool.pages = self.pages
        self.machine.pool.base = 0x50000000
        self.machine.pool.count = pool_pages
        self.pack = self._place(whole or pack())
        self.built = bool(lib.machine_init(self.memory + (HOME - BASE), 4))
        self.cpu: Any = ffi.addressof(self.machine.cpus[0])
        lib.log_line(b"-")  # ends whatever line an earlier test left open
        self.console()
        self.cpu.resched = 0

    def _place(self, whole: core.Pack) -> core.Pack:
        """Write the pack at its home; the core accepts it."""
        meta = core.pack_write(whole)
        placed = core.pack_read(meta)
        data = bytearray(placed.total_size)
        data[: len(meta)] = meta
        for image, content in zip(placed.images, IMAGES.values(), strict=True):
            data[image.offset : image.offset + len(content)] = content
        assert core.pack_check(bytes(data)).ok, core.pack_check(bytes(data))
        ffi.memmove(self.memory + (HOME - BASE), bytes(data), len(data))
        return placed

    def partition(self, index: int) -> Any:
        """A partition, by its index."""
        return ffi.addressof(self.machine.partitions[index])

    def vcpu(self, index: int) -> Any:
        """The first vCPU of a partition."""
        return ffi.addressof(self.machine.vcpus[index])

    def start(self, *indices: int) -> None:
        """Start partitions and load them, as at boot; the most urgent one is then on the CPU."""
        for index in indices:
            lib.partition_start(self.partition(index))
        self.settle()

    def settle(self) -> int | None:
        """Let the scheduler decide, and switch as context_switch() does; index of who came."""
        chosen = lib.sched_run(self.cpu)
        if chosen == ffi.NULL:
            return None
        for n in range(int(self.machine.vcpu_count)):
            if self.vcpu(n).vgic.loaded:
                lib.vgic_save(self.vcpu(n))
        if chosen.fresh:
            chosen.fresh = 0
            chosen.pc = chosen.entry
        lib.vgic_load(chosen)
        lib.timer_program(self.cpu)
        return int(chosen.partition.index)

    def wait(self, index: int) -> int | None:
        """The vCPU executes WFI; index of who runs instead."""
        lib.sched_wait(self.vcpu(index))
        return self.settle()

    def enable2(self, index: int, intid: int) -> None:
        """As the OS of a GICv2's partition does: group 0 on, this interrupt enabled."""
        for offset, word in ((0x100 + intid // 32 * 4, 1 << intid % 32), (0, 1)):
            lib.vgic_distributor2_write(self.vcpu(index), offset, 4, word)

    def enable(self, index: int, intid: int) -> None:
        """As its OS does: group 1 on, this interrupt in it and enabled."""
        for base, word in ((0x080, 0xFFFFFFFF), (0x100, 1 << intid % 32)):
            if intid < 32:
                lib.vgic_redistributor_write(self.vcpu(index), 0x10000 + base, 4, word)
            else:
                offset = base + intid // 32 * 4
                lib.vgic_distributor_write(self.vcpu(index), offset, 4, word)
        lib.vgic_distributor_write(self.vcpu(index), 0, 4, 2)

    def read(self, pa: int, size: int) -> bytes:
        """Physical memory."""
        return bytes(ffi.buffer(self.memory + (pa - BASE), size))

    def write(self, pa: int, data: bytes) -> None:
        """Physical memory."""
        ffi.memmove(self.memory + (pa - BASE), data, len(data))

    def console(self) -> str:
        """What the board's console has shown since the last look, and shows when it may."""
        while lib.console_send():
            pass
        text = bytes(ffi.buffer(self.host.sent, self.host.sent_count)).decode()
        self.host.sent_count = 0
        return text
