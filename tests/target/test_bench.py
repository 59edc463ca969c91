# SPDX-License-Identifier: Apache-2.0
"""What the hypervisor costs a guest changes only when somebody has looked at it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.target

BENCH = Path(__file__).parents[1] / "bench"
LOOK = (
    "the hypervisor's figures have changed: look at `make bench`, and if it is meant, say "
    "`python tests/bench/bench.py --golden tests/bench/golden.json` and `make docs`"
)


def measure(output: Path) -> dict[str, Any]:
    """The exact figures of this build."""
    command = [sys.executable, str(BENCH / "bench.py"), "--golden", str(output)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    found: dict[str, Any] = json.loads(output.read_text())
    return found


@pytest.mark.timeout(600)
def test_figures_are_those_of_the_golden_file(tmp_path: Path) -> None:
    """Instruction counts and sizes are exactly those that were measured when last looked at."""
    assert measure(tmp_path / "found.json") == json.loads((BENCH / "golden.json").read_text()), LOOK
