# SPDX-License-Identifier: Apache-2.0
"""A lint report for people: what collides, where, what it does to a phone, the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk_cli import render
from mvpsdk_cli.commands._picture import picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.errors import Place
    from mvpsdk.lint import Finding, Report
    from mvpsdk.lint.report import Suppressed

LOOKS = {"error": ("bold", "red"), "warning": ("bold", "yellow"), "note": ("bold", "cyan")}


def text(report: Report, *, statistics: bool = False) -> Iterator[str]:
    """The whole report, line by line."""
    for finding in report.findings:
        yield from _finding(finding)
        yield ""
    for entry in report.suppressed:
        yield _suppressed(entry)
    yield from _not_checked(report)
    if statistics:
        yield from _statistics(report)
    yield _summary(report)


def _finding(finding: Finding) -> Iterator[str]:
    code = render.style(f"{finding.rule} {finding.severity}", *LOOKS[finding.severity])
    where = f" [{finding.board}]" if finding.board else ""
    yield f"{code}{where} {finding.message}"
    yield from picture(finding)
    place = _place(finding.place)
    yield from render.table(
        [
            [f"  {name}", value]
            for name, value in (
                ("at:", f"{place} ({finding.subject})" if place else finding.subject),
                ("device:", finding.consequence),
                ("fix:", finding.fix),
            )
            if value
        ]
    )


def _suppressed(entry: Suppressed) -> str:
    excuse = f'allowed: "{entry.allow.reason}"'
    return render.style(f"{entry.finding.rule} {entry.finding.message} ({excuse})", "dim")


def _not_checked(report: Report) -> Iterator[str]:
    """Each reason once, with the rules that it kept from looking."""
    reasons: dict[str, list[str]] = {}
    for check in report.not_checked:
        reasons.setdefault(check.reason, []).append(check.rule)
    for reason, rules in reasons.items():
        yield f"not checked: {', '.join(dict.fromkeys(rules))}: {reason}"


def _statistics(report: Report) -> Iterator[str]:
    from mvpsdk.lint import rule

    rows = [[str(n), code, rule(code).name] for code, n in report.statistics.items()]
    yield from render.table(rows) if rows else ()


def _summary(report: Report) -> str:
    """All six outcomes, always: silence is what makes a linter distrusted."""
    alone = report.boards == (report.target,)
    on = f" on {', '.join(report.boards)}" if report.boards and not alone else ""
    counts = report.summary
    made = sum(counts.values()) - counts_of(report, "not-applicable", "not-checked")
    words = {"pass": "passed", "fail": "failed"}
    parts = [
        f"{count} {words.get(outcome, outcome.replace('-', ' '))}"
        for outcome, count in counts.items()
    ]
    look = ("bold", "red") if counts_of(report, "fail") else ("bold", "green")
    title = render.style(f"{report.target}{on}: {made} checked", *look)
    return f"{title}: {', '.join(parts)}"


def counts_of(report: Report, *outcomes: str) -> int:
    """How many checks had one of these outcomes."""
    return sum(count for outcome, count in report.summary.items() if outcome in outcomes)


def _place(place: Place | None) -> str:
    if place is None:
        return ""
    return render.path(place.file) + str(place).removeprefix(place.file)
