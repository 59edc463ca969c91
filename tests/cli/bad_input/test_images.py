# SPDX-License-Identifier: Apache-2.0
"""Images that can't run where they are meant to, and memory that can't be as it is written.

The linter tells them as findings, with its rules; whoever needs the plan is refused with the same
rule; and nobody makes a bundle of them.
"""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from phone_folder import BOARD, at, firmware, kernel, spoil
from refusing import everything

if TYPE_CHECKING:
    from collections.abc import Callable

    from refusing import Refusal

    Refused = Callable[..., Refusal]

pytestmark = pytest.mark.usefixtures("phone")

BUNDLE = "bundle . -o out.itb --unsigned"
MIB = 1 << 20


def write(name: str, data: bytes) -> Callable[[], None]:
    """Put other bytes into a file."""
    return lambda: void(Path(name).write_bytes(data))


def change(*edits: tuple[str, str, str]) -> Callable[[], None]:
    """Change a file's text."""

    def make() -> None:
        for edit in edits:
            spoil(*edit)

    return make


def void(_value: object) -> None:
    """Forget a value."""


X86 = firmware(machine=62)
DEVICE = "base = 0x0903_0000"

MODEM = '[[reserved]]\nname = "modem"\nbase = 0x4000_0000\nsize = "1020 MiB"\n'

# What is done; the rule; the place; both values that collide.
CASES: dict[str, tuple[Callable[[], None], str, tuple[str, str], tuple[str, ...]]] = {
    "gzip'd kernel": (
        write("linux", gzip.compress(kernel())),
        "IMG003",
        ("handset.toml", "kernel ="),
        ("work/kernel", "gzip", "mvpsdk extract"),
    ),
    "truncated kernel": (
        write("linux", kernel()[:0x9000]),
        "IMG004",
        ("handset.toml", "kernel ="),
        ("its sections end at 0x10000", "the file has 0x9000 bytes"),
    ),
    "kernel for x86": (
        write("linux", kernel(machine=0x8664)[:0x38] + bytes(4) + kernel(machine=0x8664)[0x3C:]),
        "IMG002",
        ("handset.toml", "kernel ="),
        ("x86-64", "arm64"),
    ),
    "firmware for x86": (
        write("firmware.elf", X86),
        "IMG002",
        ("handset.toml", "image ="),
        ("firmware.elf", "64"),
    ),
    "truncated firmware": (
        write("firmware.elf", firmware()[:0x800]),
        "IMG004",
        ("handset.toml", "image ="),
        ("segment 0 ends at 0x1000", "the file has 0x800 bytes"),
    ),
    "firmware linked outside its partition": (
        write("firmware.elf", firmware(kind=2, base=0x8000_0000)),
        "IMG006",
        ("handset.toml", "image ="),
        ("0x80000000",),
    ),
    "firmware that is text": (
        write("firmware.elf", b"#!/bin/sh\nexit 0\n"),
        "IMG001",
        ("handset.toml", "image ="),
        ("firmware.elf", "no ELF"),
    ),
    "kernel too large for its RAM": (
        write("linux", kernel(memory=48 * MIB)),
        "MEM005",
        ("handset.toml", 'memory = "32 MiB"'),
        ("48 MiB", "32 MiB"),
    ),
    "firmware too large for its RAM": (
        write("firmware.elf", firmware(size=9 * MIB)),
        "MEM005",
        ("handset.toml", 'memory = "8 MiB"'),
        ("9.1 MiB", "8 MiB"),
    ),
    "kernel, ramdisk and device tree collide": (
        change(("handset.toml", 'memory = "32 MiB"', 'memory = "2 MiB"')),
        "MEM005",
        ("handset.toml", 'memory = "2 MiB"'),
        ("the kernel, the ramdisk and the device tree together", "2 MiB"),
    ),
    "memory that the board lacks": (
        change(("handset.toml", 'memory = "32 MiB"', 'memory = "4 GiB"')),
        "MEM003",
        (BOARD, "[[memory]]"),
        ("RAM of work needs 4 GiB", "has 1012 MiB"),
    ),
    "memory that is reserved": (
        change((BOARD, "[[reserved]]", f"{MODEM}\n[[reserved]]")),
        "MEM003",
        (BOARD, "[[memory]]"),
        ("needs 8 MiB", "has 2 MiB"),
    ),
    "device on the secure world's memory": (
        change((BOARD, DEVICE, "base = 0x0e00_0000")),
        "MEM002",
        (BOARD, "[[device]]"),
        ("device [0xe000000..0xe001000)", '"secure-world" [0xe000000..0xf000000)'),
    ),
    "device past the last address": (
        change((BOARD, DEVICE, "base = 0xffff_ffff_f000")),
        "MEM003",
        (BOARD, "[[device]]"),
        ("device [0xfffffffff000..0x1000000000000)", "a guest address beyond"),
    ),
}
BOARD_CASES = {
    "device on the virtual interrupt controller": (
        (DEVICE, "base = 0x0800_f000"),
        ('device "gpio" [0x800f000..0x8010000)', "the GIC distributor [0x8000000..0x8010000)"),
    ),
    "device on the virtual redistributor": (
        (DEVICE, "base = 0x080b_0000"),
        ('device "gpio" [0x80b0000..0x80b1000)', "the GIC redistributors [0x80a0000..0x81a0000)"),
    ),
    "device on the hypervisor's console": (
        (DEVICE, "base = 0x0900_0000"),
        ('device "gpio" [0x9000000..0x9001000)', "the console [0x9000000..0x9000020)"),
    ),
}
"""Direct map: a virtual device stands where the board's own does."""


@pytest.mark.parametrize("case", CASES)
def test_lint_finds_it(cli: Callable[..., Any], case: str) -> None:
    """One finding of that rule, at that line, with both values and a way out."""
    spoiling, rule, (name, line), values = CASES[case]
    spoiling()

    spoken, parsed = cli("lint", "."), cli("lint", ".", "--format", "json")

    assert (spoken.code, spoken.err) == (parsed.code, parsed.err) == (1, "")
    found = {each["rule"]: each for each in json.loads(parsed.out)["findings"]}
    assert rule in found
    place = found[rule]["place"]
    where = f"{os.path.relpath(place['file'])}:{place['line']}:{place['column']}"
    assert where == at(name, line)
    assert f"{where} (" in spoken.out
    assert found[rule]["fix"]
    said = f"{found[rule]['message']} {found[rule]['parties']} {found[rule]['fix']}"
    assert [value for value in values if value not in said] == []


@pytest.mark.parametrize("case", [case for case in CASES if CASES[case][1] != "IMG004"])
def test_there_is_no_plan_of_it(refused: Refused, case: str) -> None:
    """The same place and the same values, told as an error."""
    spoiling, rule, (name, line), values = CASES[case]
    spoiling()

    refusal = refused("plan", ".")

    assert at(name, line) in refusal.places
    assert rule in [error["rule"] for error in refusal.errors]
    assert refusal.says(*values)


@pytest.mark.parametrize("case", CASES)
def test_no_bundle_is_made_of_it(refused: Refused, case: str) -> None:
    """A failed check, each finding an error, and no file."""
    spoiling, rule, _, _ = CASES[case]
    spoiling()

    refusal = refused(*BUNDLE.split(), code=1)

    assert rule in [error["rule"] for error in refusal.errors]
    assert not Path("out.itb").exists()


@pytest.mark.parametrize("case", BOARD_CASES)
@pytest.mark.parametrize("command", ["plan .", BUNDLE])
def test_no_board_is_so(refused: Refused, command: str, case: str) -> None:
    """What collides on the board itself is refused before any handset is looked at."""
    (old, new), values = BOARD_CASES[case]
    spoil(BOARD, old, new)

    refusal = refused(*command.split(), code=2)

    assert refusal.places == [at(BOARD, "[[device]]")]
    assert refusal.says(*values)


def test_what_was_bundled_before_stays(refused: Refused, cli: Callable[..., Any]) -> None:
    """A bundle that can't be made again leaves the old one, byte for byte."""
    assert cli(*BUNDLE.split()).code == 0
    before = everything(Path())
    write("linux", gzip.compress(kernel()))()
    before["linux"] = everything(Path())["linux"]

    refused(*BUNDLE.split(), code=1)

    assert everything(Path()) == before
