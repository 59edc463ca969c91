# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk run` shows what happens, by partition, and judges it."""

from __future__ import annotations

import json
import os
import pty
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from mvpsdk_cli import main, render

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]
    Make = Callable[..., Path]

FAKE = Path(__file__).parents[1] / "unit" / "run" / "fake_qemu.py"
TALK = [
    ["print", "U-Boot\n[mvp] hello\r\n[work] ab"],
    ["print", "\r\n[realtime] tick\r\n[work+ cd\r\n"],
    ["print", "[work] \x1b[32mgreen\x1b[0m \x1b[2Jx\x07\r\n"],
]


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in for QEMU."""
    monkeypatch.setenv("MVPSDK_QEMU", str(FAKE))


def test_lines_are_shown_by_partition(cli: Cli, bundle: Make) -> None:
    """A broken line is continued, and what would steer the terminal is not passed on."""
    result = cli("run", bundle(*TALK, ["exit", 0]), "--color", "never")
    assert result.code == 0
    assert result.out.splitlines() == [
        "[board] U-Boot",
        "[mvp] hello",
        "[work] ab",
        "[realtime] tick",
        "[work+ cd",
        "[work] \x1b[32mgreen\x1b[0m \ufffd[2Jx\ufffd",
    ]
    assert result.err.startswith("ok: powered off in ")


def test_expectations_end_it(cli: Cli, bundle: Make) -> None:
    """When all that is expected has come, the run is over and well."""
    result = cli("run", bundle(*TALK), "--expect", "work:abcd", "--expect", "mvp:hello")
    assert result.code == 0
    assert "  met: mvp:hello\n" in result.err
    assert "  met: work:abcd\n" in result.err
    assert "ok: 2 of 2 expectations met in " in result.err


def test_quiet_run_says_results_alone(cli: Cli, bundle: Make) -> None:
    """With --quiet nothing goes to stderr."""
    assert cli("run", bundle(*TALK), "--expect", "work:abcd", "--quiet").err == ""


def test_time_that_runs_out_is_1(cli: Cli, bundle: Make) -> None:
    """What did not come is named."""
    result = cli("run", bundle(*TALK), "--expect", "work:never", "--timeout", "0.5")
    assert result.code == 1
    assert "error: the handset did not show what was expected in 0." in result.err
    assert result.err.endswith("0 of 1 expectations met\n  awaited: work:never\n")


def test_rejected_line_is_1(cli: Cli, bundle: Make) -> None:
    """A line that must not be ends the run at once."""
    result = cli("run", bundle(*TALK, ["sleep", 60]), "--reject", "t.ck")
    assert (result.code, result.err) == (1, "error: rejected: [realtime] tick\n")


def test_hypervisor_that_halts_is_1(cli: Cli, bundle: Make) -> None:
    """A refused pack ends the run at once, with the reason in words."""
    path = bundle(["print", "[mvp] stop reason=0x13 table=0x0\r\n"])
    result = cli("run", path, "--until-exit")
    assert result.code == 1
    assert "error: the hypervisor halted the board in " in result.err
    assert "stop reason=0x13 table=0x0 (" in result.err
    path = bundle(["print", "[mvp] panic reason=0xfff\r\n"])
    assert cli("run", path).err.endswith("panic reason=0xfff\n")


def test_early_power_off_is_1(cli: Cli, bundle: Make) -> None:
    """A handset that goes off before it has shown what was expected failed."""
    result = cli("run", bundle(*TALK, ["exit", 0]), "--expect", "work:never")
    assert result.code == 1
    assert "error: the handset powered off in " in result.err


def test_nothing_rejected_is_0(cli: Cli, bundle: Make) -> None:
    """Without expectations the run passes when its time is over."""
    result = cli("run", bundle(*TALK), "--reject", "panic", "--timeout", "0.5")
    assert result.code == 0
    assert "and nothing was rejected" in result.err


def test_until_exit_needs_the_power_off(cli: Cli, bundle: Make) -> None:
    """With --until-exit what was expected is not enough."""
    words = ("--expect", "mvp:hello", "--until-exit", "--timeout", "0.5")
    result = cli("run", bundle(*TALK), *words)
    assert result.code == 1
    assert "the handset did not power off" in result.err
    result = cli("run", bundle(*TALK, ["exit", 0]), *words[:-2])
    assert result.code == 0
    assert "ok: powered off in " in result.err


def test_events_are_json_lines(cli: Cli, bundle: Make) -> None:
    """Pipelines read one JSON object a line, and nothing else on stdout."""
    result = cli(
        "run", bundle(*TALK), "--expect", "work:abcd", "--reject", "zzz", "--format", "jsonl"
    )
    events = [json.loads(line) for line in result.out.splitlines()]
    assert {event["schema"] for event in events} == {"mvpsdk.run/1"}
    kinds = [event["event"] for event in events]
    assert kinds == ["line"] * 5 + ["expect-met", "exit"]
    assert events[2]["text"] == "ab"
    assert events[4] | {"t": 0, "wall": 0} == {
        "schema": "mvpsdk.run/1",
        "event": "line",
        "partition": "work",
        "number": 1,
        "text": "abcd",
        "told": 2,
        "t": 0,
        "wall": 0,
    }
    assert (events[-1]["reason"], events[-1]["ok"], events[-1]["awaited"]) == ("met", True, [])
    assert result.err == ""


def test_failure_in_json_has_the_last_lines(cli: Cli, bundle: Make) -> None:
    """A pipeline sees what was awaited, what was rejected and what came last."""
    result = cli("run", bundle(*TALK), "--reject", "tick", "--format", "jsonl")
    last = json.loads(result.out.splitlines()[-1])
    assert result.code == 1
    assert last["rejected"]["text"] == "tick"
    assert [line["text"] for line in last["last"]] == ["U-Boot", "hello", "ab", "tick"]


def test_a_report_never_replaces_the_bundle(cli: Cli, bundle: Make, tmp_path: Path) -> None:
    """It is refused before anything boots, and so is a folder that is not there."""
    image = bundle(*TALK)
    before = image.read_bytes()
    done = cli("run", image, "--junit", image)
    assert done.code == 2
    assert "the report would replace the bundle" in done.err
    assert image.read_bytes() == before
    assert cli("run", image, "--junit", tmp_path / "none" / "run.xml").code == 2


def test_junit_has_a_case_for_each_expectation(cli: Cli, bundle: Make, tmp_path: Path) -> None:
    """CI systems show each expectation, with the last lines where it failed."""
    words = ("--expect", "mvp:hello", "--expect", "work:never", "--reject", "panic")
    cli("run", bundle(*TALK), *words, "--timeout", "0.5", "--junit", tmp_path / "run.xml")
    suite = ET.parse(tmp_path / "run.xml").getroot()[0]  # noqa: S314 - our own file
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert [case.get("classname") for case in suite] == ["mvp", "work", "handset"]
    failure = suite[1][0]
    assert failure.get("message") == "did not come: timeout"
    assert "[work] abcd" in str(failure.text)


def test_junit_tells_what_was_rejected(cli: Cli, bundle: Make, tmp_path: Path) -> None:
    """A rejected line, or a bad end, fails the last case."""
    cli("run", bundle(*TALK), "--reject", "tick", "--junit", tmp_path / "a.xml")
    assert 'message="[realtime] tick"' in (tmp_path / "a.xml").read_text()
    cli("run", bundle(*TALK), "--until-exit", "--timeout", "0.3", "--junit", tmp_path / "b.xml")
    assert 'message="ended badly: timeout"' in (tmp_path / "b.xml").read_text()


def test_qemu_that_fails_is_2(cli: Cli, bundle: Make) -> None:
    """A QEMU that fails is quoted; it is no verdict on the bundle."""
    result = cli("run", bundle(["complain", "no luck\n"], ["exit", 7]))
    assert result.code == 2
    assert "QEMU ended with status 7\n  no luck\n" in result.err


def test_bundles_that_cannot_run_are_2(cli: Cli, bundle: Make, tmp_path: Path) -> None:
    """A file that is no bundle, a board that QEMU doesn't know, a persona that isn't there."""
    (tmp_path / "text").write_text("hello")
    image = tmp_path / "Image"
    image.write_bytes(bytes(56) + b"ARM\x64" + bytes(4))
    for words, said in (
        ([tmp_path / "text"], "no bundle"),
        ([image], "can't be run"),
        ([bundle(virtual=False)], 'QEMU does not know the board "acme-board"'),
        ([bundle(), "--persona", "play"], 'no persona "play"'),
        ([bundle(), "--expect", "work"], "not an expectation"),
        ([bundle(), "--reject", "("], "not a pattern"),
        ([bundle(), "--via", "magic"], "no way to boot"),
    ):
        result = cli("run", *words)
        assert result.code == 2, said
        assert said in result.err


def test_damaged_bundle_is_not_run(cli: Cli, bundle: Make) -> None:
    """A part whose digest is wrong is refused before anything starts."""
    path = bundle(*TALK)
    path.write_bytes(path.read_bytes().replace(b"U-Boot", b"U-Boat"))
    result = cli("run", path)
    assert result.code == 2
    assert "hypervisor is damaged" in result.err


def test_keyboard_is_the_handsets(bundle: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """At a terminal keys go to the handset, its console comes as it is, and Ctrl-A x leaves."""
    path = bundle(["print", "[wo"], ["print", "rk] login: "], ["echo"])
    master, slave = pty.openpty()
    shown = bytearray()

    def user() -> None:
        asked = answered = False
        while chunk := os.read(master, 1024):
            shown.extend(chunk)
            if not asked and b"login: " in shown:
                asked = bool(os.write(master, b"ro\x01\x01ot\n"))
            if not answered and b"ro\x01ot" in shown:
                answered = bool(os.write(master, b"\x01x"))
            if b"left in" in shown:
                return

    thread = threading.Thread(target=user)
    thread.start()
    with os.fdopen(slave, "w") as terminal, Path(os.ttyname(slave)).open() as keys:
        monkeypatch.setattr(sys, "stdout", terminal)
        monkeypatch.setattr(sys, "stderr", terminal)
        monkeypatch.setattr(sys, "stdin", keys)
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setenv("TERM", "xterm")
        code = main.main(["run", str(path)])
        terminal.flush()
        thread.join(30)
    os.close(master)
    render.reset()
    assert code == 0
    assert b"\x1b[" in shown
    assert b"login: " in shown
    assert not thread.is_alive()
