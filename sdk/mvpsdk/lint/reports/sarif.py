# SPDX-License-Identifier: Apache-2.0
"""`sarif`: the Static Analysis Results Interchange Format 2.1.0 (OASIS standard, errata 01).

There is one run for each board and handset, told apart by `automationDetails.id` (3.17.3), and one
for what is so on all boards. A check that could not be made is a notification of the run (3.20.21),
no result: of a result, readers show what they do not know the kind of as an alert, and a run that
only lacked evidence would be one full of alarms. An exception of the handset file is a suppression
in the source, a baseline one outside of it (3.35).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mvpsdk.lint.catalogue import rule
from mvpsdk.lint.model import Confidence, Outcome, Severity
from mvpsdk.lint.reference import document as page
from mvpsdk.lint.reports._sarif_places import BASES, logical, physical
from mvpsdk.lint.reports._style import details, scope, unmade

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.lint.catalogue import Rule
    from mvpsdk.lint.model import Check, Finding
    from mvpsdk.lint.report import Report
    from mvpsdk.lint.reports._style import Style

__all__ = ["FINGERPRINT", "document"]

FINGERPRINT = "mvpsdkFingerprint/v1"
"""The key under which a result has the fingerprint that a baseline knows, too."""

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_PRECISION = {
    Confidence.CERTAIN: "very-high",
    Confidence.LIKELY: "medium",
    Confidence.HEURISTIC: "low",
}
_SECURITY = ("BND", "SEC")
_SCORES = {Severity.ERROR: "8.0", Severity.WARNING: "5.0", Severity.NOTE: "2.0"}
"""What readers rank the findings of security rules by, as a CVSS score would be."""


def document(reports: Sequence[Report], style: Style) -> str:
    """Return the log: the runs of all reports, in their order."""
    runs: dict[str, list[tuple[Report, Check]]] = {}
    for report in reports:
        for check in report.checks:
            name = f"mvpsdk/lint/{scope(report, check.board)}/"
            runs.setdefault(name, []).append((report, check))
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [_run(name, checks, style) for name, checks in runs.items()],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _run(name: str, checks: Sequence[tuple[Report, Check]], style: Style) -> dict[str, Any]:
    codes = sorted({check.rule for _, check in checks})
    counts = {
        str(outcome): sum(check.outcome is outcome for _, check in checks) for outcome in Outcome
    }
    return {
        "tool": {
            "driver": {
                "name": "mvpsdk lint",
                "version": style.version,
                "semanticVersion": style.version,
                "rules": [_rule(rule(code)) for code in codes],
            }
        },
        "automationDetails": {"id": name},
        "invocations": [_invocation(checks)],
        "originalUriBaseIds": BASES,
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, report, codes.index(finding.rule), style)
            for report, check in checks
            for finding in check.findings
        ],
        "properties": {"outcomes": counts},
    }


def _rule(entry: Rule) -> dict[str, Any]:
    """The rule's page, as `mvpsdk explain` shows it."""
    text = page(entry)
    security = entry.group in _SECURITY
    score = {"security-severity": _SCORES[entry.severity]} if security else {}
    return {
        "id": entry.code,
        "name": entry.name.title().replace("-", ""),
        "shortDescription": {"text": entry.page.title},
        "fullDescription": {"text": entry.page.sections["What it does"]},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": str(entry.severity)},
        "properties": {
            "confidence": str(entry.confidence),
            "precision": _PRECISION[entry.confidence],
            "since": entry.since,
            **score,
            "tags": [entry.group, *(["security"] if security else [])],
        },
    }


def _invocation(checks: Sequence[tuple[Report, Check]]) -> dict[str, Any]:
    """A run in which a tool or a file failed was not successful: its report is incomplete."""
    reports = list({id(report): report for report, _ in checks}.values())
    mine = {id(check) for _, check in checks}
    notes = [
        _notification(reason, check, failed=failed)
        for (reason, failed), found in unmade(reports).items()
        for check in found
        if id(check) in mine
    ]
    return {
        "executionSuccessful": not any(check.failed for _, check in checks),
        "toolExecutionNotifications": notes,
    }


def _notification(reason: str, check: Check, *, failed: bool) -> dict[str, Any]:
    where = {"locations": [{"logicalLocations": logical(check.subject)}]} if check.subject else {}
    return {
        "level": "error" if failed else "note",
        "message": {"text": f"{check.rule} was not checked: {reason}"},
        "associatedRule": {"id": check.rule},
        **where,
    }


def _result(finding: Finding, report: Report, index: int, style: Style) -> dict[str, Any]:
    words = [finding.message, *(f"{name}: {text}" for name, text in details(finding) if text)]
    result = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": str(finding.severity),
        "message": {"text": "\n".join(words)},
        "locations": [
            {
                "physicalLocation": physical(finding.place, report.file, style),
                "logicalLocations": logical(finding.subject),
            }
        ],
        "relatedLocations": _others(finding, style),
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "suppressions": _suppressions(finding, report, style),
        "properties": {
            "board": finding.board,
            "confidence": str(finding.confidence),
            "parties": [{"name": each.name, "value": each.value} for each in finding.parties],
            "consequence": finding.consequence,
            "fix": finding.fix,
        },
    }
    return {key: value for key, value in result.items() if value != []}


def _others(finding: Finding, style: Style) -> list[dict[str, Any]]:
    """Where the parties stand that the finding itself does not point at."""
    others = [each for each in finding.parties if each.place and each.place != finding.place]
    return [
        {
            "id": number,
            "message": {"text": f"{each.name}: {each.value}"},
            "physicalLocation": physical(each.place, "", style),
        }
        for number, each in enumerate(others, 1)
    ]


def _suppressions(finding: Finding, report: Report, style: Style) -> list[dict[str, Any]]:
    """Why a finding does not stand. A reader takes any suppression for accepted, by default."""
    allows = [entry.allow for entry in report.suppressed if entry.finding == finding]
    found = [
        {
            "kind": "inSource",
            "justification": allow.reason,
            "location": {"physicalLocation": physical(allow.place, report.file, style)},
        }
        for allow in allows
    ]
    if finding in report.baselined:
        found.append({"kind": "external", "justification": "the baseline knows it"})
    return found
