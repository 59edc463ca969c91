# SPDX-License-Identifier: Apache-2.0
"""`github`: workflow commands, which become annotations of a run and of the lines at fault.

The runner reads them from what a step prints: `::error file=F,line=L,col=C,title=T::MESSAGE`
(GitHub's documentation, "Workflow commands for GitHub Actions").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Severity
from mvpsdk.lint.reports._style import details, spot, unmade

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.errors import Place
    from mvpsdk.lint.model import Finding
    from mvpsdk.lint.report import Report
    from mvpsdk.lint.reports._style import Style

__all__ = ["document"]

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def document(reports: Sequence[Report], style: Style) -> str:
    """Return a line for each finding that stands, and for each reason why checks were not made."""
    lines = [_finding(found, style) for report in reports for found in report.findings]
    return "".join(f"{line}\n" for line in [*lines, *_unmade(reports, style)])


def _finding(finding: Finding, style: Style) -> str:
    title = f"{finding.rule} {finding.name}"
    words = [finding.message, *(f"{name}: {text}" for name, text in details(finding) if text)]
    if finding.board:
        title += f" [{finding.board}]"
    return _command(_LEVELS[finding.severity], title, "\n".join(words), finding.place, style)


def _unmade(reports: Sequence[Report], style: Style) -> Iterator[str]:
    for (reason, failed), checks in unmade(reports).items():
        rules = ", ".join(dict.fromkeys(check.rule for check in checks))
        level = "error" if failed or style.strict else "notice"
        yield _command(level, f"not checked: {rules}", reason, None, style)


def _command(level: str, title: str, message: str, place: Place | None, style: Style) -> str:
    """A file that is not of the repository can't be annotated: its name goes into the message."""
    located = style.locate(place.file) if place else None
    at = {}
    if place and located and located.is_source:
        numbers = {"line": str(place.line or ""), "col": str(place.column or "")}
        at = {"file": located.path, **{key: value for key, value in numbers.items() if value}}
    elif place:
        message += f"\nAt: {spot(place, style)}"
    values = ",".join(f"{key}={_property(value)}" for key, value in {**at, "title": title}.items())
    return f"::{level} {values}::{_data(message)}"


def _data(text: str) -> str:
    """Escape what the runner takes for the end of a command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape what the runner takes for the end of a property, too."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
