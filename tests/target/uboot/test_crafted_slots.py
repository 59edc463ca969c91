# SPDX-License-Identifier: Apache-2.0
"""Slots by somebody who has no key, and knows what the boot script believes before it verifies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import crafted
from mvpsdk.bundle import fit

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

MOST = 8 << 20 >> 9  # blocks of a slot
READ = re.compile(r"virtio read: device 0 block # \d+, count (\d+)")


@pytest.mark.parametrize(
    "offset",
    [
        b"f000 -gt 0 #\0",  # as a number: larger than what is there; as words: a longer command
        b"gsub . f000 0 #\0",
        b"'\0",
        b"f00\0",  # as long as a number
        b"",
        bytes(8),
    ],
    ids=["words", "a-command", "a-quote", "a-text", "nothing", "two-cells"],
)
def test_no_text_in_an_unsigned_tree_becomes_a_part_of_a_command(
    offset: bytes, tmp_path: Path
) -> None:
    """Nothing is read that lies behind the slot, and nothing is started."""
    data = crafted.claiming(offset, fit.ALIGN)
    said = crafted.boot((data, data), b"", tmp_path)
    assert "mvp: nothing is started: no slot may start" in said
    assert max(map(int, READ.findall(said))) <= MOST
    assert "mvp: slot a refused: " in said
    assert "Usage" not in said


def test_a_part_does_not_take_the_place_of_what_was_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first slot leaves the right program at the part's home, the second says: it lies there.

    Without a second look the part, which nobody signed, would then be started in its place.
    """
    left = crafted.claiming(fit.cell(0), 4 << 20).ljust(crafted.HOME - crafted.FIT, b"\0")
    slots = (left + crafted.PROGRAM + bytes(3 << 20), crafted.moved(monkeypatch))
    said = crafted.boot(slots, crafted.says("EVIL"), tmp_path)
    assert "mvp: slot b refused: verification failed when its parts had been read" in said
    assert "mvp: nothing is started: no slot may start" in said
    assert "EVIL" not in said


def test_the_same_slot_starts_as_it_was_signed(tmp_path: Path) -> None:
    """What is refused above is so for the place of its program alone."""
    said = crafted.boot((b"", crafted.signed()), crafted.says("EVIL"), tmp_path)
    assert "mvp: part x" in said
    assert said.endswith("GOOD\n")
