# SPDX-License-Identifier: Apache-2.0
"""The boot script decides over boot control as the C functions do: both get the same states.

U-Boot runs the very sections of the script that read, choose, mark and write, over a table of
states in its memory, once as if the slot started and once as if it was refused.
"""

from __future__ import annotations

import itertools
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

import uboot_alone
from mvpsdk import uboot
from mvpsdk.core.facade import (
    SLOTS_LAYOUT,
    Slots,
    slots_choose,
    slots_read,
    slots_refuse,
    slots_start,
    slots_write,
)
from mvpsdk.uboot import script as script_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.target

BLOCK = 512
NO_SLOT, NO_COPY = 0xFFFF_FFFF, 0xFFFF_FFFE
ROW = 2 * BLOCK  # of the table: both copies
ANSWER = 5 * BLOCK  # what was chosen; both copies after a start; both after a refusal
TABLE, ANSWERS = 0x5000_0000, 0x5800_0000
HEAD = struct.Struct("<QIIII8I")
CRC_AT = SLOTS_LAYOUT.fields["crc"]


def block(values: Mapping[str, int], damage: tuple[int, int] | None = None) -> bytes:
    """A copy with any values in it, its checksum right; damage: an offset, and bits to flip."""
    found = {
        "magic": SLOTS_LAYOUT.magic,
        "version": 1,
        "sequence": 1,
        "floor": 3,
        "booted": NO_SLOT,
    }
    for slot in "ab":
        found |= {f"{slot}_priority": 0, f"{slot}_tries": 0, f"{slot}_successful": 0}
        found |= {f"{slot}_index": 3}
    found |= values
    body = bytearray(HEAD.pack(*found.values()).ljust(CRC_AT, b"\0"))
    whole = body + zlib.crc32(body).to_bytes(4)
    if damage:
        whole[damage[0]] ^= damage[1]
    return bytes(whole)


def combinations() -> Iterator[tuple[bytes, bytes]]:
    """Every pair of slots that differs in what counts, in a copy that counts."""
    slots = [
        *itertools.product((0, 1, 2, 15), (0, 1, 7), (0, 1)),
    ]
    blank = bytes(BLOCK)
    for number, (first, second) in enumerate(itertools.product(slots, slots)):
        names = ("priority", "tries", "successful")
        values = {f"a_{name}": value for name, value in zip(names, first, strict=True)}
        values |= {f"b_{name}": value for name, value in zip(names, second, strict=True)}
        more = {"booted": (NO_SLOT, 0, 1)[number % 3], "sequence": number}
        made = block({**values, **more})
        yield (made, blank) if number % 2 else (blank, made)


GOOD = {"a_priority": 15, "a_tries": 3, "b_priority": 14, "b_successful": 1}
OTHER = {"a_priority": 1, "a_tries": 1, "b_priority": 2, "b_tries": 7}
SEQUENCES = (0, 1, 2, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFE, 0xFFFF_FFFF)
WRONG = (
    *({"magic": SLOTS_LAYOUT.magic ^ bit} for bit in (1, 1 << 31, 1 << 32, 1 << 63)),
    *({"version": value} for value in (0, 2, 0x0100_0001)),
    *({"booted": value} for value in (2, 0x7FFF_FFFF, 0xFFFF_FFFE)),
    *({f"{slot}_priority": value} for slot in "ab" for value in (16, 0x8000_0000, NO_SLOT)),
    *({f"{slot}_tries": value} for slot in "ab" for value in (8, 0x8000_0001, NO_SLOT)),
    *({f"{slot}_successful": value} for slot in "ab" for value in (2, 0x8000_0000, NO_SLOT)),
)
DAMAGED = ((0, 1), (11, 0x80), (12, 1), (40, 4), (300, 1), (507, 0x80), (508, 1), (511, 0x80))


def pairs() -> Iterator[tuple[bytes, bytes]]:
    """Two copies that may both count: every order of sequences, and every kind of damage."""
    for first, second in itertools.product(SEQUENCES, SEQUENCES):
        yield block({**GOOD, "sequence": first}), block({**OTHER, "sequence": second})
    for wrong in (
        *(block({**GOOD, "sequence": 9, **values}) for values in WRONG),
        *(block({**GOOD, "sequence": 9}, each) for each in DAMAGED),
        bytes(BLOCK),
        b"\xff" * BLOCK,
    ):
        good = block({**OTHER, "sequence": 8})
        yield from ((wrong, good), (good, wrong), (wrong, wrong))


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody made of a state."""

    chosen: int
    started: bytes
    refused: bytes


def by_c(first: bytes, second: bytes) -> Answer:
    """Ask the C functions."""
    both = first + second
    misc = first.ljust(SLOTS_LAYOUT.step, b"\0") + second
    state = slots_read(misc)
    if state is None:
        return Answer(NO_COPY, both, both)
    slot = slots_choose(state)
    if slot is None:
        return Answer(NO_SLOT, both, both)
    return Answer(
        slot,
        _written(both, state, slots_start(state, slot)),
        _written(both, state, slots_refuse(state, slot)),
    )


def _written(both: bytes, before: Slots, after: Slots) -> bytes:
    if after == before:
        return both
    made = slots_write(after)
    at = BLOCK if made.offset else 0
    return both[:at] + made.data + both[at + BLOCK :]


def script(count: int) -> str:
    """What U-Boot runs: the sections, over a table on the disk, and the answers back onto it."""
    values = uboot.sections
    copy0, copy1 = (uboot_alone.TARGET.room.base + n * SLOTS_LAYOUT.step for n in range(2))
    decide = values(uboot_alone.TARGET, "read", "choose")
    act = values(uboot_alone.TARGET, "mark", "write")
    load = (
        f"cp.b ${{t_row}} {copy0:x} 200; setexpr t_x ${{t_row}} + 200; cp.b ${{t_x}} {copy1:x} 200"
    )

    def keep(at: int) -> str:
        places = f"setexpr t_x ${{t_out}} + {at:x}; setexpr t_y ${{t_x}} + 200"
        return f"{places}; cp.b {copy0:x} ${{t_x}} 200; cp.b {copy1:x} ${{t_y}} 200"

    body = "; ".join(
        (
            f"{load}; {decide}",
            f'if test -z "${{mvp_from}}"; then mw.l ${{t_out}} {NO_COPY:x}',
            f'elif test -z "${{mvp_slot}}"; then mw.l ${{t_out}} {NO_SLOT:x}',
            "else mw.l ${t_out} ${mvp_index}; fi",
            f'setenv mvp_why; if test -n "${{mvp_slot}}"; then {act}; fi; {keep(BLOCK)}',
            f"{load}; {decide}",
            f'setenv mvp_why no; if test -n "${{mvp_slot}}"; then {act}; fi; {keep(3 * BLOCK)}',
            f"setexpr t_row ${{t_row}} + {ROW:x}; setexpr t_out ${{t_out}} + {ANSWER:x}",
            "setexpr t_n ${t_n} + 1",
        )
    )
    blocks, answers = count * ROW // BLOCK, count * ANSWER // BLOCK
    return (
        f"virtio scan; virtio read {TABLE:x} 0 {blocks:x}; setenv mvp_stop; setenv t_n 0; "
        f"setenv t_row {TABLE:x}; setenv t_out {ANSWERS:x}; "
        f"while itest ${{t_n}} -lt {count:x}; do {body}; done; "
        f"virtio write {ANSWERS:x} {blocks:x} {answers:x}; poweroff"
    )


def by_script(states: list[tuple[bytes, bytes]], folder: Path) -> list[Answer]:
    """Ask U-Boot."""
    disk = folder / "table.img"
    with disk.open("wb") as file:
        for state in states:
            file.write(b"".join(state))
        file.truncate(len(states) * (ROW + ANSWER))
    control = uboot.control_tree(uboot_alone.tree(folder), script=script(len(states)))
    said = uboot_alone.typed(control, disk, folder)
    assert "syntax error" not in said
    data = disk.read_bytes()[len(states) * ROW :]
    rows = (data[at : at + ANSWER] for at in range(0, len(data), ANSWER))
    return [
        Answer(
            int.from_bytes(row[:4], "little"),
            row[BLOCK : 3 * BLOCK],
            row[3 * BLOCK : 5 * BLOCK],
        )
        for row in rows
    ]


def test_script_and_c_functions_decide_alike(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Which copy counts, which slot starts, and what is written back: the same, to the byte."""
    states = [*combinations(), *pairs()]
    expected = [by_c(*state) for state in states]
    found = by_script(states, tmp_path)
    differ = [
        (number, want.chosen, have.chosen)
        for number, (want, have) in enumerate(zip(expected, found, strict=True))
        if want != have
    ]
    assert not differ, differ[:10]
    chosen = {answer.chosen for answer in expected}
    assert chosen == {0, 1, NO_SLOT, NO_COPY}
    written = sum(answer.started != answer.refused for answer in expected)
    assert written > len(states) // 2
    record_property("table", f"{len(states)} states of boot control: U-Boot and C decide alike")


FAULTS = {
    "b-before-a": ("priority@ -gt *@STATE", "priority@ -ge *@STATE", "of equals, b goes first"),
    "half-way-round": ("-ge 80000000", "-gt 80000000", "half the way round ahead counts as later"),
    "any-tries": (
        "COPY.b.tries@ -le @TRIES_MAX@",
        "COPY.b.tries@ -le ff",
        "more tries than there are",
    ),
    "endless-tries": ("*${mvp_tries} - 1", "*${mvp_tries} - 0", "a slot on trial loses no try"),
    "not-started": ("mw.l @STATE.booted@ ${mvp_index}", "true", "nobody knows what was started"),
    "same-copy": (
        "setenv mvp_to @COPY1@",
        "setenv mvp_to @COPY0@",
        "the copy that counts is overwritten",
    ),
}
"""By name: what stands in the script, what does instead, and what that breaks."""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_script_is_found(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """The comparison with C can fail: each of these makes it."""
    good, bad, breaks = FAULTS[name]
    text = script_file._TEMPLATE.read_text(encoding="utf-8")
    assert good in text
    template = tmp_path / "boot.hush"
    template.write_text(text.replace(good, bad), encoding="utf-8")
    monkeypatch.setattr(script_file, "_TEMPLATE", template)
    states = [*itertools.islice(combinations(), 0, None, 9), *pairs()]
    assert by_script(states, tmp_path) != [by_c(*state) for state in states]
    record_property("fault", (f"boot-script-{name}", breaks, "test_boot_control.py"))
