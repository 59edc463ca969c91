# SPDX-License-Identifier: Apache-2.0
"""What every rule must have, and what must not drift from the rules."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from mvpsdk.core.facade import Reason
from mvpsdk.lint import Confidence, Severity, catalogue, reference
from mvpsdk.lint.page import HEADINGS, parse
from mvpsdk.lint.verdict import PLANNERS_OWN
from mvpsdk.plan.refusal import RULES

ROOT = Path(__file__).parents[3]


def test_each_memory_reason_has_one_rule_or_is_the_planner_s_own() -> None:
    """A reason of the core that no rule speaks for would be an error without a page."""
    reasons = {f"MVP_{reason.name}" for reason in Reason}
    judged = {name for name in reasons if name.startswith(("MVP_MEM_", "MVP_CONFIG_"))}
    claims = [reason for rule in catalogue() for reason in rule.core]
    assert len(claims) == len(set(claims))
    assert set(claims) | PLANNERS_OWN == judged
    assert not set(claims) & PLANNERS_OWN


def test_the_planner_names_the_same_rules() -> None:
    """The planner may not import lint, so its table is a second one: it must say the same."""
    claimed = {reason: rule.code for rule in catalogue() for reason in rule.core}
    assert {f"MVP_{reason.name}": code for reason, code in RULES.items()} == claimed


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
