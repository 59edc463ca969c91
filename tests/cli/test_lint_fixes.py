# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk lint --fix`, `--diff` and `--baseline`: what changes, and what does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import board

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]

MORE = """
# once needed for the old memory size
[[allow]]
rule = "MEM005"
reason = "the old kernel was too large"

[lint]
rules = "0.1"  # until the release is out
"""


@pytest.fixture
def phone(handset: Any) -> Callable[[], str]:
    """A handset with an odd size of memory, and an exception that excuses nothing."""
    handset()
    import struct

    head = struct.pack("<4s4xQQQ24x4sI", b"MZ\0\x91", 0, 0x20_0000, 0xA, b"ARM\x64", 0)
    Path("linux").write_bytes(head.ljust(0x1000, b"\0"))
    text = f"""\
[handset]
name = "one"
version = "1.0.0"
boards = ["qemu-virt"]

[[persona]]
name = "work"
kernel = "linux"
memory = "33 MiB"   # what the vendor says
{MORE}"""
    Path("handset.toml").write_text(text)
    return Path("handset.toml").read_text


def test_a_diff_shows_and_changes_nothing(cli: Cli, phone: Callable[[], str]) -> None:
    """Exit 1: there is something to mend."""
    before = phone()
    result = cli("lint", "--diff")
    assert result.code == 1
    assert phone() == before
    assert result.out.startswith("--- a/handset.toml\n+++ b/handset.toml\n@@ ")
    assert '-memory = "33 MiB"   # what the vendor says\n' in result.out
    assert '+memory = "34 MiB"   # what the vendor says\n' in result.out
    assert "-[[allow]]" in result.out
    assert "-# once needed for the old memory size" in result.out
    assert " [lint]" in result.out


def test_a_fix_does_what_the_diff_shows_and_reports_what_is_left(
    cli: Cli, phone: Callable[[], str]
) -> None:
    """Comments stay; a second fix finds nothing to do."""
    before = phone()
    assert "--fix mends 2 of these" in cli("lint").err
    result = cli("lint", "--fix", "--fail-on", "note")
    assert (result.code, "mended handset.toml: MEM004, REP004" in result.err) == (0, True)
    assert "33 MiB" not in result.out
    head, _, tail = before.replace("33 MiB", "34 MiB").partition("# once")
    assert phone() == head + tail[tail.index("[lint]") :]
    mended = phone()
    assert cli("lint", "--fix").code == 0
    assert phone() == mended
    assert cli("lint", "--diff").out == ""


def test_what_a_fix_mends_is_said_in_json(cli: Cli, phone: Callable[[], str]) -> None:
    """For whoever decides by program."""
    found = json.loads(cli("lint", "--format", "json").out)["findings"]
    assert {each["rule"]: each["fixable"] for each in found} == {"MEM004": True, "REP004": True}
    assert phone()


@pytest.mark.usefixtures("phone")
def test_a_board_of_one_s_own_is_mended_and_a_built_in_one_is_not(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bank that runs past the next one ends where that begins."""
    text = board.find()["qemu-virt"].read_text()
    bank = '[[memory]]\nbase = 0x4000_0000\nsize = "1 GiB"\n'
    assert bank in text
    two = bank + '\n[[memory]]\nbase = 0x7000_0000\nsize = "512 MiB"\n'
    Path("lab").mkdir()
    Path("lab/board.toml").write_text(text.replace(bank, two).partition("[virtual]")[0])
    assert "BRD002" in cli("lint", "lab").out
    assert '+size = "768 MiB"' in cli("lint", "lab", "--diff").out
    with monkeypatch.context() as patched:
        patched.setattr("mvpsdk.board.built_in", Path("lab").resolve)
        patched.setattr("pathlib.Path.cwd", lambda: Path("/nowhere"))
        assert cli("lint", "lab", "--diff").out == ""
    assert (cli("lint", "lab", "--fix").code, cli("lint", "lab").code) == (0, 0)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--diff", "--format", "json"], "--diff shows changes, no report"),
        (["--diff", "--report", "json=x"], "--diff shows changes, no report"),
        (["--diff", "--fix"], "--diff changes nothing"),
        (["--baseline-file", "x"], "nobody says what x is for"),
        (["--baseline", "check"], "there is no baseline"),
    ],
)
@pytest.mark.usefixtures("phone")
def test_a_call_that_cannot_be_meant_is_exit_2(cli: Cli, words: list[str], said: str) -> None:
    """With the way out."""
    result = cli("lint", *words)
    assert (result.code, said in result.err) == (2, True)
    assert "next: " in result.err


def test_a_baseline_lets_what_is_known_pass(cli: Cli, phone: Callable[[], str]) -> None:
    """Lines may move; what is new fails, what is gone is told."""
    written = cli("lint", "--baseline", "write", "--fail-on", "note")
    assert (written.code, "lint-baseline.json: 2 findings" in written.err) == (0, True)
    assert "2 baselined" in written.out
    Path("handset.toml").write_text("# moved\n\n" + phone())
    assert cli("lint", "--baseline", "check", "--fail-on", "note").code == 0
    assert cli("lint", "--fail-on", "note").code == 1
    Path("handset.toml").write_text(phone().replace("33 MiB", "35 MiB"))
    result = cli("lint", "--baseline", "check", "--fail-on", "note")
    assert result.code == 1
    assert "MEM004 warning" in result.out
    assert "REP004 warning the baseline knows MEM004 at persona.work.memory" in result.out
    assert cli("lint", "--baseline", "write", "--fail-on", "note").code == 0


@pytest.mark.usefixtures("phone")
def test_a_baseline_may_lie_elsewhere(cli: Cli) -> None:
    """One file for all that is judged in a call; a file that is none is exit 2."""
    cli("lint", ".", "handset.toml", "--baseline", "write", "--baseline-file", "known.json")
    assert not Path("lint-baseline.json").exists()
    assert cli("lint", "--baseline", "check", "--baseline-file", "known.json").code == 0
    Path("known.json").write_text("{")
    result = cli("lint", "--baseline", "check", "--baseline-file", "known.json")
    assert (result.code, "this is no baseline" in result.err) == (2, True)
