# SPDX-License-Identifier: Apache-2.0
"""`--fix` and `--diff`: safe changes of the files that the user wrote."""

from __future__ import annotations

import difflib
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk import board, store
from mvpsdk.document.editing import edited
from mvpsdk.errors import Place, ToolFailedError
from mvpsdk.lint import Confidence
from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.document.editing import Edit
    from mvpsdk.lint import Finding, Report

__all__ = ["Change", "changes", "diff", "fixable", "write"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A file, as it is and as it should be."""

    path: Path
    old: str
    new: str


def fixable(reports: Sequence[Report]) -> list[Finding]:
    """Return the findings that stand and that a change of the user's own files mends."""
    return [
        finding
        for report in reports
        for finding in report.findings
        if finding.edits
        and finding.confidence is Confidence.CERTAIN
        and all(_is_own(edit) for edit in finding.edits)
    ]


def _is_own(edit: Edit) -> bool:
    """What came with mvpsdk is not the user's, unless the work goes on there."""
    path = Path(edit.file).resolve()
    return not path.is_relative_to(board.built_in()) or path.is_relative_to(Path.cwd())


def changes(findings: Sequence[Finding]) -> list[Change]:
    """Return what has to change, by file. Raises ToolFailedError if that can't be done safely."""
    by_file: dict[Path, list[Edit]] = {}
    for finding in findings:
        for edit in finding.edits:
            by_file.setdefault(Path(edit.file), []).append(edit)
    found = [_change(path, edits) for path, edits in by_file.items()]
    return [change for change in found if change.old != change.new]


def _change(path: Path, edits: Sequence[Edit]) -> Change:
    old = path.read_bytes().decode()
    try:
        return Change(path=path, old=old, new=edited(old, edits))
    except ValueError as error:
        place = Place(file=str(path))
        raise ToolFailedError(
            f"can't be mended: {error}", place=place, hint="change it by hand; --diff shows the way"
        ) from error


def diff(made: Sequence[Change]) -> Iterator[str]:
    """The lines of a unified diff, as `patch -p1` takes it."""
    for change in made:
        name = render.path(change.path)
        old, new = change.old.splitlines(), change.new.splitlines()
        yield from difflib.unified_diff(old, new, f"a/{name}", f"b/{name}", lineterm="")


def write(made: Sequence[Change]) -> None:
    """Write every file; all of them change, or none. Raises MvpError."""
    with ExitStack() as files:
        for change in made:
            files.enter_context(store.output(change.path)).write(change.new.encode())
