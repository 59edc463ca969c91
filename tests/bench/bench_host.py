# SPDX-License-Identifier: Apache-2.0
"""What the tool costs on this machine, in seconds, beside a Python that does nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HostFigure", "measure"]

DEMO = Path(__file__).parents[2] / "examples/demo-handset/handset.toml"
ROUNDS = 7
HELP_REACH = 0.15  # seconds
LINT_REACH = 0.3


@dataclass(frozen=True, kw_only=True, slots=True)
class HostFigure:
    """The least of several runs of a command, in seconds."""

    title: str
    seconds: float
    ratio: float  # to `python3 -c pass` in the same run
    reach: float | None


def measure(bench: Path) -> list[HostFigure]:
    """Measure start-up, and lint with a warm cache: of the demo handset if its inputs are here.

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
        (f"mvpsdk lint, warm: {name}", _least(lint), LINT_REACH),
    ]
    return [
        HostFigure(title=title, seconds=seconds, ratio=seconds / nothing, reach=reach)
        for title, seconds, reach in rows
    ]


def _least(command: list[str]) -> float:
    """The first run warms caches; of the others the least: what disturbs only ever adds."""
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times[1:])
