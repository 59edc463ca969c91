# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk test-board` passes on QEMU's boards, and a log that was captured is judged alike."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mvpsdk.store import Cache

pytestmark = [pytest.mark.target, pytest.mark.timeout(240)]

BOARDS = [
    *("qemu-virt", "qemu-virt-gicv2", "xilinx-zcu102", "xilinx-versal", "nxp-imx8mp-evk"),
    "raspberry-pi-4",
]
"""All that QEMU has."""


def called(cache: Cache, *words: str) -> subprocess.CompletedProcess[str]:
    """Call `mvpsdk test-board`."""
    return subprocess.run(
        [sys.executable, "-m", "mvpsdk_cli", "test-board", *words],
        env={**os.environ, "MVPSDK_CACHE_DIR": str(cache.root), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def outcomes_of(report: dict[str, Any]) -> list[str]:
    """Of all checks, whichever suite they are in."""
    return [check["outcome"] for suite in report["suites"] for check in suite["checks"]]


def check_log(log: Path, board: str, report: dict[str, Any], cache: Cache) -> None:
    """What was captured is judged as what was heard; cut off, it names where it stops."""
    again = called(cache, board, "--console-log", str(log), "--format", "json")
    assert again.returncode == 0
    assert json.loads(again.stdout) == report

    log.write_text("".join(log.read_text().splitlines(keepends=True)[:40]))
    cut = called(cache, board, "--console-log", str(log))
    assert cut.returncode == 1
    assert "stopped in " in cut.stdout


def rings(log: str) -> list[tuple[int, int]]:
    """Of each boot: nanoseconds from the firmware's ring to the persona's entry, and its handler.

    The guest marks the counter's values once it is awake; the firmware tells its own at the end.
    """
    found = []
    for boot in re.split(r"(?m)^(?=\[mvp\] hypervisor )", log):
        rang = re.search(r"# rang at (\d+), counter at (\d+) Hz", boot)
        if rang:
            start, frequency = map(int, rang.groups())
            slept = boot[boot.index("[mvp] partition suspended") :]
            entry, handler, *_ = re.findall(r"mark partition=0x\w+ value=0x(\w+)", slept)
            entered, taken = (
                (int(count, 16) - start) * 10**9 // frequency for count in (entry, handler)
            )
            found.append((entered, taken))
    return found


@pytest.mark.parametrize("board", BOARDS)
def test_every_check_passes(
    board: str, cache: Cache, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Each is ok or says why it was skipped; the reports agree, and so does the log afterwards."""
    folder = tmp_path / "results"
    folder.mkdir()
    done = called(cache, board, "--output", str(folder))

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads((folder / "report.json").read_text())
    outcomes = outcomes_of(report)
    assert report["ok"]
    assert set(outcomes) <= {"ok", "skipped"}
    assert outcomes.count("ok") > 150
    tap = (folder / "report.tap").read_text().splitlines()
    assert tap[1] == f"1..{len(outcomes)}"
    assert "<failure" not in (folder / "report.xml").read_text()
    told = done.stdout.splitlines()[-1]
    latencies = rings((folder / "console.log").read_text())
    assert len(latencies) == len(report["suites"]) / 2  # a guest's and the firmware's each
    for entered, taken in latencies:
        assert 0 < entered <= taken < 20_000, "a suspended persona wakes within 20 us"
        told += f"; ring to entry {entered} ns, to its handler {taken} ns"
    record_property("table", told)
    if board == BOARDS[0]:  # no board has a part in it
        check_log(folder / "console.log", board, report, cache)
