# SPDX-License-Identifier: Apache-2.0
"""What the tool costs on this machine, in seconds, beside a Python that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HostFigure", "measure"]

DEMO = Path(__file__).parents[2] / "examples/demo-handset/handset.toml"
ROUNDS = 7
HELP_REACH = 0.15  # seconds
LINT_REACH = 0.3
COLD_REACH = 3.0


@dataclass(frozen=True, kw_only=True, slots=True)
class HostFigure:
    """The least of several runs of a command, in seconds."""

    title: str
    seconds: float
    ratio: float  # to `python3 -c pass` in the same run
    reach: float | None


def measure(bench: Path) -> list[HostFigure]:
    """Measure start-up, and lint: of the demo handset if its inputs are here.

    Cold: with an empty cache, so that the firmware is compiled. After a change: with everything in
    the cache but the answer itself. Warm: when nothing has changed.

    bench: the bench handset's file, to be linted else.
    """
    tool = [sys.executable, "-m", "mvpsdk_cli"]
    lint = [*tool, "lint", str(DEMO)]
    name = "the demo handset"
    if subprocess.run(lint, check=False, capture_output=True).returncode:
        lint, name = (
            [*tool, "lint", str(bench)],
            "the bench handset (the demo's inputs are not here)",
        )
    nothing = _least([sys.executable, "-c", "pass"])
    rows = [
        ("python3 -c pass", nothing, None),
        ("mvpsdk --help", _least([*tool, "--help"]), HELP_REACH),
        (f"mvpsdk lint, cold: {name}", _cold(lint), COLD_REACH),
        ("mvpsdk lint, after a change", _least(lint, changing=True), None),
        ("mvpsdk lint, warm", _least(lint), LINT_REACH),
    ]
    return [
        HostFigure(title=title, seconds=seconds, ratio=seconds / nothing, reach=reach)
        for title, seconds, reach in rows
    ]


def _least(command: list[str], *, changing: bool = False) -> float:
    """The first runs warm caches; of the others the least: what disturbs only ever adds.

    changing: nothing is answered from what was said before; the environment is a part of its name.
    """
    times = [
        _timed(command, MVPSDK_ROUND=str(number) if changing else "")
        for number in range(ROUNDS + 2)
    ]
    return min(times[2:])


def _cold(command: list[str]) -> float:
    """The least of three runs, each with an empty cache."""
    times = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as cache:
            times.append(_timed(command, MVPSDK_CACHE_DIR=cache))
    return min(times)


def _timed(command: list[str], **environment: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, **environment})
    return time.perf_counter() - start
