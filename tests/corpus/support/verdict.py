# SPDX-License-Identifier: Apache-2.0
"""What becomes of a vendor's tree: how much of its board is known, and what stands in the way."""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk import lint, tree

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.lint import Finding
    from mvpsdk.tree import Survey

TODAY = dt.date(2026, 1, 1)  # no exception is asked for, so that no date matters
RAM = "BRD001"

CATEGORIES = ("complete", "complete but for RAM", "needs console", "blocked")
PARTIES = 2
"""Values that a finding names at least: the one found, and the one needed or in the way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One tree's."""

    survey: Survey
    errors: tuple[Finding, ...]  # but for RAM, which a person adds
    found: tuple[str, ...]  # by which rules, and how bad: "BRD001 error"
    category: str
    seconds: float  # of CPU, from the file to the draft of a board


def judge(path: Path) -> Verdict:
    """Survey a tree and lint its board. Raises InputError if it is no board's."""
    begin = time.process_time()
    survey = tree.open(path)
    draft = survey.draft("corpus")
    seconds = time.process_time() - begin
    report = lint.check([lint.Bench(draft=draft)], today=TODAY)
    errors = tuple(found for found in report.findings if found.severity == lint.Severity.ERROR)
    return Verdict(
        survey=survey,
        errors=tuple(error for error in errors if error.rule != RAM),
        found=tuple(sorted({f"{found.rule} {found.severity}" for found in report.findings})),
        category=_category(survey, {error.rule for error in errors}),
        seconds=seconds,
    )


def _category(survey: Survey, rules: set[str]) -> str:
    if rules - {RAM}:
        return "blocked"
    if any(key.startswith("console.") for key in survey.todos):
        return "needs console"
    return "complete but for RAM" if rules else "complete"


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """One tree's verdict in short: what two processes tell each other."""

    tree: str
    category: str = ""
    seconds: float = 0.0
    rules: tuple[str, ...] = ()  # of what blocks it
    found: tuple[str, ...] = ()  # by which rules, and how bad
    unclear: tuple[str, ...] = ()  # errors that don't say where, what, or what to do
    crash: str = ""  # what no reader may do


def summary(path: Path) -> Summary:
    """Judge a tree, whatever happens."""
    name = str(path.relative_to(path.parents[1]))
    try:
        found = judge(path)
    except Exception as error:  # noqa: BLE001 - any at all is what the test looks for
        return Summary(tree=name, crash=f"{type(error).__name__}: {error}")
    return Summary(
        tree=name,
        category=found.category,
        seconds=found.seconds,
        rules=tuple(sorted({error.rule for error in found.errors})),
        found=found.found,
        unclear=tuple(str(error) for error in found.errors if not _is_clear(error)),
    )


def _is_clear(error: Finding) -> bool:
    """Tell whether a finding says where, what and what to do."""
    has_node = error.place is not None and error.place.node.startswith("/")
    values = [party.value for party in error.parties if party.name and party.value]
    return bool(has_node and error.message and error.fix and len(values) >= PARTIES)
