# SPDX-License-Identifier: Apache-2.0
"""How a conformance report looks: a table for people, JSON, TAP, JUnit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from mvpsdk.conform import tap
from mvpsdk.lint.reports.junit import clean
from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mvpsdk.conform import Check, Report, Suite

SCHEMA = "mvpsdk.test-board/1"
_COLORS = {"ok": "green", "failed": "red", "skipped": "yellow", "missing": "red"}


def document(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "board": report.board,
        "ok": report.ok,
        "suites": [
            {
                "name": suite.name,
                "ok": suite.ok,
                "stopped": suite.stopped or None,
                "checks": [
                    {
                        "name": check.name,
                        "what": check.what,
                        "outcome": check.outcome,
                        "why": check.why or None,
                        "details": list(check.details),
                    }
                    for check in suite.checks
                ],
            }
            for suite in report.suites
        ],
    }


def as_json(report: Report) -> str:
    """The report as JSON, with its schema's name."""
    return json.dumps({"schema": SCHEMA, **document(report)}, indent=2, ensure_ascii=False) + "\n"


def as_tap(report: Report) -> str:
    """The report as TAP, one stream."""
    return "".join(f"{line}\n" for line in tap.write(report))


def as_junit(report: Report) -> str:
    """The report in the dialect that CI systems read: a test suite for each of ours."""
    suites = ET.Element("testsuites", name=f"mvpsdk test-board {report.board}")
    for suite in report.suites:
        element = ET.SubElement(suites, "testsuite", name=suite.name)
        cases = [_case(element, suite, check) for check in suite.checks]
        if suite.stopped:
            whole = ET.SubElement(element, "testcase", classname=suite.name, name="all were made")
            ET.SubElement(whole, "failure", message=clean(suite.stopped))
            cases.append(whole)
        element.set("tests", str(len(cases)))
        element.set("failures", str(len(element.findall("testcase/failure"))))
        element.set("skipped", str(len(element.findall("testcase/skipped"))))
    return ET.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def _case(element: ET.Element, suite: Suite, check: Check) -> ET.Element:
    case = ET.SubElement(element, "testcase", classname=suite.name, name=check.name)
    if check.outcome == "skipped":
        ET.SubElement(case, "skipped", message=clean(check.why))
    elif check.outcome != "ok":
        failure = ET.SubElement(case, "failure", message=clean(check.why or check.what))
        failure.text = clean("\n".join(check.details))
    return case


def as_text(report: Report) -> str:
    """The report for people: each topic's count, and whatever is not ok by name."""
    return "".join(f"{line}\n" for line in _text(report))


def _text(report: Report) -> Iterator[str]:
    for suite in report.suites:
        yield render.style(f"{report.board}, {suite.name}", "bold")
        yield from render.table([[f"  {topic}", *cells] for topic, *cells in _topics(suite)])
        for check in suite.checks:
            yield from _notable(check)
        if suite.stopped:
            yield f"  {render.style(suite.stopped, 'red')}"
        yield ""
    yield summary(report)


def _topics(suite: Suite) -> Iterator[list[str]]:
    topics: dict[str, list[Check]] = {}
    for check in suite.checks:
        topics.setdefault(check.name.partition(".")[0], []).append(check)
    for topic, checks in topics.items():
        counts = {name: sum(check.outcome == name for check in checks) for name in _COLORS}
        others = [f"{counts[name]} {name}" for name in _COLORS if name != "ok" and counts[name]]
        yield [topic, f"{counts['ok']} ok", ", ".join(others)]


def _notable(check: Check) -> Iterator[str]:
    if check.outcome == "ok":
        return
    word = render.style(check.outcome, _COLORS[check.outcome])
    text = check.why if check.outcome == "skipped" else check.what
    yield f"  {word} {check.name}: {text}"
    if check.outcome == "failed":
        yield from (f"      {detail}" for detail in check.details)


def summary(report: Report) -> str:
    """One line: how many, and how it ended."""
    if not report.suites:
        return "no persona of a conformance bundle has said anything"
    made = [check for suite in report.suites for check in suite.checks]
    counts = {name: sum(check.outcome == name for check in made) for name in _COLORS}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    color = "green" if report.ok else "red"
    return render.style(f"{report.board}: {len(made)} checks: {told}", color)


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "json": as_json,
    "tap": as_tap,
    "junit": as_junit,
}
FILES = {"report.json": "json", "report.tap": "tap", "report.xml": "junit"}
"""What --output puts into a folder."""
