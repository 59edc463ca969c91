# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk plan`: what is where, why there, and how much room is left, on each board."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk import board
from workbench import document, matches, run

if TYPE_CHECKING:
    import pytest

GOLDEN = Path(__file__).parent / "golden"


def add_board(name: str, changes: dict[str, str] | None = None) -> None:
    """A board in ./boards that differs from QEMU's."""
    text = board.find()["qemu-virt"].read_text()
    for old, new in {'name = "qemu-virt"': f'name = "{name}"', **(changes or {})}.items():
        assert old in text
        text = text.replace(old, new)
    folder = Path("boards") / name
    folder.mkdir(parents=True)
    (folder / "board.toml").write_text(text)


def test_a_plan_is_a_table(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """RAM in numbers, then each placement with its room and its reason, then each partition."""
    handset()

    code, out, _ = run(capsys, "plan", ".")

    assert code == 0
    path = GOLDEN / "plan.txt"
    if os.environ.get("MVPSDK_UPDATE_GOLDEN") == "1":
        path.write_text(out)
    assert path.read_text() == out


def test_reserved_ram_is_told_in_its_place(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the board keeps is between what is planned, and in the sums."""
    handset(boards='"other"')
    more = '[[reserved]]\nname = "modem"\nbase = 0x4800_0000\nsize = "16 MiB"\n\n[timer]'
    add_board("other", {"[timer]": more})

    _, out, _ = run(capsys, "plan", ".")
    found = document(capsys, "plan", ".")

    assert "; 16 MiB reserved by the board" in out
    assert '"modem": the board gives it to nobody' in out
    bases = re.findall(r"^  \[(0x[0-9a-f]+)\.\..*  board ", out, re.MULTILINE)
    assert bases == ["0x48000000"]
    memory = found["memory"]
    assert memory["ram"] == memory["reserved"] + memory["planned"] + memory["free"] == 1 << 30
    assert memory["planned"] == sum(each["size"] for each in found["placements"])
    assert memory["largest"] <= memory["free"]


def test_every_board_is_planned(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """With its differences, one after the other; --board picks one."""
    handset(
        boards='"qemu-virt", "other"',
        more='[[on.other.persona]]\nname = "work"\nmemory = "64 MiB"\n',
    )
    add_board("other")

    code, out, _ = run(capsys, "plan", ".")

    assert code == 0
    first, second = out.split("one 1.0.0 on other\n")
    assert first.startswith("one 1.0.0 on qemu-virt\n")
    assert "  32 MiB  " in first
    assert "  64 MiB  " in second
    assert run(capsys, "plan", ".", "--board", "other")[1] == "one 1.0.0 on other\n" + second

    several = document(capsys, "plan", ".")
    assert matches(several)
    assert [plan["board"] for plan in several["plans"]] == ["qemu-virt", "other"]
    one = document(capsys, "plan", ".", "--board", "other")
    assert matches(one)
    assert one == several["plans"][1]


def test_a_board_that_fails_does_not_hide_the_others(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """What can be planned is shown, then what is in the way of the rest; as JSON, that alone."""
    handset(boards='"gap", "qemu-virt", "small"')
    add_board("gap", {'size = "1 GiB"': 'size = "TODO"'})
    add_board(
        "small", {'size = "1 GiB"': 'size = "16 MiB"', 'memory = "1 GiB"': 'memory = "16 MiB"'}
    )

    code, out, err = run(capsys, "plan", ".")

    assert code == 2
    assert out.startswith("one 1.0.0 on qemu-virt\n")
    assert "memory[0].size is still TODO" in err
    assert 'board "small" has' in err
    assert document(capsys, "plan", ".")["schema"] == "mvpsdk.error/1"


def test_a_board_that_the_handset_is_not_for_is_refused(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """By every command: what is bundled for a board is what the handset file says of it."""
    handset()
    add_board("other")

    for words in (["plan", "."], ["lint", "."], ["bundle", ".", "-o", "x.itb", "--unsigned"]):
        code, _, err = run(capsys, *words, "--board", "other")
        assert code == 2
        assert 'handset one is not made for board "other"; it is for: qemu-virt' in err
        assert "handset.toml:4" in err
    assert 'did you mean "qemu-virt"?' in run(capsys, "plan", ".", "--board", "qemu-vit")[2]
