# SPDX-License-Identifier: Apache-2.0
"""`--report FORMAT=FILE`: the reports that a run leaves behind, beside what it prints."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mvpsdk.lint import Report, Severity
    from mvpsdk.lint.reports import Located, Style

__all__ = ["parse", "style", "text", "write"]

TEXT = "text"


def parse(wanted: Iterable[str]) -> dict[Path, str]:
    """Read the option's values: the format by file. Raises InputError for what can't be meant."""
    from mvpsdk.lint import reports

    known = (TEXT, *reports.formats())
    found: dict[Path, str] = {}
    for item in wanted:
        name, equals, file = item.partition("=")
        if not equals or not file:
            raise InputError(f"--report {item} names no file", hint="--report sarif=lint.sarif")
        if name not in known:
            raise InputError(f"no report is called {name}", hint=f"there are: {', '.join(known)}")
        path = Path(os.path.realpath(file))
        if path in found:
            raise InputError(f"two reports would go to {file}", hint="give each a file of its own")
        found[path] = name
    return found


def write(wanted: dict[Path, str], reports: Sequence[Report], how: Style) -> None:
    """Write every report; all files appear, whole, or none. Raises MvpError."""
    from mvpsdk.store import output

    with ExitStack() as files:
        for path, name in wanted.items():
            files.enter_context(output(path)).write(text(name, reports, how).encode())


def text(name: str, reports: Sequence[Report], how: Style) -> str:
    """Return a report's text, without colour."""
    from mvpsdk import lint
    from mvpsdk_cli import render
    from mvpsdk_cli.commands import _findings

    if name != TEXT:
        return lint.reports.make(name, reports, how)
    with render.colorless():
        return "".join(f"{line}\n" for line in _findings.text(lint.merge(reports)))


def style(*, fail_on: Severity, strict: bool) -> Style:
    """Say how files are named here, and what fails a run."""
    from mvpsdk import __version__
    from mvpsdk.lint.reports import Style

    return Style(locate=_locate(), version=__version__, fail_on=fail_on, strict=strict)


def _locate() -> Callable[[str], Located]:
    """Name files as they would be found in another checkout, or beside another mvpsdk."""
    from mvpsdk import board
    from mvpsdk.lint.reports import Located

    here, boards = Path.cwd(), board.built_in()

    def locate(file: str) -> Located:
        path = Path(os.path.abspath(file))  # noqa: PTH100 - a symlink keeps the name that it has
        if path.is_relative_to(here):
            return Located(base="%SRCROOT%", path=path.relative_to(here).as_posix())
        if path.is_relative_to(boards):
            return Located(base="%MVPSDK%", path=f"boards/{path.relative_to(boards).as_posix()}")
        return Located(base="", path=path.as_posix())

    return locate
