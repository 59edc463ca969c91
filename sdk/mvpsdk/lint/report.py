# SPDX-License-Identifier: Apache-2.0
"""The report: what `lint.check` hands back, and its JSON form `mvpsdk.lint/1`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.lint.model import Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.errors import Place
    from mvpsdk.handset.model import Allow
    from mvpsdk.lint.allow import Excuse
    from mvpsdk.lint.model import Check, Finding

__all__ = ["SCHEMA", "Report", "Suppressed", "merge"]

SCHEMA = "mvpsdk.lint/1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Suppressed:
    """A finding, and the exception that excuses it."""

    finding: Finding
    allow: Allow


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What the linter found and what it looked at.

    Attributes:
        target: name of the handset, board or image.
        file: the file that tells of it; empty if there is none.
        boards: the boards that it was linted for.
        findings: what stands, in the order of rules and subjects.
        suppressed: what an exception of the handset file excuses.
        baselined: what the baseline already knew.
        checks: one entry for each rule and subject, whatever became of it.
        allows: every exception for the rules that ran, and what became of it.
    """

    target: str
    file: str = ""
    boards: tuple[str, ...]
    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    baselined: tuple[Finding, ...]
    checks: tuple[Check, ...]
    allows: tuple[Excuse, ...]

    @property
    def summary(self) -> dict[Outcome, int]:
        """How many checks had which outcome; all six outcomes are there."""
        counted = Counter(check.outcome for check in self.checks)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def statistics(self) -> dict[str, int]:
        """How many findings each rule has, most first; rules without any are left out."""
        counted = Counter(finding.rule for finding in self.findings)
        return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))

    @property
    def not_checked(self) -> tuple[Check, ...]:
        """The checks that could not be made."""
        return tuple(check for check in self.checks if check.outcome is Outcome.NOT_CHECKED)

    def failures(self, fail_on: Severity = Severity.ERROR) -> tuple[Finding, ...]:
        """Return the findings that weigh at least as much as `fail_on`."""
        return tuple(finding for finding in self.findings if finding.severity.reaches(fail_on))

    def exit_code(self, *, fail_on: Severity = Severity.ERROR, strict: bool = False) -> int:
        """Return what the command line ends with.

        1 if findings weigh at least `fail_on`: they say what to mend, even where they kept other
        checks from being made. Else 2 if a tool or a file failed, since the report is incomplete
        then. Else, under `strict`, 1 if any check could not be made. Else 0.
        """
        if self.failures(fail_on):
            return 1
        if any(check.failed for check in self.checks):
            return 2
        return int(strict and bool(self.not_checked))

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values, for `json.dumps`; see `lint.schema`."""
        return {
            "schema": SCHEMA,
            "target": self.target,
            "boards": list(self.boards),
            "summary": {str(outcome): count for outcome, count in self.summary.items()},
            "statistics": self.statistics,
            "findings": [_finding(finding) for finding in self.findings],
            "suppressed": [
                {**_finding(entry.finding), "reason": entry.allow.reason}
                for entry in self.suppressed
            ],
            "baselined": [_finding(finding) for finding in self.baselined],
            "checks": [_check(check) for check in self.checks],
            "allows": [_excuse(excuse) for excuse in self.allows],
        }


def merge(reports: Sequence[Report]) -> Report:
    """Put the reports of several handsets, boards or images one after the other."""
    return Report(
        target=", ".join(report.target for report in reports),
        file=next((report.file for report in reports), ""),
        boards=tuple(dict.fromkeys(board for report in reports for board in report.boards)),
        findings=tuple(entry for report in reports for entry in report.findings),
        suppressed=tuple(entry for report in reports for entry in report.suppressed),
        baselined=tuple(entry for report in reports for entry in report.baselined),
        checks=tuple(entry for report in reports for entry in report.checks),
        allows=tuple(entry for report in reports for entry in report.allows),
    )


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "name": finding.name,
        "severity": str(finding.severity),
        "confidence": str(finding.confidence),
        "board": finding.board,
        "subject": finding.subject,
        "place": _place(finding.place),
        "message": finding.message,
        "parties": [{"name": party.name, "value": party.value} for party in finding.parties],
        "consequence": finding.consequence,
        "fix": finding.fix,
        "fixable": bool(finding.edits),
        "fingerprint": finding.fingerprint,
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "rule": check.rule,
        "board": check.board,
        "subject": check.subject,
        "outcome": str(check.outcome),
        "reason": check.reason,
    }


def _excuse(excuse: Excuse) -> dict[str, Any]:
    allow = excuse.allow
    return {
        "rule": allow.rule,
        "at": allow.at,
        "reason": allow.reason,
        "until": allow.until.isoformat() if allow.until else None,
        "place": _place(allow.place),
        "state": str(excuse.state),
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"file": place.file, "line": place.line, "column": place.column, "node": place.node}
