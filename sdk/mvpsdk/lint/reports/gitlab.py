# SPDX-License-Identifier: Apache-2.0
"""`gitlab`: a code quality report, which GitLab shows beside the lines of a merge request.

A list of violations with description, check name, fingerprint, severity and a location of one line
(GitLab's documentation, "Code Quality", "Code Quality report format").
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mvpsdk.lint.model import Severity
from mvpsdk.lint.reports._style import details

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.lint.model import Finding
    from mvpsdk.lint.report import Report
    from mvpsdk.lint.reports._style import Style

__all__ = ["document"]

_LEVELS = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTE: "info"}


def document(reports: Sequence[Report], style: Style) -> str:
    """Return the list of what stands; what is excused or known is left out."""
    found = [_finding(each, report, style) for report in reports for each in report.findings]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _finding(finding: Finding, report: Report, style: Style) -> dict[str, Any]:
    """A location is required: what no line names is shown on the first one of what was linted."""
    place = finding.place
    path = style.locate(place.file if place else report.file).path
    board = f"[{finding.board}] " if finding.board else ""
    more = " ".join(f"{name}: {text}." for name, text in details(finding) if text)
    return {
        "description": f"{board}{finding.message}. {more}",
        "check_name": finding.rule,
        "fingerprint": finding.fingerprint,
        "severity": _LEVELS[finding.severity],
        "location": {"path": path, "lines": {"begin": (place.line if place else 0) or 1}},
    }
