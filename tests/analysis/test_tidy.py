# SPDX-License-Identifier: Apache-2.0
"""The check of the C fails where it should: with a finding in what the host has, and the board."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import faults
import objects

HERE = Path(__file__).parent
FAULTS = faults.find(HERE / "faults")


def tidy(core: Path, *names: str) -> tuple[int, str]:
    """Run `make check`'s script over some sources: its exit code, and what it said."""
    command = [sys.executable, str(HERE / "tidy.py"), "--core", str(core), *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stderr + done.stdout


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_finding_fails_the_check(
    fault: faults.Fault, tmp_path: Path, record_property: faults.Record
) -> None:
    """And it says which: the same source is clean without it, as `make check` has shown."""
    core = faults.altered(fault, tmp_path / "sdk" / "mvpsdk")  # as .clang-tidy knows our headers

    code, said = tidy(core, *fault.tests)

    found = re.search(rf"\[({fault.seen})\b", said)
    faults.report(fault, found[1] if found else "", record_property)
    assert code == 1, said
    assert found, said


def test_a_source_that_is_not_read_is_an_error() -> None:
    """Nobody is told that all is well of a file that was not looked at."""
    code, said = tidy(objects.CORE, "src/nothing.c")

    assert code == 2
    assert "nothing.c" in said
