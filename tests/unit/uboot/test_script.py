# SPDX-License-Identifier: Apache-2.0
"""The boot script as a line that U-Boot's hush can read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mvpsdk import board as boards
from mvpsdk import uboot
from mvpsdk.errors import InputError
from mvpsdk.units import GIB, MIB, Pa, Range

TARGET = uboot.Target(
    compatible="acme,one",
    storage=uboot.Storage.parse("mmc 1"),
    room=Range(Pa(0x4400_0000), 512 * MIB),
)
QUOTED = re.compile(r'"[^"]*"')


@pytest.fixture(params=[(), ("key-1", "key-2")], ids=["unsigned", "signed"])
def script(request: pytest.FixtureRequest) -> str:
    """A board's script, with and without keys."""
    return uboot.boot_script(TARGET, request.param)


def test_every_place_is_filled_and_no_comment_is_left(script: str) -> None:
    """What stands between @s is replaced, and it is one line."""
    assert "@" not in script
    assert "#" not in script.replace("44010000#conf-1", "")
    assert "\n" not in script


def test_hush_can_read_it(script: str) -> None:
    """No apostrophe, which opens a quotation even within another; no bare & and no pipe."""
    bare = QUOTED.sub('""', script)
    assert "'" not in script
    assert script.count('"') % 2 == 0
    assert (
        re.search(
            r"[|<>&!](?<!&&)(?<!\|\|)", bare.replace("&&", "").replace("||", "").replace("!=", "")
        )
        is None
    )


def test_blocks_are_closed(script: str) -> None:
    """Each if has its fi, each do its done; no word that opens one has a semicolon behind it."""
    words = QUOTED.sub('""', script).replace(";", " ; ").split()
    assert words.count("if") == words.count("fi")
    assert words.count("for") == words.count("do") == words.count("done")
    assert not re.search(r"\b(?:then|do|else) *;", QUOTED.sub('""', script))


def test_nothing_is_booted_but_a_configuration_that_was_verified(script: str) -> None:
    """One command verifies, others go on with what it has verified; no command takes an image."""
    commands = {command.split()[0] for command in re.split(r"[;&|]+", script) if command.split()}
    assert not commands & {"booti", "bootz", "go", "bootefi", "source", "boot", "run", "sysboot"}
    assert set(re.findall(r"\bbootm \w+", script)) == {
        "bootm start",
        "bootm loados",
        "bootm ramdisk",
        "bootm prep",
        "bootm go",
    }


def test_it_ends_by_switching_off(script: str) -> None:
    """Whatever happens before: a prompt follows the last command."""
    assert script.endswith("poweroff; reset")


def test_each_variable_is_set_before_it_is_read(script: str) -> None:
    """An environment that somebody else wrote has no say, but for the persona."""
    read = {*re.findall(r"\$\{(\w+)\}", script)} - {"fdtcontroladdr", "mvp_persona"}
    for name in read:
        at = script.index(f"${{{name}}}")
        made = re.search(rf"\b(?:setenv {name}\b|for {name} in|setexpr(?:\.[bl])? {name} )", script)
        assert made, name
        assert made.start() < at, name


def test_without_a_key_none_is_asked_for(script: str) -> None:
    """The control tree is looked at only where keys were provisioned."""
    assert ("/signature/" in script) == ("key-1" in script)


def test_storage_is_the_boards() -> None:
    """Its kind is the command that reads and writes."""
    script = uboot.boot_script(TARGET, ())
    assert "mmc dev 1" in script
    assert "mmc read 44010000" in script
    assert "part start mmc 1 misc mvp_misc" in script
    assert "virtio" not in script


@pytest.mark.parametrize("text", ["", "mmc", "mmc x", "mmc 0; reset", "0 mmc", "mmc 0 1"])
def test_no_other_words_get_into_the_script(text: str) -> None:
    """A device is a kind and a number."""
    with pytest.raises(InputError, match="no device of U-Boot"):
        uboot.Storage.parse(text)


def test_a_section_is_part_of_the_script() -> None:
    """What a test runs in U-Boot is what a phone runs."""
    for name in ("read", "choose", "mark", "write"):
        part = uboot.sections(TARGET, name)
        assert part
        assert part in uboot.boot_script(TARGET, ())


@pytest.mark.parametrize("name", sorted(boards.find()))
def test_every_board_has_room(name: str) -> None:
    """RAM for a slot: inside a bank, nobody's, below 4 GiB, clear of the hypervisor's window."""
    board = boards.named(name)
    room = uboot.Target.of(board, uboot.Storage.parse("mmc 0")).room
    assert any(bank.contains(room) for bank in board.memory)
    assert not any(area.range.overlaps(room) for area in board.reserved)
    assert room.end <= 4 * GIB
    assert room.size >= 8 * MIB
    assert room.base % MIB == 0


def test_too_little_room_is_told_with_what_there_is() -> None:
    """A board with 128 MiB is too small for U-Boot and a slot side by side."""
    banks = [Range(Pa(0x4000_0000), 130 * MIB)]
    with pytest.raises(InputError, match="tiny has no room for a slot while U-Boot runs: 2 MiB"):
        uboot.room(banks, [], board="tiny")


def test_the_template_says_what_its_sections_are() -> None:
    """Each has a name of its own."""
    text = (Path(uboot.__file__).parent / "boot.hush").read_text(encoding="utf-8")
    names = re.findall(r"^ *#: (\w+)$", text, flags=re.MULTILINE)
    assert names
    assert len(names) == len(set(names))
