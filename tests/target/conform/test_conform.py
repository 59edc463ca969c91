# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk test-board` passes on QEMU's boards, and a log that was captured is judged alike."""

from __future__ import annotations

import json
import os
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
    record_property("table", done.stdout.splitlines()[-1])
    if board == BOARDS[0]:  # no board has a part in it
        check_log(folder / "console.log", board, report, cache)
