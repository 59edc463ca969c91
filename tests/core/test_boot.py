# SPDX-License-Identifier: Apache-2.0
"""What the boot loader left, and who moves first."""

from typing import Any

import fdt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

MAGIC = lib.MVP_PACK_MAGIC.to_bytes(8, "little")


class Left:
    """A device tree and an initrd in memory, as the loader leaves them."""

    def __init__(self, initrd: bytes = MAGIC + bytes(56), *, width: int = 2) -> None:
        lib.host_reset()
        self.initrd = ffi.new("uint64_t[]", (len(initrd) + 15) // 8)
        ffi.memmove(self.initrd, initrd, len(initrd))
        self.start = int(ffi.cast("uintptr_t", self.initrd))
        self.tree = fdt.FDT()
        self.tree.header.version = 17
        self.tree.header.last_comp_version = 16
        self.set("/chosen", "linux,initrd-start", self.words(self.start, width))
        self.set("/chosen", "linux,initrd-end", self.words(self.start + len(initrd), width))

    @staticmethod
    def words(value: int, width: int) -> list[int]:
        """A number as cells."""
        return [value >> 32, value & 0xFFFFFFFF][2 - width :]

    def set(self, path: str, name: str, value: str | list[str] | list[int] | None) -> None:
        """Set a property."""
        self.tree.set_property(name, value, path)

    def hold(self) -> Any:
        """The tree in memory, as it is now."""
        data = self.tree.to_dtb()
        self.held = ffi.new("uint64_t[]", len(data) // 8 + 2)
        ffi.memmove(self.held, data, len(data))
        return self.held

    def console(self) -> Any:
        """The console that the core finds in it."""
        uart = ffi.new("struct uart *")
        lib.boot_console(self.hold(), uart)
        return uart

    def read(self) -> tuple[int, Any]:
        """The core's answer: reason and what it found."""
        boot = ffi.new("struct boot *")
        return int(lib.boot_read(self.hold(), boot)), boot


def test_the_pack_is_found_in_the_initrd() -> None:
    """By its magic, behind whatever a loader put in front of it."""
    left = Left(bytes(4096) + MAGIC + bytes(24))
    reason, boot = left.read()
    assert (reason, boot.pack) == (core.Reason.OK, left.start + 4096)
    assert boot.pack_limit == left.start + 4096 + 32


def test_a_pack_that_cannot_be_read_where_it_lies_is_none() -> None:
    """Behind another ramdisk of odd length; reading it with the MMU off would fault."""
    assert Left(bytes(4) + MAGIC + bytes(52)).read()[0] == core.Reason.PACK_NOT_FOUND


def test_no_pack_in_the_initrd_is_said() -> None:
    """An initrd without the magic."""
    assert Left(bytes(64)).read()[0] == core.Reason.PACK_NOT_FOUND


@pytest.mark.parametrize("name", ["linux,initrd-start", "linux,initrd-end"])
def test_no_initrd_is_said(name: str) -> None:
    """Either end is missing, or is not a number."""
    left = Left()
    left.set("/chosen", name, [1, 2, 3])
    assert left.read()[0] == core.Reason.ENTRY_NO_INITRD


def test_an_empty_initrd_is_none() -> None:
    """Its end is its start."""
    left = Left()
    left.set("/chosen", "linux,initrd-end", left.words(left.start, 2))
    assert left.read()[0] == core.Reason.ENTRY_NO_INITRD


@pytest.mark.parametrize("start", [0x40000001, 0xFFFFFFFFFFFFFFF9])
def test_an_initrd_that_ends_before_its_first_whole_word_is_none(start: int) -> None:
    """What is left of it behind the next multiple of 8 has no length; nothing is read."""
    left = Left()
    left.set("/chosen", "linux,initrd-start", left.words(start, 2))
    left.set("/chosen", "linux,initrd-end", left.words(start + 3, 2))
    assert left.read()[0] == core.Reason.ENTRY_NO_INITRD


def test_without_a_device_tree_nothing_is_read() -> None:
    """x0 is no tree: garbage, null, or misaligned."""
    boot = ffi.new("struct boot *")
    garbage = ffi.new("uint64_t[]", 8)
    odd = ffi.cast("uint8_t *", garbage) + 4
    uart = ffi.new("struct uart *", {"base": 1})
    for tree in (ffi.NULL, garbage, odd):
        assert lib.boot_read(tree, boot) == core.Reason.ENTRY_NO_FDT
        lib.boot_console(tree, uart)
        assert uart.base == 0


def console(path: str, compatible: list[str], **extra: str) -> int:
    """The address of the console that is found with this stdout-path."""
    left = Left()
    left.set("/chosen", "stdout-path", path)
    left.set("/serial@9000000", "compatible", compatible)
    left.set("/serial@9000000", "reg", [0, 0x9000000, 0, 0x1000])
    for name, value in extra.items():
        left.set("/aliases", name, value)
    return int(left.console().base)


@pytest.mark.parametrize(
    ("path", "compatible", "found"),
    [
        ("/serial@9000000", ["arm,pl011", "arm,primecell"], 0x9000000),
        ("/serial@9000000:115200n8", ["vendor,x", "arm,pl011"], 0x9000000),
        ("serial0:115200", ["arm,pl011"], 0x9000000),
        ("/serial@9000000", ["test,uart"], 0x9000000),
        ("serial1", ["arm,pl011"], 0),
        ("/serial@9000000", ["arm,pl0115"], 0),
        ("/nowhere", ["arm,pl011"], 0),
        ("/" + "x" * 200, ["arm,pl011"], 0),
        ("x" * 200, ["arm,pl011"], 0),
    ],
)
def test_the_console_of_the_tree(path: str, compatible: list[str], found: int) -> None:
    """By path, with options, by alias; only one that the hypervisor drives."""
    aliases = {"serial0": "/serial@9000000", "x" * 128: "/serial@9000000"}
    assert console(path, compatible, **aliases) == found


def layout(**cells: int) -> tuple[int, int]:
    """Shift and width of a console of two names, each served with a layout of its own."""
    left = Left()
    left.set("/chosen", "stdout-path", "/serial@9000000")
    left.set("/serial@9000000", "compatible", ["test,uart", "arm,pl011"])
    left.set("/serial@9000000", "reg", [0, 0x9000000, 0, 0x1000])
    for name, value in cells.items():
        left.set("/serial@9000000", name.replace("_", "-"), [value])
    found = left.console()
    return found.shift, found.width


def test_the_consoles_registers_lie_as_the_tree_says() -> None:
    """Else as the driver says of the most specific name that it serves; never out of bounds."""
    assert layout() == (2, 4)
    assert layout(reg_shift=0, reg_io_width=1) == (0, 1)
    assert layout(reg_shift=1, reg_io_width=4) == (2, 4)  # it would not be aligned
    assert layout(reg_shift=4, reg_io_width=3) == (2, 4)
    assert layout(reg_shift=0xFFFFFFFF, reg_io_width=0xFFFFFFFF) == (2, 4)


Cells = dict[str, list[int] | None]


def behind(bus: Cells, inner: Cells, reg: list[int]) -> int:
    """The address of a console on a bus within a bus."""
    left = Left()
    left.set("/chosen", "stdout-path", "/soc/bus/serial")
    for path, properties in (("/", {"#address-cells": [2]}), ("/soc", bus), ("/soc/bus", inner)):
        for name, value in properties.items():
            left.set(path, name, value)
    left.set("/soc/bus/serial", "compatible", "arm,pl011")
    left.set("/soc/bus/serial", "reg", reg)
    return int(left.console().base)


WIDE: Cells = {"#address-cells": [2], "#size-cells": [2]}
NARROW: Cells = {"#address-cells": [1], "#size-cells": [1]}
HERE: Cells = {"ranges": None}  # empty: addresses are the same on both sides


@pytest.mark.parametrize(
    ("bus", "inner", "reg", "found"),
    [
        (WIDE | HERE, WIDE | HERE, [1, 0x2000, 0, 0x1000], 0x1_0000_2000),
        (HERE, NARROW | HERE, [0x2000, 0x1000], 0x2000),  # 2 and 1 are the defaults
        (
            NARROW | {"ranges": [0, 1, 0, 0x1000, 0x1000, 2, 0, 0x9000]},
            NARROW | {"ranges": [0x100, 0x1100, 0x100]},
            [0x180, 0x80],
            0x2_0000_0180,
        ),
        (WIDE | HERE, NARROW | {"ranges": [0x100, 0, 0x1100, 0x100]}, [0x100, 4], 0x1100),
        (WIDE | HERE, NARROW | {"ranges": [0x100, 0, 0x1100, 0x100]}, [0x200, 4], 0),
        (WIDE | HERE, NARROW | {"ranges": [0x100, 0, 0x1100]}, [0x100, 4], 0),
        (WIDE | HERE, NARROW, [0x100, 4], 0),
        (WIDE | HERE, {"#address-cells": [3], "#size-cells": [2]} | HERE, [0, 0, 1, 0, 4], 0),
        (WIDE | HERE, {"#address-cells": [0], "#size-cells": [0]} | HERE, [1], 0),
        (WIDE | HERE, WIDE | HERE, [0x100], 0),
        (WIDE | {"ranges": [0] * 7}, WIDE | {"ranges": [0] * 6}, [0, 0, 0, 4], 0),
        (
            {"#address-cells": [3], "#size-cells": [2], "ranges": [0] * 7},
            WIDE | HERE,
            [0, 0, 0, 4],
            0,
        ),
        (
            {"#address-cells": [0], "#size-cells": [0], "ranges": [0] * 2},
            NARROW | {"ranges": [0]},
            [0, 4],
            0,
        ),
        (
            {"#address-cells": [2], "#size-cells": [0], "ranges": [0] * 4},
            WIDE | HERE,
            [0, 0, 0, 4],
            0,
        ),
    ],
)
def test_the_console_is_found_behind_buses(
    bus: Cells, inner: Cells, reg: list[int], found: int
) -> None:
    """Each bus moves addresses by its ranges; what has no way up to the CPU is not found."""
    assert behind(bus, inner, reg) == found


@pytest.mark.parametrize(
    ("named", "same"), [(b"pl011", True), (b"pl01", False), (b"pl0111", False), (b"none", False)]
)
def test_a_pack_for_another_console_driver_is_known(named: bytes, *, same: bool) -> None:
    """By the driver's whole name."""
    board = ffi.new("struct mvp_board *")
    board.console_driver = named.ljust(16, b"\0")
    assert lib.boot_has_driver(board) is same


def test_no_stdout_path_is_no_console() -> None:
    """A refusal will be mute."""
    assert Left().console().base == 0


@pytest.mark.parametrize(
    ("arguments", "choice"),
    [
        ("mvp.persona=work", b"work"),
        ("quiet mvp.persona=personal panic=1", b"personal"),
        ("xmvp.persona=work", b""),
        ("mvp.persona=a-name-that-is-too-long", b"a-name-that-is-t"),
        ("quiet", b""),
    ],
)
def test_the_boot_arguments_choose(arguments: str, choice: bytes) -> None:
    """The word after mvp.persona=, at the start of an argument only."""
    left = Left()
    left.set("/chosen", "bootargs", arguments)
    assert bytes(left.read()[1].choice).rstrip(b"\0") == choice


def test_an_initrd_address_may_have_32_bits() -> None:
    """Some loaders write one cell."""
    left = Left()
    left.set("/chosen", "linux,initrd-start", [0x1000])
    left.set("/chosen", "linux,initrd-end", [0x0FFF])
    assert left.read()[0] == core.Reason.ENTRY_NO_INITRD


MOVES = st.integers(0, 64).map(lambda n: n * 0x100000)
SIZE = 0x80000
PACK = 0x380000


@settings(deadline=None)  # a busy host is no fault of the code's
@given(self=MOVES, window=MOVES, pack=MOVES, home=MOVES)
def test_moving_home_overwrites_nothing(self: int, window: int, pack: int, home: int) -> None:
    """Whatever the order, a move never lands on something that has yet to be read."""
    if window < home + PACK and home < window + SIZE:
        return  # the planner's proof: the homes are apart
    if self < pack + PACK and pack < self + SIZE:
        return  # the loader's: it put them apart
    for _ in range(3):
        move = lib.boot_next_move(self, SIZE, window, pack, PACK, home)
        if move == lib.BOOT_MOVE_SELF:
            assert window + SIZE <= pack or pack + PACK <= window
            self = window
        elif move == lib.BOOT_MOVE_PACK:
            assert home + PACK <= self or self + SIZE <= home
            pack = home
        else:
            break
    if move == lib.BOOT_MOVE_NONE:
        assert (self, pack) == (window, home)
    else:
        assert move == lib.BOOT_MOVE_CLASH


@settings(deadline=None)
@given(data=st.binary(max_size=100), start=st.integers(0, 8))
def test_copying_copies(data: bytes, start: int) -> None:
    """Any alignment."""
    source = ffi.new("uint8_t[]", start + len(data) + 1)
    target = ffi.new("uint8_t[]", len(data) + 1)
    ffi.memmove(source + start, data, len(data))
    lib.bytes_copy(target, source + start, len(data))
    assert bytes(ffi.buffer(target, len(data))) == data


def test_aligned_ranges_move_in_words() -> None:
    """As the pack does when its home lies above its place: whole words, the same bytes."""
    data = bytes(range(64))
    memory = ffi.new("uint64_t[]", 9)
    ffi.memmove(memory, data, len(data))
    lib.bytes_copy(memory + 1, memory, len(data))
    assert bytes(ffi.buffer(memory + 1, len(data))) == data
    lib.bytes_copy(memory, memory + 1, len(data))
    assert bytes(ffi.buffer(memory, len(data))) == data


@settings(deadline=None)
@given(data=st.binary(min_size=16, max_size=200), shift=st.integers(1, 16))
def test_copying_serves_overlapping_ranges(data: bytes, shift: int) -> None:
    """A range moved up onto itself."""
    memory = ffi.new("uint8_t[]", len(data) + shift)
    ffi.memmove(memory, data, len(data))
    lib.bytes_copy(memory + shift, memory, len(data))
    assert bytes(ffi.buffer(memory + shift, len(data))) == data
