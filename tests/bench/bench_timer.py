# SPDX-License-Identifier: Apache-2.0
"""Runs commands in turns and tells what each took: a small program that the bench starts.

It stays small because Linux counts what the parent held at the fork as the child's own peak
(getrusage(2), ru_maxrss). Standard input: JSON, {"rounds": n, "commands": {name: {"argv": [...],
"cwd": "...", "anew": a variable that is another in each round, or "", "cold": whether its cache is
empty each time}}}. Standard output: JSON, the least of each.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any


def once(command: dict[str, Any], number: int) -> tuple[float, float, float]:
    """Seconds by the clock, of all CPUs, and MB of one run. Ends the program if it fails."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # as pip installs: compiled once
    if command["anew"]:
        environment[command["anew"]] = str(number)
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryFile() as said:
        if command["cold"]:
            environment["MVPSDK_CACHE_DIR"] = empty
        start = time.perf_counter()
        process = subprocess.Popen(
            command["argv"], cwd=command["cwd"], env=environment, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            sys.exit(f"{command['argv']}: {said.read().decode(errors='replace')}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6


def main() -> None:
    """The first turn warms what can be warm, and does not count."""
    job = json.load(sys.stdin)
    costs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in job["commands"]}
    for number in range(job["rounds"] + 1):
        for name, command in job["commands"].items():
            cost = once(command, number)
            if number:
                costs[name].append(cost)
    least = {
        name: [min(column) for column in zip(*found, strict=True)] for name, found in costs.items()
    }
    json.dump(least, sys.stdout)


if __name__ == "__main__":
    main()
