# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk new-board`: from a tree, from flags, from answers; what it refuses and what it leaves."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import board
from mvpsdk_cli import render
from tree_tables import blob, phone

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]
    Table = dict[str, Any]


def tree(table: Table | None = None, name: str = "acme.dtb") -> Path:
    """Write a tree's file into the working directory."""
    path = Path(name)
    path.write_bytes(blob(table or phone()))
    return path


def test_a_board_is_written_though_facts_are_missing(cli: Cli) -> None:
    """Exit 0: the gaps are named, with how to fill them."""
    result = cli("new-board", "one", "--from-dtb", tree())
    assert result.code == 0
    assert "  board.el2: whether EL2 is free" in result.out
    assert "wrote boards/one: board.toml, README.md" in result.out
    assert board.draft("boards/one").todos == ("board.el2",)
    assert sorted(path.name for path in Path("boards/one").iterdir()) == ["README.md", "board.toml"]


def test_what_the_user_gives_completes_it(cli: Cli) -> None:
    """Memory, EL2, console and vendor; the board loads."""
    result = cli(
        "new-board", "one", "--from-dtb", tree(), "--el2", "free", "--vendor", "Acme Ltd.",
        "--memory", "0x80000000+2GiB", "--memory", "0x100000000+1GiB", "--console", "serial0",
        "--set", "timer.frequency=19200000", "--dir", "mine",
    )  # fmt: skip
    assert result.code == 0
    made = board.load("mine/one")
    assert (made.vendor, made.el2, made.timer_frequency) == ("Acme Ltd.", "free", 19200000)
    assert [(bank.base, bank.size >> 30) for bank in made.memory] == [(1 << 31, 2), (1 << 32, 1)]


def test_a_live_tree_s_ram_is_certain(cli: Cli) -> None:
    """And the report says so."""
    result = cli("new-board", "one", "--from-live-fdt", tree(), "--format", "json")
    document = json.loads(result.out)
    facts = {fact["key"]: fact for fact in document["facts"]}
    assert document["live"] is True
    assert document["path"] == "boards/one"
    assert facts["memory[0].size"]["confidence"] == "certain"
    assert [todo["key"] for todo in document["todos"]] == ["board.el2"]


def test_a_blocked_board_is_not_written_unless_forced(cli: Cli) -> None:
    """Exit 1, with the reason, its node, and the next step."""
    table = phone()
    table["psci"]["method"] = "hvc"
    result = cli("new-board", "one", "--from-dtb", tree(table))
    assert result.code == 1
    assert "  BRD003 PSCI is called by HVC: something runs at EL2 already" in result.out
    assert "    at: acme.dtb:/psci" in result.out
    assert not Path("boards").exists()
    document = json.loads(cli("new-board", "one", "--from-dtb", "acme.dtb", "--format=json").out)
    assert document["path"] is None
    assert [block["rule"] for block in document["blocks"]] == ["BRD003"]
    assert cli("new-board", "one", "--from-dtb", "acme.dtb", "--force").code == 0
    assert "BRD003 psci-hvc" in Path("boards/one/board.toml").read_text()


def test_contradictions_block_too(cli: Cli) -> None:
    """Both values are told, and what the user gives mends them."""
    table = phone()
    table["memory@40000000"]["reg"] = [0, 0x40000000, 0, 0x40000000, 0, 0x70000000, 0, 0x10000000]
    result = cli("new-board", "one", "--from-dtb", tree(table))
    assert result.code == 1
    assert "BRD002" in result.out
    assert "[0x70000000..0x80000000) overlaps RAM bank 0 [0x40000000..0x80000000)" in result.out
    given = ("--memory", "0x40000000+1GiB")
    assert cli("new-board", "one", "--from-dtb", "acme.dtb", *given).code == 0


def test_a_summary_stays_short(cli: Cli) -> None:
    """RAM on top of everything gives many contradictions; JSON has all of them."""
    table = phone()
    table["soc"] |= {
        f"i2c@{number:x}000": {"compatible": "a,i2c", "reg": [number << 12, 0x1000]}
        for number in range(4, 20)
    }
    words = ("new-board", "one", "--from-dtb", tree(table), "--memory", "0x8000000+64MiB")
    result = cli(*words)
    assert result.code == 1
    document = json.loads(cli(*words, "--format", "json").out)
    assert f"  and {len(document['blocks']) - 12} more" in result.out
    assert len(document["blocks"]) > 16


def test_a_board_that_is_there_is_kept_unless_forced(cli: Cli) -> None:
    """Exit 2, and not a byte changed."""
    assert cli("new-board", "one", "--from-dtb", tree()).code == 0
    file = Path("boards/one/board.toml")
    file.write_text("# mine\n")
    result = cli("new-board", "one", "--from-dtb", "acme.dtb")
    assert result.code == 2
    assert "has board.toml, README.md already" in result.err
    assert file.read_text() == "# mine\n"
    assert cli("new-board", "one", "--from-dtb", "acme.dtb", "--force").code == 0
    assert 'name = "one"' in file.read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "there is nothing to make the board of"),
        (("--from-dtb", "nope.dtb"), "there is no such file"),
        (("--from-dtb", "."), "is a folder"),
        (("--from-dtb", "acme.dtb", "--from-live-fdt", "acme.dtb"), "name two trees"),
        (("--from-dtb", "acme.dtb", "--compatible", "a,b"), "for a board without a device tree"),
        (("--from-dtb", "acme.dtb", "--console", "serial9"), '"serial9" is no node with registers'),
        (("--from-dtb", "acme.dtb", "--memory", "4GiB"), "is no bank of RAM"),
        (("--from-dtb", "acme.dtb", "--el2", "mine"), "board.el2"),
        (("--from-dtb", "acme.dtb", "--set", "cpu.cuont=4"), 'did you mean "count"?'),
        (("--compatible", "a,b", "--console", "serial0"), "there is no device tree"),
    ],
)
def test_a_wrong_call_is_told(cli: Cli, words: tuple[str, ...], message: str) -> None:
    """Exit 2, one line and the next step; nothing is written."""
    tree()
    result = cli("new-board", "one", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert "Traceback" not in result.err
    assert not Path("boards").exists()


def test_a_name_that_no_board_may_have_is_told(cli: Cli) -> None:
    """A name becomes a folder: it can't lead out of the folder of boards."""
    for name in ("One", "../one", "a b"):
        result = cli("new-board", name, "--from-dtb", tree())
        assert result.code == 2
        assert "board.name" in result.err
    assert not Path("boards").exists()


# ---- sources ----


SOURCE = """\
/dts-v1/;
/ {
    compatible = "acme,one";
    cpus { cpu@0 { device_type = "cpu"; compatible = "arm,cortex-a53"; reg = <0>; }; };
};
"""


def test_a_source_is_compiled(cli: Cli) -> None:
    """By dtc; what the tree lacks blocks."""
    Path("one.dts").write_text(SOURCE)
    result = cli("new-board", "one", "--from-dts", "one.dts", "--force")
    assert result.code == 0
    assert board.draft("boards/one").content.cpu.core == "cortex-a53"


def test_a_source_with_a_mistake_is_told_with_its_line(cli: Cli) -> None:
    """As dtc says, and what to do if it is not preprocessed."""
    Path("one.dts").write_text(SOURCE.replace("reg = <0>;", "reg = <0>"))
    result = cli("new-board", "one", "--from-dts", "one.dts")
    assert result.code == 2
    assert "one.dts:4:" in result.err
    assert "cpp -nostdinc" in result.err


def test_without_dtc_the_way_to_get_it_is_told(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 3."""
    Path("one.dts").write_text(SOURCE)
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    result = cli("new-board", "one", "--from-dts", "one.dts")
    assert result.code == 3
    assert "apt-get install device-tree-compiler" in result.err


# ---- without a tree ----


def test_flags_alone_make_a_board(cli: Cli) -> None:
    """What is not given is left to do."""
    result = cli(
        "new-board", "one", "--compatible", "acme,one", "--console", "none",
        "--memory", "0x40000000+1GiB", "--set", "interrupt-controller.version=3",
    )  # fmt: skip
    assert result.code == 0
    draft = board.draft("boards/one")
    assert draft.content.console is None
    assert "interrupt-controller.redistributor" in draft.todos
    assert "memory[0].base" not in draft.todos


def test_answers_make_a_board(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is missing is asked; a wrong answer is asked again, an empty one is left to do."""
    answers = ["acme,one", "free", "cortex-a53", "many", "2", "psci-smc", "0x40000000", "1 GiB"]
    answers += ["3", "0x8000000", "25", "0x80a0000", "27", "30", "26", "none"]
    monkeypatch.setattr(render, "interactive", lambda: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(answers) + "\n\n\n"))
    result = cli("new-board", "one")
    assert result.code == 0
    assert "wrote boards/one" in result.out
    assert result.err.count("cpu.count (empty: leave it to do)") == 2
    assert "console.irq: the debug UART" in result.err
    draft = board.draft("boards/one")
    assert draft.todos == ("console.base", "console.irq")
    assert draft.content.interrupt_controller.redistributor == 0x80A0000
