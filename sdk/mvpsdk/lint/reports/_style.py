# SPDX-License-Identifier: Apache-2.0
"""What the forms of a report have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.lint.model import Outcome, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mvpsdk.errors import Place
    from mvpsdk.lint.model import Check, Finding
    from mvpsdk.lint.report import Report

__all__ = ["Located", "Style", "details", "scope", "spot", "unmade"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Located:
    """A file as another machine would find it.

    Attributes:
        base: `%SRCROOT%` for what lies where mvpsdk was called, `%MVPSDK%` for what comes with the
            SDK, empty for any other file.
        path: relative to the base, with slashes; absolute without a base.
    """

    base: str
    path: str

    @property
    def is_source(self) -> bool:
        """Whether it is a file of the user's repository."""
        return self.base == "%SRCROOT%"


@dataclass(frozen=True, kw_only=True, slots=True)
class Style:
    """What a report depends on, beside what was found.

    Attributes:
        locate: says of a file's name where others find it.
        version: of mvpsdk.
        fail_on: the least severity that fails the run.
        strict: whether a check that could not be made fails the run.
    """

    locate: Callable[[str], Located]
    version: str
    fail_on: Severity = Severity.ERROR
    strict: bool = False

    def fails(self, finding: Finding) -> bool:
        """Whether a finding, if nothing excuses it, fails the run."""
        return finding.severity.reaches(self.fail_on)


def details(finding: Finding) -> tuple[tuple[str, str], ...]:
    """Return what there is to say below a finding's message, with the words before it."""
    return (("On the device", finding.consequence), ("Fix", finding.fix))


def spot(place: Place, style: Style) -> str:
    """Write a place as `file:line:column`, with the file's name as others find it."""
    return str(place).replace(place.file, style.locate(place.file).path, 1)


def scope(report: Report, board: str) -> str:
    """Name what was linted: `handset/board`; the handset alone for what is so on all boards."""
    return report.target if board in ("", report.target) else f"{report.target}/{board}"


def unmade(reports: Sequence[Report]) -> dict[tuple[str, bool], list[Check]]:
    """Return the checks that could not be made, by their reason and by whether something failed."""
    found: dict[tuple[str, bool], list[Check]] = {}
    for report in reports:
        for check in report.checks:
            if check.outcome is Outcome.NOT_CHECKED:
                found.setdefault((check.reason, check.failed), []).append(check)
    return found
