# SPDX-License-Identifier: Apache-2.0
"""The fuzzing harnesses, shortly: they run, they reach what they are for, and they find faults."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import faults
import fuzzing
import seeds
from fuzzing import HARNESSES, Harness

FAULTS = faults.find(Path(__file__).parent / "faults")
BY_NAME = {harness.name: harness for harness in HARNESSES}
NAMES = [harness.name for harness in HARNESSES]
RUNS = {
    "gpt": 20000,
    "pack": 60000,
    "part": 20000,
    "slots": 6000,
    "trap": 1200,
    "tree": 60000,
    "vgic": 6000,
}
"""Some seconds each."""
FINDING = re.compile(
    r"(does not hold: .*(?= \(\S+:\d+\)$)|Sanitizer: [\w-]+(?= )|runtime error: .*?(?= for |$))",
    re.MULTILINE,
)
"""What a harness, or a sanitizer, says of it."""
PATIENCE = 60
"""Seconds in which a seeded fault must be found; it takes one or two where little else runs."""

LEAST = {
    "gpt": {"opened": 2500, "refused": 4000, "found": 120, "absent": 2500},
    "pack": {"accepted": 15, "refused": 20000, "reasons": 18},
    "part": {"accepted": 8, "refused": 5000, "forged": 1, "reasons": 8},
    "slots": {
        "read": 900,
        "none": 1400,
        "started": 1200,
        "good": 1200,
        "refused": 90,
        "flashed": 700,
        "torn": 3200,
    },
    "trap": {
        "steps": 20000,
        "traps": 15000,
        "injections": 800,
        "interrupts": 600,
        "switches": 700,
        "starts": 250,
        "lines": 1500,
    },
    "tree": {"opened": 5000, "tokens": 60000, "properties": 8000, "consoles": 100, "packs": 800},
    "vgic": {
        "steps": 60000,
        "acknowledged": 1200,
        "ended": 1200,
        "hardware": 2500,
        "maintenance": 500,
        "switches": 6000,
    },
}
"""What a short run must have come to, so that it can't pass while doing nothing."""


@pytest.mark.parametrize("harness", HARNESSES, ids=NAMES)
def test_a_short_run_finds_nothing_and_reaches_what_it_is_for(
    harness: Harness, tmp_path: Path
) -> None:
    """The same inputs in each run; how much they reach is bounded from below."""
    program = fuzzing.build(harness, tmp_path)
    limit = RUNS[harness.name]
    result = fuzzing.run(harness, program, tmp_path, "-seed=1", f"-runs={limit}")

    assert result.code == 0, result.log[-4000:]
    assert result.runs >= limit
    least = LEAST[harness.name]
    assert result.seen.keys() == least.keys()
    assert {name: count for name, count in result.seen.items() if count < least[name]} == {}


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_harness_finds_a_seeded_fault(
    fault: faults.Fault, tmp_path: Path, record_property: faults.Record
) -> None:
    """Within seconds, from the committed inputs."""
    harness = BY_NAME[fault.tests[0]]
    core = faults.altered(fault, tmp_path)
    program = fuzzing.build(harness, tmp_path, core)
    result = fuzzing.run(harness, program, tmp_path, "-seed=1", f"-max_total_time={PATIENCE}")

    found = FINDING.search(result.log)
    faults.report(fault, f"{harness.name}: {found[1]}" if found else "", record_property)
    assert result.code != 0, f"{fault.name} survived {result.runs} runs: {fault.breaks}"
    assert found, result.log[-4000:]
    assert list((tmp_path / "found").glob(f"{harness.name}-crash-*")), result.log[-4000:]


def test_each_harness_has_a_seeded_fault_to_find() -> None:
    """And no fault names a harness that is not there."""
    assert {fault.tests[0] for fault in FAULTS} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_inputs_are_those_that_the_script_makes(name: str) -> None:
    """Beside what was found: `python tests/fuzz/support/seeds.py` writes them again."""
    folder = fuzzing.CORPUS / name
    present = {path.name: path.read_bytes() for path in folder.iterdir()}
    made = seeds.seeds()[name]

    assert {path: present.get(path) for path in made} == made
    assert all(path in made or path.startswith("found-") for path in present)
    assert sum(map(len, present.values())) < 64 * 1024
