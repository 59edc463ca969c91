# SPDX-License-Identifier: Apache-2.0
"""A run as a JUnit report: each expectation a test case, and one that nothing was rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mvpsdk.lint.reports.junit import clean
from mvpsdk.run import Exit, Met

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.run import Event, Line, Options


def report(name: str, options: Options, events: Sequence[Event]) -> bytes:
    """The report, in the dialect that CI systems read."""
    end = next(event for event in events if isinstance(event, Exit))
    suite = ET.Element("testsuite", name=f"mvpsdk run {name}", time=f"{end.wall:.3f}")
    _expectations(suite, options, events, end)
    if options.reject or not options.expect:
        _ending(suite, end)
    cases, failures = suite.findall("testcase"), suite.findall("testcase/failure")
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(len(failures)))
    suites = ET.Element("testsuites")
    suites.append(suite)
    text: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _expectations(suite: ET.Element, options: Options, events: Sequence[Event], end: Exit) -> None:
    came = [event for event in events if isinstance(event, Met)]
    for expectation in options.expect:
        met = next((event for event in came if event.expectation is expectation), None)
        wall = met.wall if met else end.wall
        case = ET.SubElement(
            suite,
            "testcase",
            classname=expectation.partition,
            name=clean(expectation.pattern.pattern),
            time=f"{wall:.3f}",
        )
        if not met:
            _failure(case, f"did not come: {end.reason}", end.last)


def _ending(suite: ET.Element, end: Exit) -> None:
    case = ET.SubElement(
        suite, "testcase", classname="handset", name="nothing rejected", time=f"{end.wall:.3f}"
    )
    if end.rejected:
        _failure(case, f"[{end.rejected.partition}] {end.rejected.text}", end.last)
    elif not end.ok and not end.awaited:
        _failure(case, f"ended badly: {end.reason}", end.last)


def _failure(case: ET.Element, message: str, last: Sequence[Line]) -> None:
    failure = ET.SubElement(case, "failure", message=clean(message))
    failure.text = clean("\n".join(f"[{line.partition}] {line.text}" for line in last))
