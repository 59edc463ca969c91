# SPDX-License-Identifier: Apache-2.0
"""What a person writes: every fault of a file at once, each with its place and what was meant."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from phone_folder import BOARD, at, spoil

if TYPE_CHECKING:
    from collections.abc import Callable

    from refusing import Refusal

    Refused = Callable[..., Refusal]

pytestmark = pytest.mark.usefixtures("phone")

Faults = tuple[str, str, *tuple[tuple[str, ...], ...]]

BUNDLE = "bundle . -o out.itb --unsigned"
BUILD = "build . -o out"
COMMANDS = ["lint .", "plan .", BUNDLE, BUILD, "lock .", "fetch ."]
BOARD_COMMANDS = [command for command in COMMANDS if command not in ("lock .", "fetch .")]

TWO = '[[device]]\nname = "two"\nbase = 0x0904_0000\nsize = "4 KiB"\nirq = 39 # again\n'

# File, what is replaced, by what; the line that is at fault, and what is said of it.
HANDSET_FAULTS: dict[str, Faults] = {
    "unknown key": (
        'memory = "32 MiB"',
        'memry = "32 MiB"',
        ("memry", 'unknown key persona[0].memry; did you mean "memory"?'),
        ("[[persona]]", "persona[0].memory is missing"),
    ),
    "unknown table": ("[boot]", "[bot]", ("[bot]", 'unknown key bot; did you mean "boot"?')),
    "number for text": (
        'name = "phone"',
        "name = 7",
        ("name = 7", "handset.name: must be text in quotes, not 7"),
    ),
    "text for number": (
        "cpu = 0\n",
        'cpu = "0"\n',
        ('cpu = "0"', 'realtime.cpu: must be a whole number, not "0"'),
    ),
    "text for list": (
        'boards = ["lab"]',
        'boards = "lab"',
        ("boards", 'handset.boards: must be a list in brackets, not "lab"'),
    ),
    "number for size": (
        'memory = "32 MiB"',
        "memory = 32",
        ("memory = 32", 'persona[0].memory: a size is text with a unit, such as "8 MiB"'),
    ),
    "size without its unit's i": (
        'memory = "32 MiB"',
        'memory = "32 MB"',
        ("32 MB", 'persona[0].memory: "32 MB" is no size; did you mean "32 MiB"?'),
    ),
    "no whole pages": (
        'memory = "32 MiB"',
        'memory = "5 B"',
        ("5 B", 'persona[0].memory: "5 B" is no multiple of 4 KiB, the smallest page'),
    ),
    "table for text": (
        'version = "1.0.0"',
        "version = { major = 1 }",
        ("version", "handset.version: must be text in quotes, not a table"),
    ),
    "persona that is not there": (
        'default = "work"',
        'default = "wrk"',
        ("default", 'boot.default: there is no persona "wrk"', 'did you mean "work"?'),
    ),
}
BOARD_FAULTS: dict[str, Faults] = {
    "unknown key": (
        "maintenance-irq = 25",
        "maintenance-irk = 25",
        ("maintenance-irk", 'did you mean "maintenance-irq"?'),
    ),
    "wrong type": (
        "count = 8",
        'count = "4"',
        ("count", 'cpu.count: must be a whole number, not "4"'),
    ),
    "address in no page": (
        "base = 0x0903_0000",
        "base = 0x0903_0001",
        ("0x0903_0001", "device[0].base: 0x9030001 is no multiple of 4"),
    ),
}
CONTRADICTIONS: dict[str, Faults] = {
    "no such driver": (
        'driver = "pl011"',
        'driver = "pl01"',
        ("driver", 'console.driver: there is no driver "pl01"', "there are: "),
    ),
    "interrupt given twice: two devices": (
        "[virtual]",
        f"{TWO}\n[virtual]",
        ("again", "device[2].irq: INTID 39 is device[0].irq already", "each needs its own"),
    ),
    "interrupt given twice: device and console": (
        "irq = 39",
        "irq = 33 # again",
        ("again", "device[0].irq: INTID 33 is console.irq already", "each needs its own"),
    ),
    "interrupt given twice: timer and GIC": (
        "virtual-irq = 27",
        "virtual-irq = 25",
        ("virtual-irq", "INTID 25 is interrupt-controller.maintenance-irq already"),
    ),
    "interrupt given twice: two timers": (
        "hypervisor-irq = 26",
        "hypervisor-irq = 27",
        ("hypervisor-irq", "timer.hypervisor-irq: INTID 27 is timer.virtual-irq already"),
    ),
    "device in RAM": (
        "base = 0x0903_0000",
        "base = 0x4000_0000",
        ("[[device]]", 'device "gpio" [0x40000000..0x40001000) overlaps RAM bank 0 [0x40000000..'),
    ),
    "device on the console": (
        "base = 0x0903_0000",
        "base = 0x0900_0000",
        ("[[device]]", 'device "gpio" [0x9000000..', "overlaps the console [0x9000000..0x900"),
    ),
    "two banks overlap": (
        'size = "1 GiB"',
        'size = "512 MiB"\n\n[[memory]] # two\nbase = 0x5000_0000\nsize = "512 MiB"',
        ("# two", "RAM bank 1 [0x50000000..0x70000000)", "RAM bank 0 [0x40000000..0x60000000)"),
    ),
}


@pytest.mark.parametrize("fault", HANDSET_FAULTS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_fault_of_the_handset_file(refused: Refused, command: str, fault: str) -> None:
    """Its line and column, what stands there, and what was meant."""
    old, new, *expected = HANDSET_FAULTS[fault]
    spoil("handset.toml", old, new)

    refusal = refused(*command.split())

    assert sorted(refusal.places) == sorted(at("handset.toml", f) for f, *_ in expected)
    assert all(refusal.says(*texts) for _, *texts in expected)


@pytest.mark.parametrize("fault", BOARD_FAULTS)
@pytest.mark.parametrize("command", [*BOARD_COMMANDS, "lint boards/lab"])
def test_a_fault_of_the_board_file(refused: Refused, command: str, fault: str) -> None:
    """The same for the board, by itself or through the handset."""
    old, new, *expected = BOARD_FAULTS[fault]
    spoil(BOARD, old, new)

    refusal = refused(*command.split())

    assert set(refusal.places) == {at(BOARD, f) for f, *_ in expected}
    assert all(refusal.says(*texts) for _, *texts in expected)


@pytest.mark.parametrize("fault", CONTRADICTIONS)
@pytest.mark.parametrize("command", ["plan .", BUNDLE, BUILD])
def test_a_board_that_contradicts_itself(refused: Refused, command: str, fault: str) -> None:
    """Nothing is made for it; both sides of each contradiction are told."""
    old, new, *expected = CONTRADICTIONS[fault]
    spoil(BOARD, old, new)

    refusal = refused(*command.split())

    assert set(refusal.places) == {at(BOARD, f) for f, *_ in expected}
    assert all(refusal.says(*texts) for _, *texts in expected)


@pytest.mark.parametrize("fault", CONTRADICTIONS)
@pytest.mark.parametrize("command", ["lint .", "lint boards/lab"])
def test_lint_finds_what_contradicts(cli: Callable[..., Any], command: str, fault: str) -> None:
    """The same words and places, as findings."""
    old, new, *expected = CONTRADICTIONS[fault]
    spoil(BOARD, old, new)

    result = cli(*command.split())

    assert result.code == 1
    assert set(result.err.splitlines()) <= {"--fix mends 1 of these; --diff shows how"}
    for fragment, *texts in expected:
        assert f"{at(BOARD, fragment)} (board." in result.out
        assert [text for text in texts if text not in result.out] == []


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("[handset\n", "1:9", "expected ']' at the end of a table declaration"),
        ('[handset]\nname = "one', "2:12", "unterminated string"),
        ("[handset]\nname = one\n", "2:8", "invalid value"),
        ("a = 1\na = 2\n", "2:6", "cannot overwrite a value"),
        ("[a]\n[a]\n", "2:3", "cannot declare ('a',) twice"),
        ('{ "handset": {} }', "1:1", "invalid statement"),
        ("name: phone\n", "1:5", "expected '='"),
    ],
)
@pytest.mark.parametrize("command", ["lint .", "plan .", "lock ."])
def test_no_toml(refused: Refused, command: str, text: str, place: str, what: str) -> None:
    """The parser's own words, at the line and the column."""
    Path("handset.toml").write_text(text)

    refusal = refused(*command.split())

    assert refusal.places == [f"handset.toml:{place}"]
    assert refusal.says("this is no TOML", what)


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "a = " + "1" * 5000, "a." * 3000 + "b = 1"])
def test_toml_that_nobody_writes(refused: Refused, text: str) -> None:
    """Nested a thousand deep, or a number of thousands of digits."""
    Path("handset.toml").write_text(text)

    assert refused("plan", ".").places[0].startswith("handset.toml")


def test_all_faults_of_a_file_are_told_at_once(refused: Refused) -> None:
    """Six mistakes are six errors, in the order of the lines."""
    for old, new in (
        ('version = "1.0.0"', "version = 1"),
        ("cpu = 0\n", 'cpu = "0"\n'),
        ("priority = 0", "priorit = 0"),
        ("command-line = ", "command-lin = "),
        ('memory = "32 MiB"', 'memory = "32"'),
        ('mode = "exclusive"', 'mode = "shared"'),
    ):
        spoil("handset.toml", old, new)

    refusal = refused("plan", ".")

    lines = [int(place.split(":")[1]) for place in refusal.places]
    assert lines == sorted(lines)
    assert {3, 9, 10, 17, 18, 22} <= set(lines)


def test_all_faults_of_a_board_are_told_at_once(refused: Refused) -> None:
    """What contradicts itself, wherever it stands."""
    for old, new in (
        ("irq = 39", "irq = 33"),
        ("base = 0x0903_0000", "base = 0x4000_0000"),
        ('driver = "pl011"', 'driver = "pl012"'),
        ('memory = "1 GiB"', 'memory = "2 GiB"'),
    ):
        spoil(BOARD, old, new)

    refusal = refused("plan", ".")

    assert len(refusal.errors) == 4


@pytest.mark.usefixtures("bundled")
@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("plan . --board labb", 'did you mean "lab"?'),
        ("boards show qemu-vitr", 'did you mean "qemu-virt"?'),
        ("explain MEM05", "did you mean MEM005"),
        ("lint . --select MEM05", "did you mean MEM005"),
        ("lint . --ignore regions-overlaps", "did you mean MEM002"),
        ("extract phone.itb work/kernl -o out", "work/kernel"),
        ("run phone.itb --persona wrk", "it has: work"),
        ("run phone.itb --expect wrk:x", "there are: "),
        ("schema handse", "there are: abi, board, "),
    ],
)
def test_a_name_that_is_nearly_right_gets_a_guess(refused: Refused, words: str, meant: str) -> None:
    """Keys have their guesses above; so have boards, rules, parts, personas, schemas."""
    assert refused(*words.split()).says(meant)


def test_a_board_that_the_handset_does_not_list(refused: Refused) -> None:
    """Both names, and where the list stands."""
    refusal = refused("plan", ".", "--board", "qemu-virt")

    assert refusal.places == [at("handset.toml", "boards = ")]
    assert refusal.says('not made for board "qemu-virt"', "it is for: lab")


def test_a_board_that_is_not_there(refused: Refused) -> None:
    """The key that names it, the guess, and where boards were looked for."""
    spoil("handset.toml", '["lab"]', '["labb"]')

    assert refused("plan", ".").says('there is no board "labb"; did you mean "lab"?', "looked in ")
