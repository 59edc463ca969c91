# SPDX-License-Identifier: Apache-2.0
"""No miss: every seeded defect is found by its rule, and the virtual handset fails as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import defects
import seeding
import trial
from mvpsdk.lint import Severity

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from defects import Defect
    from mvpsdk import run

pytestmark = [pytest.mark.target, pytest.mark.timeout(600)]

CASES = defects.find()


def titled(case: Defect) -> str:
    """How a case is called in the list of tests."""
    return case.name


@pytest.mark.parametrize("case", CASES, ids=titled)
def test_a_seeded_defect_is_found_and_the_machine_agrees(
    case: Defect, seeded: Callable[[Defect], Path]
) -> None:
    """Its rule speaks, no other one calls it an error, and a boot shows what the case says."""
    handset = seeded(case)
    if case.bundled:
        made: Path | run.Bootable = _damaged(case, handset)
        report = trial.judge_bundle(handset.with_name("seeded.itb"))
    else:
        report = trial.judge(handset, case.plan)
    said = [f"{found.rule} {found.severity}: {found.message}" for found in report.findings]
    mine = [found for found in report.findings if found.rule == case.rule]
    assert mine, said
    if case.severity:
        assert {found.severity for found in mine} == {case.severity}, said
    errors = {found.rule for found in report.findings if found.severity is Severity.ERROR}
    assert errors <= {case.rule, *case.also}, said
    if "why-not" in case.machine:
        return
    if not case.bundled:
        seeding.apply(case.past, handset.parent)
        made = trial.bundled(handset, {**case.plan, **case.past_plan})
    _boots_as_said(case, made)


def _damaged(case: Defect, handset: Path) -> run.Bootable:
    """Change a bundle, and its pack in the same way, which no tool looks at before it boots."""
    apart = trial.opened(trial.bundled(handset, case.plan))
    seeding.apply(case.bundled, handset.parent)
    seeding.apply([{**change, "file": "pack"} for change in case.bundled], handset.parent)
    return apart


def _boots_as_said(case: Defect, made: Path | run.Bootable) -> None:
    seen = trial.boot(made, case.machine.get("seconds"))
    if "shows" in case.machine:
        assert seen.says(case.machine["shows"]), seen
    if "lacks" in case.machine:
        assert not seen.says(case.machine["lacks"]), seen


@pytest.mark.parametrize("base", ["handset", "linux"])
def test_what_defects_are_seeded_into_is_good(base: str, seeded: Callable[[Defect], Path]) -> None:
    """The good handset has no finding, and boots: both parties say to the end that they are up."""
    case = defects.Defect(name="good", rule="", defect="", base=base)
    handset = seeded(case)
    report = trial.judge(handset, {})
    assert [f"{each.rule}: {each.message}" for each in report.findings] == []
    seen = trial.boot(trial.bundled(handset, {}))
    assert seen.says(defects.UP[base])
    assert seen.says("realtime: ^tick 8$")


def test_the_cases_are_many_and_of_all_groups() -> None:
    """Sixty and more, of every group of rules whose errors a handset can have; most are booted."""
    booted = [case for case in CASES if "why-not" not in case.machine]
    groups = {case.rule[:3] for case in CASES}
    assert len(CASES) >= 60
    assert len(booted) > len(CASES) // 2
    assert groups >= {"ABI", "BND", "BRD", "CPU", "DEV", "IMG", "MEM", "RTF"}
