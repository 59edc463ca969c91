# SPDX-License-Identifier: Apache-2.0
"""An SMMUv3 as its manual tells it (Arm IHI 0070), as far as stage 2 goes: the tests' model.

It refuses, with AssertionError, what the manual forbids or leaves open: attributes, bases and
queues that are written while they are in use, a table that is not aligned to its size, a command
or a stream table entry that makes no sense.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import handset
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

__all__ = ["ERROR_IRQ", "EVENT_IRQ", "Smmu", "pack", "unit"]

BASE = 0x09050000
EVENT_IRQ, ERROR_IRQ = 106, 109

IDR0, IDR1, IDR5 = 0x00, 0x04, 0x14
CR0, CR0ACK, CR1, CR2, GBPA = 0x20, 0x24, 0x28, 0x2C, 0x44
IRQ_CTRL, IRQ_CTRLACK, GERROR, GERRORN = 0x50, 0x54, 0x60, 0x64
GERROR_IRQ, EVENT_IRQ_CFG = 0x68, 0xB0
STRTAB_BASE, STRTAB_CFG = 0x80, 0x88
CMDQ_BASE, CMDQ_PROD, CMDQ_CONS = 0x90, 0x98, 0x9C
EVENTQ_BASE, EVENTQ_PROD, EVENTQ_CONS = 0xA0, 0x100A8, 0x100AC
PLAIN = (IDR0, IDR1, IDR5, CR0ACK, CR1, CR2, GBPA, IRQ_CTRLACK, GERROR, GERRORN)
LONG = (STRTAB_BASE, CMDQ_BASE, EVENTQ_BASE, GERROR_IRQ, EVENT_IRQ_CFG)

UPDATE, ABORT = 1 << 31, 1 << 20
OVERFLOW = 1 << 31
BAD_STREAM, BAD_ENTRY, TRANSLATION, PERMISSION = 0x02, 0x04, 0x10, 0x13


def unit(*streams: tuple[int, int], **changes: Any) -> core.PackSmmu:
    """The row of a pack: streams and their partitions."""
    room = core.CONSTANTS["MAX_STREAMS"]
    ids, owners = ([pair[n] for pair in streams] + [0] * room for n in (0, 1))
    row = core.PackSmmu(
        base=BASE,
        size=0x20000,
        event_irq=EVENT_IRQ,
        error_irq=ERROR_IRQ,
        stream_count=len(streams),
        stream=tuple(ids[:room]),
        partition=tuple(owners[:room]),
    )
    return replace(row, **changes)


def pack(*streams: tuple[int, int]) -> core.Pack:
    """The handset's pack with an SMMU."""
    return handset.pack(smmus=(unit(*(streams or ((16, 0),))),))


class Smmu:
    """The part, after reset as QEMU has it; `stuck`: registers that don't answer."""

    def __init__(self) -> None:
        self.registers: dict[int, int] = {
            IDR0: 1 << 1 | 2 << 2 | 1 << 4 | 2 << 21 | 1 << 24,  # stage 2, AArch64, coherent
            IDR1: 16 | 19 << 16 | 19 << 21,
            IDR5: 1 << 4 | 4,
        }
        self.stuck: set[int] = set()
        self.faults: list[BaseException] = []
        self.commands: list[tuple[int, int]] = []
        self.machine: object = None  # that it stands in: kept as long as the part is
        self.order: list[int] = []  # offsets, as they are written
        self._callbacks = (
            ffi.callback("uint32_t(uint64_t)", self.read, onerror=self._note),
            ffi.callback("void(uint64_t, uint32_t)", self.write, onerror=self._note),
        )

    def attach(self) -> None:
        """Stand at its address."""
        lib.host.device_read, lib.host.device_write = self._callbacks

    def _note(self, _kind: object, error: BaseException, _trace: object) -> None:
        self.faults.append(error)

    def get(self, offset: int) -> int:
        """A register; those that nobody wrote are 0."""
        return self.registers.get(offset, 0)

    def long(self, offset: int) -> int:
        """A register of 64 bits."""
        return self.get(offset) | self.get(offset + 4) << 32

    # ---- registers ----

    def read(self, address: int) -> int:
        """A read by the CPU."""
        assert 0 <= address - BASE < 0x20000
        return self.get(address - BASE)

    def write(self, address: int, value: int) -> None:
        """A write by the CPU."""
        offset = address - BASE
        self.order.append(offset)
        on = self.get(CR0)
        if offset in (CR1, CR2, STRTAB_BASE, STRTAB_BASE + 4, STRTAB_CFG):
            assert not on & 1, "changed while it translates"
        if offset in (CR1, CR2):
            assert not on, "changed while queues are on"
        if offset in (CMDQ_BASE, CMDQ_BASE + 4, CMDQ_CONS):
            assert not on & 8, "the command queue is in use"
        if offset in (EVENTQ_BASE, EVENTQ_BASE + 4, EVENTQ_PROD):
            assert not on & 4, "the event queue is in use"
        if offset == GBPA:
            assert value & UPDATE, "ignored without it"
            assert not self.get(GBPA) & UPDATE, "an update is going on"
            value &= ~UPDATE if offset not in self.stuck else ~0
        if offset in self.stuck and offset != GBPA:
            return
        self.registers[offset] = value
        self._follow(offset, value)

    def _follow(self, offset: int, value: int) -> None:
        if offset == CR0:
            self.registers[CR0ACK] = value
            if value & 1:
                assert self.get(STRTAB_CFG) >> 16 == 0, "a linear table"
        elif offset == IRQ_CTRL:
            self.registers[IRQ_CTRLACK] = value
        elif offset == CMDQ_PROD and self.get(CR0) & 8:
            self._serve(value)

    def _queue(self, base: int) -> tuple[Any, int]:
        value = self.long(base)
        log2 = value & 31
        address = value & 0xF_FFFF_FFFF_FFE0
        entry = 16 if base == CMDQ_BASE else 32
        assert address % (entry << log2) == 0, "aligned to its size"
        return ffi.cast("uint64_t *", address), log2

    def _serve(self, produced: int) -> None:
        words, log2 = self._queue(CMDQ_BASE)
        while (consumed := self.get(CMDQ_CONS)) != produced:
            at = consumed & ((1 << log2) - 1)
            self._command(int(words[2 * at]), int(words[2 * at + 1]))
            self.registers[CMDQ_CONS] = (consumed + 1) & ((2 << log2) - 1)

    def _command(self, word: int, operand: int) -> None:
        assert word in (0x04, 0x30, 0x46), "no other is needed"
        self.commands.append((word, operand))

    # ---- what devices do ----

    def entry(self, stream: int) -> list[int] | None:
        """A stream table entry; None: the stream has no place in the table."""
        log2 = self.get(STRTAB_CFG) & 63
        address = self.long(STRTAB_BASE) & 0xF_FFFF_FFFF_FFC0
        assert address % (64 << log2) == 0, "aligned to its size"
        if stream >> log2:
            return None
        words = ffi.cast("uint64_t *", address)
        return [int(words[stream * 8 + n]) for n in range(8)]

    def transfer(self, stream: int, address: int, *, write: bool = False) -> int | None:
        """A device's access: where it goes; None: it is refused, and an event tells."""
        if not self.get(CR0ACK) & 1:
            return None if self.get(GBPA) & ABORT else address
        found = self.entry(stream)
        if found is None:
            self.refuse(stream, BAD_STREAM)
            return None
        if not found[0] & 1:
            self.refuse(stream, BAD_ENTRY)
            return None
        assert found[0] == 0xD, "stage 2 alone"
        return self._stage2(found, stream, address, write=write)

    def _stage2(self, entry: list[int], stream: int, address: int, *, write: bool) -> int | None:
        assert entry[1] == 1 << 44, "the transfer's own attributes"
        assert entry[2] >> 32 & 63 == 64 - 39, "39 bits"
        assert entry[2] >> 38 & 3 == 1, "from level 1"
        assert entry[2] >> 46 & 3 == 0, "4 KiB"
        assert entry[2] >> 48 & 7 <= self.get(IDR5) & 7
        assert entry[2] >> 51 & 1, "AArch64"
        assert entry[2] >> 57 & 3 == 2, "recorded, never stalled"
        assert entry[2] & 0xFFFF, "VMID 0 is nobody's"
        first, size = ffi.new("uint64_t *"), ffi.new("uint64_t *")
        found = 0
        if address < 1 << 39:
            pool = ffi.addressof(lib.machine.pool)
            found = int(lib.table_walk(pool, entry[3], address, first, size))
        if not found & 1:
            self.refuse(stream, TRANSLATION, address, write=write)
            return None
        if write and not found >> 7 & 1:
            self.refuse(stream, PERMISSION, address, write=write)
            return None
        return (found & 0xFFFF_FFFF_F000 & ~(int(size[0]) - 1)) + address - int(first[0])

    def refuse(self, stream: int, kind: int, address: int = 0, *, write: bool = False) -> None:
        """Record an event, if there is room; interrupt if there was none."""
        words, log2 = self._queue(EVENTQ_BASE)
        mask = (2 << log2) - 1
        produced, consumed = self.get(EVENTQ_PROD), self.get(EVENTQ_CONS)
        if (produced ^ consumed) & mask == 1 << log2:
            if (produced ^ consumed) & OVERFLOW == 0:
                self.registers[EVENTQ_PROD] = produced ^ OVERFLOW
            return
        at = produced & ((1 << log2) - 1)
        record = (kind | stream << 32, 0 if write else 1 << 35, address, 0)
        for n, word in enumerate(record):
            words[4 * at + n] = word
        self.registers[EVENTQ_PROD] = (produced + 1) & mask | produced & OVERFLOW
        if (produced ^ consumed) & mask == 0 and self.get(IRQ_CTRLACK) & 4:
            lib.host_raise(EVENT_IRQ)

    def fail(self, bits: int) -> None:
        """An error of its own."""
        self.registers[GERROR] = self.get(GERROR) ^ bits
        if self.get(IRQ_CTRLACK) & 1:
            lib.host_raise(ERROR_IRQ)
