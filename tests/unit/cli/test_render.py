# SPDX-License-Identifier: Apache-2.0
"""What is printed where, and how it looks."""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import TYPE_CHECKING

import pytest

from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Terminal(io.StringIO):
    """A stream that calls itself a terminal."""

    def isatty(self) -> bool:
        """Say yes."""
        return True


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings and environment as at the start."""
    for name in ("NO_COLOR", "CI", "TERM"):
        monkeypatch.delenv(name, raising=False)
    render.reset()
    yield
    render.reset()
    logging.getLogger("mvpsdk").setLevel(logging.NOTSET)
    logging.getLogger().handlers.clear()


def screen(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in the place of everything; in the test itself, since pytest does so too."""
    terminal = Terminal()
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, terminal)
    return terminal


def test_results_go_to_stdout_and_remarks_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe gets results alone."""
    render.out("result")
    render.note("remark")
    assert tuple(capsys.readouterr()) == ("result\n", "remark\n")


def test_quiet_drops_remarks(capsys: pytest.CaptureFixture[str]) -> None:
    """With --quiet only results and errors are left."""
    render.configure(quiet=True)
    render.note("remark")
    assert capsys.readouterr().err == ""


def test_report_names_its_schema_first(capsys: pytest.CaptureFixture[str]) -> None:
    """A program sees at once what it reads."""
    render.report("mvpsdk.x/1", {"b": "ü"})
    out = capsys.readouterr().out
    assert list(json.loads(out)) == ["schema", "b"]
    assert "ü" in out


def test_pipe_is_not_coloured() -> None:
    """A pipe gets no codes, unless they are asked for."""
    assert render.style("x", "red") == "x"
    render.configure(color=True)
    assert render.style("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"


def test_terminal_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal is coloured unless NO_COLOR, TERM=dumb or --color never say otherwise."""
    screen(monkeypatch)
    assert render.style("x", "red") != "x"
    assert render.style("x") == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert render.style("x", "red") == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert render.style("x", "red", on_stderr=True) == "x"
    monkeypatch.delenv("TERM")
    render.configure(color=False)
    assert render.style("x", "red") == "x"


def test_nobody_is_asked_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions need a terminal, and neither CI nor --no-input."""
    screen(monkeypatch)
    assert render.interactive()
    monkeypatch.setenv("CI", "true")
    assert not render.interactive()
    monkeypatch.delenv("CI")
    render.configure(no_input=True)
    assert not render.interactive()


def test_paths_are_as_short_as_they_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative where that is shorter, absolute where it isn't."""
    monkeypatch.chdir(tmp_path)
    assert render.path(tmp_path / "a" / "b") == "a/b"
    assert render.path("/etc/x") == "/etc/x"


def test_table_is_aligned() -> None:
    """Columns line up, and no line has blanks at its end."""
    assert list(render.table([["a", "long", ""], ["bbb", "c", "d"]])) == [
        "a    long",
        "bbb  c     d",
    ]


def test_verbose_shows_the_librarys_log(capsys: pytest.CaptureFixture[str]) -> None:
    """Each -v shows more of what the library logs; --quiet shows errors alone."""
    log = logging.getLogger("mvpsdk.test")
    render.configure(verbose=1)
    log.info("info")
    log.debug("debug")
    assert capsys.readouterr().err == "mvpsdk.test: info\n"
    render.configure(verbose=2)
    log.debug("debug")
    assert "debug" in capsys.readouterr().err
    render.configure(quiet=True)
    log.warning("warning")
    assert capsys.readouterr().err == ""


def test_progress_shows_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar moves on a terminal; what is done is counted."""
    terminal = screen(monkeypatch)
    with render.progress("packing", 10) as advance:
        advance(10)
    assert "packing" in terminal.getvalue()


def test_progress_is_silent_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """A pipe sees no bar."""
    with render.progress("packing", 10) as advance:
        advance(10)
    assert tuple(capsys.readouterr()) == ("", "")


def test_what_a_terminal_acts_upon_is_never_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name out of a file can't retitle the window, move the cursor, or hide what follows."""
    name = "a\x1b]0;title\x07\x1b[2J\x1b[8m\x9b1m\r\x7f\x00b"
    plain = "a\ufffd]0;title\ufffd\ufffd[2J\ufffd[8m\ufffd1m\ufffd\ufffd\ufffdb"
    for tell in (render.out, render.made, render.note, render.failure, render.detail):
        tell(name)
        said = capsys.readouterr()
        assert plain in said.out + said.err
    monkeypatch.setattr(render, "colored", lambda _: True)
    for hidden in ("\x1b[8m", "\x1b[0;8m", "\x1b[1;08;1m", "\u202e"):
        assert "\ufffd" in render.harmless(hidden)
    for colour in ("\x1b[m", "\x1b[0;32m", "\x1b[38;5;208m", "\x1b[39;49m", "\u00e9"):
        assert render.harmless(colour) == colour
    for looks in [("bold",), ("dim",), ("bold", "red"), ("cyan",)]:
        render.out(f"\t{render.style('one', *looks)}\n{render.style('two', *looks)}")
        styled = capsys.readouterr().out
        assert "\ufffd" not in styled
        assert styled.count("\x1b[0m") == 2


def test_json_keeps_every_character_and_shows_none_of_those(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whoever parses it gets the name as it stands in the file."""
    name = "a\x1b\x9b\x7f\u00e9b"
    render.report("mvpsdk.x/1", {"name": name})
    text = capsys.readouterr().out
    assert json.loads(text)["name"] == name
    assert not set(text) & set("\x1b\x9b\x7f")
    assert "\u00e9" in text
