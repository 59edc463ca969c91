# SPDX-License-Identifier: Apache-2.0
"""What every rule must have, and what must not drift from the rules."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from mvpsdk.core.facade import Reason
from mvpsdk.decode import advice
from mvpsdk.lint import Confidence, Severity, catalogue, reference
from mvpsdk.lint.page import HEADINGS, parse
from mvpsdk.lint.verdict import BOOTS_OWN, PLANNERS_OWN
from mvpsdk.plan.refusal import RULES

ROOT = Path(__file__).parents[3]
JUDGED = ("MVP_CONFIG_", "MVP_MEM_")
"""How reasons begin that the planner asks the core about."""


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.OK])
def test_each_reason_of_the_core_has_exactly_one_owner(reason: Reason) -> None:
    """One rule; or the reader of what a person writes; or, if no file can tell it, the boot."""
    name = f"MVP_{reason.name}"
    rules = [rule.code for rule in catalogue() if name in rule.core]
    boot = name.startswith(BOOTS_OWN) and not rules
    assert len(rules) + (name in PLANNERS_OWN) + boot == 1, rules
    assert not boot or advice(reason).cause


def test_no_rule_speaks_for_a_reason_that_is_none() -> None:
    """A name that the core has given up would never be met."""
    known = {f"MVP_{reason.name}" for reason in Reason}
    assert {name for rule in catalogue() for name in rule.core} | PLANNERS_OWN <= known


def test_the_planner_names_the_same_rules() -> None:
    """The planner may not import lint, so its table is a second one: it must say the same."""
    claimed = {reason: rule.code for rule in catalogue() for reason in rule.core}
    said = {f"MVP_{reason.name}": code for reason, code in RULES.items()}
    assert said == {name: code for name, code in claimed.items() if name.startswith(JUDGED)}


def test_rules_of_the_issue_are_there() -> None:
    """Of boards, memory and images: all but MEM008, which waits for channels."""
    boards = {f"BRD{number:03}" for number in range(1, 13)}
    memory = {f"MEM{number:03}" for number in (*range(1, 8), 9)}
    images = {f"IMG{number:03}" for number in range(1, 10)}
    assert boards | memory | images | {"DEV004"} <= {rule.code for rule in catalogue()}


def test_every_rule_is_a_file_named_after_it() -> None:
    """One rule, one file: mem001_guest_overlaps_hypervisor.py."""
    for rule in catalogue():
        file = Path(inspect.getfile(rule.check)).stem
        assert file == f"{rule.code.lower()}_{rule.name.replace('-', '_')}"


def test_only_certain_rules_are_errors() -> None:
    """A guess must not stop a release."""
    for rule in catalogue():
        assert rule.severity is not Severity.ERROR or rule.confidence is Confidence.CERTAIN


def test_every_page_has_its_headings_and_says_what_one_would_see() -> None:
    """A page that does not say what happens on the device is not one."""
    for rule in catalogue():
        assert tuple(rule.page.sections) == HEADINGS
        assert "**On the device:**" in rule.page.sections["Why is this bad?"]
        assert "Confidence:" in rule.page.sections["How it is decided"]
        assert rule.consequence
        assert re.fullmatch(r"\d+\.\d+\.\d+", rule.since)


def test_the_reference_is_fresh() -> None:
    """docs/reference/rules.md is what the rules say: `mvpsdk rules --format markdown` makes it."""
    assert (ROOT / "docs/reference/rules.md").read_text() == reference()


@pytest.mark.parametrize(
    "docstring",
    ["", "Title.\n\n## What it does\n\ntext", "\n".join(f"## {name}\n\nx\n" for name in HEADINGS)],
)
def test_a_page_without_its_parts_is_refused(docstring: str) -> None:
    """A rule with half a page does not load."""
    with pytest.raises(ValueError, match="a rule's page needs"):
        parse(docstring)
