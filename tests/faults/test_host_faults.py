# SPDX-License-Identifier: Apache-2.0
"""Each seeded fault of the portable core is caught by the tests that it names; survivors are told.

The host's library is built of a copy of the core with the fault in it, and the tests run with that.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import faults
import objects

HERE = Path(__file__).parent
FAULTS = faults.find(HERE / "host")
ENOUGH = 30
"""Faults of this kind; those of other kinds lie beside what catches them."""


def run_tests(names: tuple[str, ...], library: Path) -> tuple[int, int, str]:
    """Run tests with a library of the core: how many failed, how many passed, what was said.

    A core that kills the process by a wild access, or that never returns, counts as a failure. The
    time is kept by a thread: a signal is not served before the core returns.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    done = subprocess.run(
        [
            *command,
            "-x",
            "--tb=line",
            "--assert=plain",  # else megabytes that differ are compared line by line
            "--timeout=60",
            "--timeout-method=thread",
            "--hypothesis-profile=first",
            *names,
        ],
        cwd=objects.ROOT,
        env={**os.environ, "MVPSDK_CORE_LIB": str(library)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    counts = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    said = done.stdout[-3000:] + done.stderr[-2000:]
    assert "error" not in counts, f"the tests themselves are broken:\n{said}"
    killed = done.returncode < 0 or "+ Timeout +" in done.stdout + done.stderr
    assert killed or done.returncode in (0, 1), f"pytest itself failed:\n{said}"
    failed = counts.get("failed", 0) + killed
    return failed, counts.get("passed", 0), said


def who(said: str) -> str:
    """The test that failed first; where none came so far, what ended it all."""
    found = re.search(r"^FAILED \S*?(\w+)(\[|$| )", said, re.MULTILINE)
    return found[1] if found else "the end of the process"


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_seeded_fault_is_caught(
    fault: faults.Fault, tmp_path: Path, record_property: faults.Record
) -> None:
    """At least one of the tests that it names fails, and all of them run."""
    core = faults.altered(fault, tmp_path)
    library = objects.shared_library(core, tmp_path / "_lib.abi3.so")
    failed, _, said = run_tests(fault.tests, library)
    faults.report(fault, who(said) if failed else "", record_property)
    assert failed, f"{fault.name} survived: {fault.breaks}\n{said}"


def test_the_sound_core_passes_what_catches_faults(tmp_path: Path) -> None:
    """Built in the same way, without a fault: else a failure would prove nothing."""
    library = objects.shared_library(objects.CORE, tmp_path / "_lib.abi3.so")
    names = tuple(sorted({name for fault in FAULTS for name in fault.tests}))
    failed, passed, said = run_tests(names, library)
    assert (failed, passed > 0) == (0, True), said


def test_there_are_enough_faults() -> None:
    """And no two of them are the same."""
    assert len(FAULTS) >= ENOUGH
    assert len({(fault.file, fault.old, fault.new) for fault in FAULTS}) == len(FAULTS)
