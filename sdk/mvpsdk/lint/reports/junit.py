# SPDX-License-Identifier: Apache-2.0
"""`junit`: a test case for each rule and subject: what passed and what was not checked shows, too.

A case fails as the run does: by a finding at or over `--fail-on`, and under `--strict` by a check
that could not be made. What weighs less, and what is excused or known, is told in its output. The
form is that of Jenkins' xUnit plugin, `junit-10.xsd`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mvpsdk.lint.catalogue import rule
from mvpsdk.lint.model import Outcome
from mvpsdk.lint.reports._style import details, scope, spot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.lint.model import Check, Finding
    from mvpsdk.lint.report import Report
    from mvpsdk.lint.reports._style import Style

__all__ = ["clean", "document"]


def document(reports: Sequence[Report], style: Style) -> str:
    """Return the suites: one for each board that something was linted on, one for all boards."""
    root = ET.Element("testsuites", name="mvpsdk lint")
    for report in reports:
        for board in dict.fromkeys(check.board for check in report.checks):
            checks = [check for check in report.checks if check.board == board]
            root.append(_suite(report, board, checks, style))
    ET.indent(root)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _suite(report: Report, board: str, checks: Sequence[Check], style: Style) -> ET.Element:
    name = scope(report, board)
    suite = ET.Element("testsuite", name=clean(f"mvpsdk lint {name}"))
    for check in checks:
        suite.append(_case(clean(name.replace("/", ".")), check, report, style))
    suite.set("tests", str(len(checks)))
    for key, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(len(suite.findall(f"testcase/{kind}"))))
    return suite


def _case(classname: str, check: Check, report: Report, style: Style) -> ET.Element:
    what = f"{check.rule} {rule(check.rule).name}"
    name = f"{what}: {check.subject}" if check.subject else what
    case = ET.Element("testcase", classname=classname, name=clean(name))
    standing = [found for found in check.findings if found in report.findings]
    bad = [found for found in standing if style.fails(found)]
    for found in bad:
        _said(case, "failure", str(found.severity), found.message, _text(found, style))
    if check.outcome is Outcome.NOT_CHECKED:
        kind = "error" if check.failed else "failure" if style.strict else "skipped"
        _said(case, kind, "not-checked", f"not checked: {check.reason}")
    elif check.outcome is Outcome.NOT_APPLICABLE:
        _said(case, "skipped", "not-applicable", f"not applicable: {check.reason}")
    if rest := [found for found in check.findings if found not in bad]:
        told = "\n\n".join(_told(found, style) for found in rest)
        ET.SubElement(case, "system-out").text = clean(told)
    return case


def _said(case: ET.Element, kind: str, sort: str, message: str, text: str = "") -> None:
    ET.SubElement(case, kind, type=sort, message=clean(message)).text = clean(text) or None


def _told(finding: Finding, style: Style) -> str:
    return f"{finding.rule} {finding.severity}: {finding.message}\n{_text(finding, style)}"


def _text(finding: Finding, style: Style) -> str:
    place = finding.place
    where = f"{spot(place, style)} ({finding.subject})" if place else finding.subject
    rows = (("At", where), *details(finding))
    return "\n".join(f"{name}: {text}" for name, text in rows if text)


def clean(text: str) -> str:
    """Without the control characters that XML 1.0 has no way to write."""
    return "".join(c if c.isprintable() or c in "\t\n" else "\ufffd" for c in text)
