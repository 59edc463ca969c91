# SPDX-License-Identifier: Apache-2.0
"""A persona with NOR flash on the host's machine, and what its drivers do there.

Accesses take the way that the board's MMU gives them: what stage-2 maps is read from memory, a
write to it has no permission, and all else is a translation fault.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import handset
from handset import Handset
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

BANK: int = lib.MVP_FLASH_SIZE
SECTOR: int = lib.MVP_FLASH_SECTOR
BACKING = (0x40800000, 0x40840000)
SIZES = (SECTOR, 2 * SECTOR)
PERSONA = 1
EL1H = 0x5

ISV, WNR, CACHE, WALK, DATA = 1 << 24, 1 << 6, 1 << 8, 1 << 7, 0x24 << 26
TRANSLATION, PERMISSION = 0x06, 0x0E
VALID, WRITE = 1, 1 << 7
ADDRESS = 0x0000_FFFF_FFFF_F000

ARRAY, STATUS, CLEAR, ID, QUERY = 0xFF, 0x70, 0x50, 0x90, 0x98
PROGRAM, BUFFER, ERASE, CONFIRM, LOCKS = 0x40, 0xE8, 0x20, 0xD0, 0x60
READY, ERASE_ERROR, PROGRAM_ERROR = 0x80, 0x20, 0x10


def bank(number: int, **changes: Any) -> core.PackRegion:
    """A bank of the persona's flash."""
    region = core.PackRegion(
        partition=PERSONA,
        kind=core.RegionKind.FLASH,
        ipa=number * BANK,
        pa=BACKING[number],
        size=SIZES[number],
        flags=core.REGION_EXECUTE,
    )
    return replace(region, **changes)


def pack(*banks: core.PackRegion) -> core.Pack:
    """The first persona is boot firmware: it is entered at 0, in flash."""
    base = handset.pack()
    rom = base.images[PERSONA]
    firmware = replace(rom, kind=core.ImageKind.FLASH, load=0)
    persona = replace(base.partitions[PERSONA], entry=0, dtb=0)
    return replace(
        base,
        partitions=(base.partitions[0], persona, base.partitions[2]),
        regions=(*base.regions, *(banks or (bank(0), bank(1)))),
        images=(base.images[0], firmware, base.images[2]),
        features=core.CONSTANTS["FEATURE_FLASH"],
    )


class Flash(Handset):
    """The persona runs; its firmware is in bank 0, bank 1 is erased."""

    def __init__(self, whole: core.Pack | None = None) -> None:
        super().__init__(whole or pack())
        self.start(PERSONA)
        self.guest: Any = self.vcpu(PERSONA)
        self.guest.pstate = EL1H
        self.exits = 0  # of the last access

    def held(self, number: int) -> bytes:
        """What a bank's memory holds."""
        return self.read(BACKING[number], SIZES[number])

    def descriptor(self, ipa: int) -> int:
        """What stage-2 says of an address."""
        first, size = ffi.new("uint64_t *"), ffi.new("uint64_t *")
        pool = ffi.addressof(self.machine.pool)
        root = self.partition(PERSONA).vttbr & ADDRESS
        found = int(lib.table_walk(pool, root, ipa, first, size))
        return found + (ipa - first[0] & ~0xFFF) if found & VALID else 0

    def abort(self, ipa: int, detail: int) -> None:
        """A data abort at an address, as the MMU makes it: HPFAR is told for a translation."""
        denied = self.descriptor(ipa) != 0
        kind = PERMISSION if denied else TRANSLATION
        hpfar = 0xBAD if denied else ipa >> 12 << 4
        lib.host_sync(self.guest, DATA | detail | kind, ipa, hpfar)
        self.exits += 1

    def load(self, ipa: int, size: int = 4) -> int:
        """The guest loads 1, 2, 4 or 8 bytes."""
        self.exits = 0
        if found := self.descriptor(ipa):
            pa = found & ADDRESS | ipa & 0xFFF
            return int.from_bytes(self.read(pa, size), "little")
        self.abort(ipa, ISV | (size.bit_length() - 1) << 22 | 1 << 16)
        return int(self.guest.x[1])

    def store(self, ipa: int, value: int, size: int = 4) -> None:
        """The guest stores; an access that is not done comes again."""
        self.exits = 0
        before = int(self.guest.pc)
        self.guest.x[1] = value
        while self.guest.pc == before:
            assert not self.descriptor(ipa) & WRITE, "flash is never written past its commands"
            assert self.exits < SECTOR, "it never ends"
            self.abort(ipa, ISV | WNR | (size.bit_length() - 1) << 22 | 1 << 16)

    def command(self, ipa: int, code: int) -> None:
        """To both chips, at the word that holds an address."""
        self.store(ipa & ~3, code << 16 | code)

    def status(self, ipa: int) -> int:
        """The status of both chips, which agree; then they are an array again."""
        self.command(ipa, STATUS)
        found = self.load(ipa & ~3)
        assert found & 0xFFFF == found >> 16
        self.command(ipa, CLEAR)
        self.command(ipa, ARRAY)
        return found & 0xFFFF

    def erase(self, ipa: int) -> int:
        """Erase a sector as drivers do; returns the status."""
        self.command(ipa, ERASE)
        self.command(ipa, CONFIRM)
        return self.status(ipa)

    def program(self, ipa: int, value: int, size: int = 4) -> int:
        """Program a word as drivers do; returns the status."""
        self.command(ipa, PROGRAM)
        self.store(ipa, value, size)
        return self.status(ipa)

    def buffered(self, ipa: int, words: list[int], size: int = 4) -> int:
        """Program words by the buffer as drivers do; returns the status."""
        self.command(ipa, BUFFER)
        assert self.load(ipa & ~3) & READY
        self.command(ipa, len(words) - 1)
        for number, word in enumerate(words):
            self.store(ipa + size * number, word, size)
        self.command(ipa, CONFIRM)
        return self.status(ipa)


def digest(data: bytes) -> str:
    """To compare much at once."""
    return hashlib.sha256(data).hexdigest()
