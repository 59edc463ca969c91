# SPDX-License-Identifier: Apache-2.0
"""NOR flash as a guest's drivers see it: read as memory, written by commands."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flash
import handset
from flash import BACKING, BANK, PERSONA, READY, SECTOR, SIZES, Flash
from mvpsdk.core._library import lib

ERASED = 0xFFFFFFFF
SEQUENCE_ERROR = flash.ERASE_ERROR | flash.PROGRAM_ERROR


@pytest.fixture
def guest() -> Flash:
    """A persona with two banks, the second of them erased."""
    return Flash()


def test_firmware_stands_in_the_first_bank_and_the_rest_is_erased(guest: Flash) -> None:
    """Byte for byte as its maker built it; it starts at 0 without an argument."""
    rom = handset.IMAGES["work/kernel"]

    assert guest.held(0) == rom.ljust(SIZES[0], b"\xff")
    assert guest.held(1) == b"\xff" * SIZES[1]
    assert (guest.guest.entry, guest.guest.argument) == (0, 0)


def test_an_array_is_read_without_the_hypervisor(guest: Flash) -> None:
    """Stage-2 maps it: to be read and run, never to be written."""
    for number in (0, 1):
        found = guest.descriptor(number * BANK)
        assert found & flash.ADDRESS == BACKING[number]
        assert found & flash.WRITE == 0
        assert found >> 54 & 1 == 0, "it may be executed"


@pytest.mark.parametrize("size", [1, 2, 4, 8])
def test_what_is_behind_the_memory_is_erased(guest: Flash, size: int) -> None:
    """A bank has 64 MiB, whatever of it is backed."""
    assert guest.load(SIZES[0], size) == (1 << 8 * size) - 1
    assert guest.load(2 * BANK - 8, size) == (1 << 8 * size) - 1


def test_a_store_alone_changes_nothing(guest: Flash) -> None:
    """It is a command, and no such one: the array stays as it was."""
    before = guest.held(0)
    guest.store(0x10, 0x12345678)
    assert guest.held(0) == before
    assert guest.load(0) == int.from_bytes(before[:4], "little")


@pytest.mark.parametrize("base", [0, BANK])
def test_the_query_tells_what_drivers_ask_for(guest: Flash, base: int) -> None:
    """Of each chip: JESD68.01, chapter 4, by words of 32 bits as Linux and EDK2 read it."""
    guest.command(base + 4 * 0x55, flash.QUERY)
    table = [guest.load(base + 4 * word) for word in range(0x40)]
    guest.command(base, flash.ARRAY)

    assert all(entry >> 16 == entry & 0xFFFF for entry in table)
    chip = [entry & 0xFFFF for entry in table]
    assert bytes(chip[0x10:0x13]) == b"QRY"
    assert chip[0x13] | chip[0x14] << 8 == 1, "Intel's command set"
    primary = chip[0x15] | chip[0x16] << 8
    assert bytes(chip[primary : primary + 3]) == b"PRI"
    assert 2 * (1 << chip[0x27]) == BANK
    assert 2 * (1 << (chip[0x2A] | chip[0x2B] << 8)) == lib.FLASH_BUFFER
    assert chip[0x2C] == 1, "one kind of sector"
    sectors = (chip[0x2D] | chip[0x2E] << 8) + 1
    assert 2 * 256 * (chip[0x2F] | chip[0x30] << 8) == SECTOR
    assert sectors * SECTOR == BANK
    assert chip[:0x10] == [0] * 0x10


@pytest.mark.parametrize(("size", "value"), [(1, 0x51), (2, 0x51), (4, 0x510051)])
def test_a_query_is_answered_by_width(guest: Flash, size: int, value: int) -> None:
    """Drivers find out how wide the bus is by what they read."""
    guest.command(BANK, flash.QUERY)
    assert guest.load(BANK + 0x40, size) == value
    assert guest.load(BANK + 0x40, 8) == 0x00520052_00510051
    assert guest.load(BANK + 0x42, 2) == 0x51
    assert guest.load(BANK + 0x41, 1) == 0
    assert guest.load(2 * BANK - 4, size) == 0


def test_the_chips_name_themselves(guest: Flash) -> None:
    """Intel's, as QEMU's are."""
    guest.command(BANK, flash.ID)
    assert [guest.load(BANK + 4 * word) for word in range(4)] == [0x890089, 0x180018, 0, 0]


def test_a_bank_that_is_no_array_is_not_mapped(guest: Flash) -> None:
    """The TLB is told, both ways; the other bank stays as it is."""
    flushes = guest.host.flushes
    guest.command(BANK, flash.STATUS)
    assert not guest.descriptor(BANK)
    assert not guest.descriptor(BANK + SIZES[1] - 4)
    assert guest.descriptor(0)
    assert (guest.host.flushes, guest.host.flushed_vmid) == (flushes + 1, PERSONA + 1)
    guest.command(BANK, flash.ID)
    assert guest.host.flushes == flushes + 1
    guest.command(BANK, flash.ARRAY)
    assert guest.descriptor(BANK) & flash.ADDRESS == BACKING[1]
    assert guest.host.flushes == flushes + 2
    guest.command(BANK, 0xF0)
    assert guest.host.flushes == flushes + 2


word_sizes = st.sampled_from([1, 2, 4, 8])
steps = st.one_of(
    st.tuples(st.just("program"), st.integers(0, 63), st.integers(0, (1 << 64) - 1), word_sizes),
    st.tuples(st.just("buffer"), st.integers(0, 31), st.integers(1, 32), st.sampled_from([2, 4])),
    st.tuples(st.just("erase"), st.integers(0, 1), st.just(0), st.just(4)),
)


@settings(max_examples=25, deadline=None)
@given(script=st.lists(steps, max_size=12), data=st.data())
def test_programming_clears_bits_and_erasing_sets_a_sector(
    script: list[tuple[str, int, int, int]], data: st.DataObject
) -> None:
    """What is read is always what the commands made; nothing else in memory has changed."""
    guest = Flash()
    model = bytearray(b"\xff" * SIZES[1])
    around = guest.read(handset.BASE, BACKING[1] - handset.BASE)
    for what, where, value, size in script:
        if what == "erase":
            assert guest.erase(BANK + where * SECTOR + 0x40) == READY
            model[where * SECTOR : (where + 1) * SECTOR] = b"\xff" * SECTOR
            continue
        if what == "program":
            at, words = where * size, [value & (1 << 8 * size) - 1]
            assert guest.program(BANK + at, words[0], size) == READY
        else:
            at = where * 128 + data.draw(st.integers(0, 128 // size - min(value, 32))) * size
            words = [data.draw(st.integers(0, (1 << 8 * size) - 1)) for _ in range(value)]
            assert guest.buffered(BANK + at, words, size) == READY
        for number, byte in enumerate(b"".join(word.to_bytes(size, "little") for word in words)):
            model[at + number] &= byte
    assert flash.digest(guest.held(1)) == flash.digest(bytes(model))
    assert guest.load(BANK + 4) == int.from_bytes(model[4:8], "little")
    end = BACKING[1] + SIZES[1]
    rest = guest.read(end, handset.HOME - end)
    assert flash.digest(guest.read(handset.BASE, len(around))) == flash.digest(around)
    assert not any(rest)


def test_what_was_programmed_is_programmed_again(guest: Flash) -> None:
    """Zeros stay until the sector is erased; words beside those of the buffer are left alone."""
    guest.program(BANK, 0x0F0F0F0F)
    assert guest.program(BANK, 0x33333333) == READY
    assert guest.load(BANK) == 0x03030303
    assert guest.buffered(BANK + 4, [0x55555555]) == READY
    assert guest.buffered(BANK + 4, [0x0000FFFF, 0]) == READY
    assert [guest.load(BANK + 4 * word) for word in range(4)] == [
        *(0x03030303, 0x00005555),
        *(0x00000000, 0xFFFFFFFF),
    ]


def test_erasing_is_done_in_small_steps(guest: Flash) -> None:
    """No exit does more than its part; the status is busy until all is done."""
    guest.program(BANK, 0)
    guest.command(BANK, flash.ERASE)
    guest.guest.x[1] = flash.CONFIRM
    guest.abort(BANK, flash.ISV | flash.WNR | 2 << 22 | 1 << 16)

    step = lib.FLASH_ERASE_STEP
    assert guest.held(1)[:step] == b"\xff" * step
    assert guest.load(BANK) == 0
    guest.command(BANK, flash.CONFIRM)
    assert guest.exits == SECTOR // step - 1
    assert guest.load(BANK) == 0x800080


def test_an_erasure_leaves_the_next_sector_alone(guest: Flash) -> None:
    """All of one sector, and no more."""
    guest.program(BANK + SECTOR - 4, 0)
    guest.program(BANK + SECTOR, 0x11111111)
    guest.erase(BANK + SECTOR - 1024)
    assert guest.load(BANK + SECTOR - 4) == ERASED
    assert guest.load(BANK + SECTOR) == 0x11111111


def test_interrupts_are_taken_between_the_steps(guest: Flash) -> None:
    """The firmware's interrupt comes first, and the erasure goes on afterwards."""
    lib.partition_start(guest.partition(0))
    guest.settle()
    guest.enable(0, handset.DEVICE_IRQ)
    guest.wait(0)
    guest.command(BANK, flash.ERASE)
    lib.host_raise(handset.DEVICE_IRQ)
    lib.machine_interrupt(guest.cpu, lib.arch_irq_acknowledge())
    guest.guest.x[1] = flash.CONFIRM
    syndrome = flash.DATA | flash.ISV | flash.WNR | 2 << 22 | 1 << 16 | flash.TRANSLATION
    came = lib.host_sync(guest.guest, syndrome, BANK, BANK >> 8)
    assert came == guest.vcpu(0)


@pytest.mark.parametrize("way", ["program", "buffered"])
def test_programming_behind_the_memory_fails(guest: Flash, way: str) -> None:
    """The status says so, until it is cleared; nothing is written."""
    before = flash.digest(guest.read(handset.BASE, handset.SIZE))
    for at in (BANK + SIZES[1], 2 * BANK - 128):
        if way == "program":
            assert guest.program(at, 0) == READY | flash.PROGRAM_ERROR
        else:
            assert guest.buffered(at, [0, 0]) == READY | flash.PROGRAM_ERROR
    assert guest.status(BANK) == READY
    assert flash.digest(guest.read(handset.BASE, handset.SIZE)) == before


def test_a_word_across_the_end_of_the_memory_fails(guest: Flash) -> None:
    """Half of it would be nobody's."""
    assert guest.program(BANK + SIZES[1] - 4, 0, 8) == READY | flash.PROGRAM_ERROR
    assert guest.load(BANK + SIZES[1] - 4) == ERASED


def test_erasing_behind_the_memory_fails(guest: Flash) -> None:
    """In one exit."""
    assert guest.erase(BANK + SIZES[1]) == READY | flash.ERASE_ERROR


@pytest.mark.parametrize(
    "writes",
    [
        [(0, flash.ERASE), (0, 0x11)],
        [(0, flash.BUFFER), (0, 32)],
        [(0, flash.BUFFER), (0, 1), (0, 0), (128, 0)],
        [(0, flash.BUFFER), (0, 0), (0, 0), (0, 0x12)],
        [(0, flash.BUFFER), (0, 1), (126, 0)],
    ],
)
def test_a_wrong_sequence_is_told_and_does_nothing(
    guest: Flash, writes: list[tuple[int, int]]
) -> None:
    """Both error bits (28F256P30, table 17)."""
    for offset, value in writes:
        guest.store(BANK + offset, value)
    assert guest.load(BANK) == 0x10001 * (READY | SEQUENCE_ERROR)
    assert guest.status(BANK) == READY | SEQUENCE_ERROR
    assert guest.status(BANK) == READY
    assert guest.held(1) == b"\xff" * SIZES[1]


def test_no_word_of_64_bits_goes_into_the_buffer(guest: Flash) -> None:
    """The bus has 32."""
    guest.command(BANK, flash.BUFFER)
    guest.command(BANK, 0)
    guest.store(BANK, 0, 8)
    assert guest.status(BANK) == READY | SEQUENCE_ERROR


def test_locks_are_obeyed_by_having_none(guest: Flash) -> None:
    """Drivers lock and unlock sectors, and hear that it is done."""
    for code in (0x01, 0xD0):
        guest.command(BANK, flash.LOCKS)
        guest.command(BANK, code)
        assert guest.status(BANK) == READY
    assert guest.program(BANK, 0) == READY


def test_both_commands_to_program_are_known(guest: Flash) -> None:
    """0x10 is the older one."""
    guest.command(BANK, 0x10)
    guest.store(BANK, 0x1234, 2)
    guest.command(BANK, flash.ARRAY)
    assert guest.load(BANK) == 0xFFFF1234


def test_a_restart_finds_the_firmware_as_it_was_made(guest: Flash) -> None:
    """What was written is gone, errors and modes as well."""
    guest.program(0, 0)
    guest.program(BANK, 0)
    guest.command(BANK, flash.ERASE)
    guest.command(BANK, 0)
    guest.command(0, flash.BUFFER)
    lib.partition_stop(guest.partition(PERSONA))
    guest.start(PERSONA)

    assert guest.held(0) == handset.IMAGES["work/kernel"].ljust(SIZES[0], b"\xff")
    assert guest.load(BANK) == ERASED
    assert guest.load(0) == int.from_bytes(guest.held(0)[:4], "little")
    assert guest.status(BANK) == READY
    assert guest.status(0) == READY


def test_what_is_written_reaches_memory(guest: Flash) -> None:
    """A guest whose caches are off reads it, too."""
    guest.command(BANK, flash.PROGRAM)
    guest.store(BANK + 8, 0)
    assert (guest.host.cleaned_pa, guest.host.cleaned_size) == (BACKING[1] + 8, 4)


def test_the_guests_own_addresses_are_translated(guest: Flash) -> None:
    """HPFAR is not told for a write without permission: stage 1 is asked."""
    guest.host.stage1 = -0x80000000 & (1 << 64) - 1
    guest.guest.x[1] = flash.ID
    syndrome = flash.DATA | flash.ISV | flash.WNR | 2 << 22 | 1 << 16 | flash.PERMISSION
    lib.host_sync(guest.guest, syndrome, 0x80000000 + BANK, 0xBAD)
    assert guest.load(BANK) == 0x890089


def test_cache_maintenance_is_nothing_to_flash(guest: Flash) -> None:
    """No line of it is ever dirty: done, with nothing to do."""
    before = int(guest.guest.pc)
    guest.abort(0, flash.CACHE | flash.WNR)
    guest.command(BANK, flash.ID)
    guest.abort(BANK, flash.CACHE | flash.WNR)
    assert guest.guest.pc == before + 12
    assert guest.host.injections == 0
    assert guest.load(BANK) == 0x890089


@pytest.mark.parametrize(
    ("address", "detail"),
    [
        (BANK, flash.WNR),  # no syndrome: which register?
        (SIZES[0], 0),
        (SIZES[0], flash.ISV | flash.WALK),
        (0x0A000000, flash.ISV | flash.WNR),
        (handset.ENTRY, flash.ISV | flash.WNR | 0x3F),  # a fault of another kind
        (0, flash.ISV | 0x3F),
    ],
)
def test_what_can_not_be_served_is_refused(guest: Flash, address: int, detail: int) -> None:
    """The guest hears of it as of any wild access."""
    guest.abort(address, detail)
    assert guest.host.injections == 1
    assert "wild access" in guest.console()


def test_a_persona_without_a_second_bank_has_none() -> None:
    """Nothing is there."""
    guest = Flash(flash.pack(flash.bank(0)))
    guest.abort(BANK, flash.ISV)
    assert guest.host.injections == 1
