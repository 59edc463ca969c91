# SPDX-License-Identifier: Apache-2.0
"""decode, as people and pipelines call it."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

from mvpsdk.core.facade import FINGERPRINT
from workbench import bundled, document, matches, run

STOP = "[mvp] stop reason=0x31 table=0x4 index=0x0 value=0x48000000 bound=0x48200000\r\n"
WILD = "[mvp] wild access partition=0x0 reason=0x42 pc=0x80 address=0x9000000\r\n"
BANNER = f"[mvp] hypervisor window=0x40400000 fingerprint=0x{FINGERPRINT[:8].hex()}\r\n"
EXPLAINED = """\
console.log:2: stop, reason 0x31 MVP_MEM_OVERLAP: two owners of one physical page
  line   stop reason=0x31 table=0x4 index=0x0 value=0x48000000 bound=0x48200000
  at     region table, entry 0
  says   found 0x48000000; what it collides with is 0x48200000
  cause  two partitions would own one physical page: either could read and change the other's
  rule   MEM002 regions-overlap: `mvpsdk lint` finds it before a boot, see `explain MEM002`
  fix    correct the two entries in the board or handset file, so that they share no page

console.log: 2 lines, 2 of the hypervisor's; 1 finding, 1 stop
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test works in a folder of its own."""
    monkeypatch.chdir(tmp_path)


def test_a_refusal_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """Line, entry, cause, rule and fix; the exit code is a check's that found something."""
    Path("console.log").write_text(BANNER + STOP)
    code, out, _ = run(capsys, "decode", "console.log")
    assert code == 1
    assert out == EXPLAINED


def test_what_went_on_is_told_and_is_no_failure(capsys: pytest.CaptureFixture[str]) -> None:
    """A guest that was given an abort and lived."""
    Path("console.log").write_text(BANNER + WILD * 3)
    code, out, _ = run(capsys, "decode", "console.log")
    assert code == 0
    assert "2 more times, the last in line 4" in out
    assert out.endswith("1 finding, 0 stops\n")


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ("", "0 lines, 0 of the hypervisor's; it has said nothing"),
        ("hello\n", "1 line, 0 of the hypervisor's; it has said nothing"),
        (BANNER, "1 line, 1 of the hypervisor's; no reason code"),
    ],
)
def test_a_log_without_findings_says_so(
    log: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And that is no failure."""
    Path("console.log").write_text(log)
    code, out, _ = run(capsys, "decode", "console.log")
    assert code == 0
    assert said in out


def test_the_log_may_come_by_stdin(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Called -, and told as such."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(STOP.encode())))
    code, out, _ = run(capsys, "decode", "-")
    assert code == 1
    assert out.startswith("stdin:1: stop, reason 0x31")


def test_the_report_keeps_to_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """The same facts as JSON, numbers as numbers."""
    Path("console.log").write_text(STOP + "[mvp] stop reason=0x9")
    found = document(capsys, "decode", "console.log")
    assert matches(found)
    assert [each["reason"] for each in found["findings"]] == [0x31, 9]
    assert [each["rule"] for each in found["findings"]] == ["MEM002", None]
    assert [each["damaged"] for each in found["findings"]] == [False, True]


def test_a_bundle_gives_names(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The partition's, and what is near the address."""
    bundled(handset, capsys)
    Path("console.log").write_text(BANNER + WILD + STOP)
    _, out, _ = run(capsys, "decode", "console.log", "--bundle", "x.itb")
    assert 'at     partition 0, "work"' in out
    assert "guest address 0x9000000, in its pl011 [0x9000000..0x9001000)" in out
    assert "what arrived on the phone is not what you have" in out
    assert "another build" not in out


@pytest.mark.parametrize(
    "words",
    [
        ("missing.log",),
        (".",),
        ("console.log", "--bundle", "missing.itb"),
        ("console.log", "--elf", "missing.elf"),
        ("console.log", "--elf", "console.log"),
        ("console.log", "--handset", "nowhere"),
        ("console.log", "--bundle", "x.itb", "--handset", "."),
    ],
)
def test_what_can_not_be_read_is_the_calls_fault(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, with the file's name and the next step."""
    Path("console.log").write_text(STOP)
    code, out, err = run(capsys, "decode", *words)
    assert code == 2
    assert out == ""
    assert "error:" in err
    assert "next:" in err
