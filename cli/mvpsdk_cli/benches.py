# SPDX-License-Identifier: Apache-2.0
"""What the linter looks at: a handset on its boards, a board or an image by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk import board as boards
from mvpsdk import bundle, image
from mvpsdk.errors import InputError, Place
from mvpsdk.lint import Bench
from mvpsdk_cli import pipeline

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.board import Draft
    from mvpsdk.handset import Handset
    from mvpsdk.store import Store
    from mvpsdk_cli.pipeline import Prepared, Request

__all__ = [
    "is_tree",
    "of_board",
    "of_handset",
    "of_image",
    "of_prepared",
    "of_tree",
    "refuse_findings",
]

SOURCE, FLATTENED = ".dts", ".dtb"
SUFFIXES = (SOURCE, FLATTENED)
NAME_LENGTH = 31
"""What a board's name may have."""


def of_handset(request: Request) -> list[Bench]:
    """A handset on all of its boards, or the one that was named. Raises MvpError."""
    with pipeline.open_handset(request) as (loaded, inputs):
        names = pipeline.board_names(loaded, request)
        return [_on(loaded, name, inputs, request) for name in names]


def _on(loaded: Handset, name: str, inputs: Store, request: Request) -> Bench:
    """A handset on one board: planned if all of the board is known, else as far as that goes."""
    draft = boards.sketch(name, request.board_dirs, loaded.path.parent)
    board = boards.whole(draft)
    if board:
        return of_prepared(pipeline.prepared(loaded, board, inputs, request), request, draft)
    merged = loaded.for_board(name)
    found = pipeline.gather(merged, inputs, request)
    return Bench(
        draft=draft,
        handset=merged,
        images=tuple(found.facts.values()),
        release=request.release,
        pinned=found.pinned,
    )


def of_prepared(prepared: Prepared, request: Request, draft: Draft | None = None) -> Bench:
    """What was prepared for a bundle."""
    facts = tuple(prepared.inputs.facts.values())
    path = prepared.board.path
    return Bench(
        draft=draft or (boards.draft(path) if path else None),
        board=prepared.board,
        handset=prepared.handset,
        images=facts,
        plan=prepared.plan,
        faults=prepared.faults,
        release=request.release,
        pinned=prepared.inputs.pinned,
    )


def of_board(path: Path) -> Bench:
    """A board by itself, whether or not all of it is known. Raises BoardError."""
    draft = boards.draft(path)
    return Bench(draft=draft, board=boards.whole(draft))


def is_tree(path: Path) -> bool:
    """A device tree's file: by its first bytes, or else by its name."""
    if not path.is_file() or path.suffix in SUFFIXES:
        return path.suffix in SUFFIXES
    return bundle.kind_of(path) is bundle.Kind.TREE


def of_tree(path: Path) -> Bench:
    """A vendor's device tree by itself, as the board that it would make. Raises InputError."""
    from mvpsdk import tree
    from mvpsdk.tree.names import plain

    name = plain(path.stem)[:NAME_LENGTH].rstrip("-") or "tree"
    survey = tree.open_source(path) if path.suffix == SOURCE else tree.open(path)
    draft = survey.draft(name)
    return Bench(draft=draft, board=boards.whole(draft))


def of_image(path: Path, request: Request) -> Bench:
    """An image by itself. Raises ImageError, and InputError if it is a device tree."""
    if is_tree(path):
        place = Place(file=str(path))
        raise InputError("is a device tree, no image", place=place, hint=f"mvpsdk lint {path}")
    facts = image.open_all({"image": path}, cache=request.cache if request.recall else None)
    return Bench(images=tuple(facts.values()))


def refuse_findings(found: Prepared, request: Request) -> None:
    """Lint, and raise CheckFailed with every finding that is an error."""
    import datetime as dt

    from mvpsdk import lint
    from mvpsdk.errors import CheckFailed, Fault, ToolFailedError

    today = dt.datetime.now(tz=dt.UTC).date()
    report = lint.check([of_prepared(found, request)], today=today)
    if report.failures():
        raise CheckFailed.of(
            Fault(message=found.message, place=found.place, hint=found.fix, rule=found.rule)
            for found in report.failures()
        )
    failed = [check for check in report.checks if check.failed]
    if failed:
        raise ToolFailedError.of(
            Fault(
                message=f"{check.subject}: {check.reason}",
                rule=check.rule,
                hint=f"what the check needs: mvpsdk explain {check.rule}",
            )
            for check in failed
        )
