# SPDX-License-Identifier: Apache-2.0
"""Every exit code means one thing, and an error says what, where and what next."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import errors
from mvpsdk.errors import Fault, Place
from mvpsdk_cli import app, boundary, main

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    Cli = Callable[..., Any]
    Program = Callable[..., subprocess.Popen[str]]

FAKE = Path(__file__).parents[1] / "unit" / "run" / "fake_qemu.py"


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, cli: Cli) -> Callable[..., Any]:
    """A function that runs a command which raises."""

    def run(error: BaseException, *words: str) -> Any:
        def raise_(_words: list[str]) -> int:
            raise error

        monkeypatch.setattr(app, "run", raise_)
        return cli("anything", *words)

    return run


def test_done_is_0(cli: Cli) -> None:
    """Nothing to complain about."""
    assert cli("boards").code == 0


def test_wrong_calls_are_2(cli: Cli) -> None:
    """A wrong option, command, value, or a missing argument is a wrong call."""
    for words in ("boards --nope", "nope", "boards --format yaml", "run", "--nope"):
        result = cli(*words.split())
        assert result.code == 2, words
        assert result.out == ""
        assert result.err.startswith("error: ")
        assert "--help shows how it is called" in result.err


def test_close_command_is_suggested(cli: Cli) -> None:
    """A typing mistake gets a suggestion."""
    assert "Did you mean 'boards', 'new-board', 'test-board'?" in cli("board").err


def test_unreadable_input_is_2(cli: Cli, tmp_path: Path) -> None:
    """A file that isn't there is the user's mistake."""
    result = cli("run", tmp_path / "none.itb")
    assert result.code == 2
    assert "none.itb" in result.err


def test_malformed_board_is_2_and_listed(cli: Cli, tmp_path: Path) -> None:
    """A board that doesn't load is listed with what is wrong."""
    folder = tmp_path / "boards" / "odd"
    folder.mkdir(parents=True)
    (folder / "board.toml").write_text("[hardware]\n")
    result = cli("boards")
    assert result.code == 2
    assert "malformed: board is missing" in result.out
    assert "qemu-virt" in result.out
    listed = json.loads(cli("boards", "--format", "json").out)["boards"]
    assert [board["name"] for board in listed if "error" in board] == ["odd"]


def test_missing_qemu_is_3(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the machine lacks, with the way to get it."""
    monkeypatch.setenv("MVPSDK_QEMU", "no-such-qemu")
    result = cli("doctor")
    assert result.code == 3
    assert "missing" in result.out
    assert "apt install qemu-system-arm" in result.out


@pytest.mark.parametrize(
    ("kind", "code", "word"),
    [
        (errors.CheckFailed, 1, "check-failed"),
        (errors.InputError, 2, "input"),
        (errors.ToolFailedError, 2, "input"),
        (errors.MissingToolError, 3, "missing"),
        (errors.TimeoutError_, 4, "timeout"),
        (errors.RefusedError, 5, "refused"),
    ],
)
def test_each_error_has_its_code(
    failing: Callable[..., Any], kind: type[errors.MvpError], code: int, word: str
) -> None:
    """The library's errors become the contract's codes, in text and in JSON."""
    assert failing(kind("it broke")).code == code
    result = failing(kind("it broke", hint="mend it"), "--format", "json")
    document = json.loads(result.out)
    assert (result.code, document["exit-code"], document["kind"]) == (code, code, word)
    assert document["schema"] == "mvpsdk.error/1"
    assert document["errors"] == [
        {"message": "it broke", "place": None, "hint": "mend it", "rule": None}
    ]


def test_error_says_what_where_and_next(failing: Callable[..., Any], tmp_path: Path) -> None:
    """All faults are told at once, paths as short as they can be."""
    where = Place(file=str(tmp_path / "board.toml"), line=3, column=1)
    fault = Fault(message="overlap", place=where, hint="move it\nor shrink it", rule="MEM002")
    result = failing(errors.PlanError.of([fault, Fault(message="too big")]))
    assert result.err == (
        "error: [MEM002] overlap\n"
        "  at:   board.toml:3:1\n"
        "  next: move it\n"
        "        or shrink it\n"
        "error: too big\n"
    )


def test_jsonl_error_is_one_line(failing: Callable[..., Any]) -> None:
    """A stream of events ends with an event."""
    out = failing(errors.InputError("no"), "--format=jsonl").out
    assert out.count("\n") == 1
    assert json.loads(out)["errors"][0]["message"] == "no"


def test_file_error_is_the_users(failing: Callable[..., Any]) -> None:
    """A file that the system refuses is named, with its reason."""
    result = failing(PermissionError(13, "Permission denied", "/etc/shadow"))
    assert result.code == 2
    assert result.err == (
        "error: permission denied\n"
        "  at:   /etc/shadow\n"
        "  next: check the path, and who may read and write there\n"
    )


def test_our_own_bug_is_70_without_a_traceback(failing: Callable[..., Any]) -> None:
    """A bug is called a bug, and says where it was and what to send."""
    result = failing(ValueError("odd"))
    assert result.code == 70
    assert "internal error: ValueError: odd (in test_exit_codes.py:" in result.err
    assert "our own bug" in result.err
    assert "please report it" in result.err
    assert "Traceback" not in result.err


def test_debug_shows_the_traceback(
    failing: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """MVPSDK_DEBUG=1 is for those who look for the bug."""
    monkeypatch.setenv("MVPSDK_DEBUG", "1")
    assert "Traceback" in failing(ValueError("odd")).err


def test_interrupt_is_130(failing: Callable[..., Any]) -> None:
    """Ctrl-C, and a question that nobody answered."""
    import typer

    assert failing(KeyboardInterrupt()).code == 130
    assert failing(typer.Abort()).code == 130


def test_bug_tracker_comes_from_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bugs are reported is said by the package's metadata, if it says so."""
    import importlib.metadata
    from email.message import Message

    package = Message()
    package["Project-URL"] = "Issues, https://example.org/issues"
    monkeypatch.setattr(importlib.metadata, "metadata", lambda _name: package)
    (fault,) = boundary.failure(ValueError()).faults
    assert "at https://example.org/issues" in fault.hint

    def absent(name: str) -> Message:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "metadata", absent)
    (fault,) = boundary.failure(ValueError()).faults
    assert "to the maintainers" in fault.hint


def test_reader_that_goes_away_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """`mvpsdk boards | head -1` ends quietly, as other programs do."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert main.main(["--help"]) == 141


def test_a_stream_that_takes_no_more_is_no_bug(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk behind stdout is told on stderr; an error's own exit code stays what it was."""
    for words, code in ((["rules"], 3), (["plan", "nowhere", "--format", "json"], 2)):
        with open("/dev/full", "w") as full:  # noqa: PTH123 - a device
            monkeypatch.setattr(sys, "stdout", full)
            result = cli(*words)
        assert result.code == code
        assert "error: " in result.err
        assert "internal" not in result.err


def test_an_error_for_a_reader_that_left_keeps_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """The JSON has nobody to read it; the exit code still says what was wrong."""
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        assert main.main(["plan", "nowhere", "--format", "json"]) == 2


@pytest.mark.parametrize(("verb", "code"), [("boards", 0), ("nope", 2)])
def test_closed_streams_are_as_good_as_dev_null(program: Program, verb: str, code: int) -> None:
    """`mvpsdk boards >&- 2>&- <&-`: Python then has no streams at all."""
    process = program(verb, preexec_fn=lambda: os.closerange(0, 3))
    process.communicate(timeout=30)
    assert process.returncode == code


def test_a_url_is_told_as_it_is(failing: Callable[..., Any]) -> None:
    """Only files are shown relative to here."""
    place = Place(file="https://example.com/linux")
    assert "at:   https://example.com/linux" in failing(errors.RefusedError("no", place=place)).err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_end_a_run_and_its_qemu(
    program: Program, bundle: Callable[..., Path], number: signal.Signals, code: int
) -> None:
    """A run that is stopped from outside takes its QEMU with it, and its files."""
    process = program("run", bundle(["pid"], ["sleep", 60]), MVPSDK_QEMU=str(FAKE))
    assert process.stdout
    qemu = int(process.stdout.readline().removeprefix("[work] pid "))
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert process.returncode == code
    assert err.strip().endswith("interrupted" if number is signal.SIGINT else "terminated")
    with pytest.raises(ProcessLookupError):
        os.kill(qemu, 0)
