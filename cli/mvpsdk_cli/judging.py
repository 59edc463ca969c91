# SPDX-License-Identifier: Apache-2.0
"""What `mvpsdk lint` judges: every path and image of the call, each with its baseline."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk import document, lint, store
from mvpsdk.errors import InputError, Place
from mvpsdk.store.output import unreadable
from mvpsdk_cli import benches, deliveries, render

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from mvpsdk.lint import Bench, Known, Report
    from mvpsdk_cli.pipeline import Request

__all__ = ["BASELINE", "Call", "judge", "write_baselines"]

BASELINE = "lint-baseline.json"
"""The baseline's name, beside the handset's or the board's file."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """What the user wants judged, and by what."""

    paths: tuple[Path, ...]
    images: tuple[Path, ...]
    asked: Request
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    known: bool = False  # by the baselines that there are
    baseline: Path | None = None  # of everything; None: each has its own
    previous: Path | None = None  # the bundle that came before those that are judged


def judge(call: Call) -> list[Report]:
    """Return a report for each handset, board or image. Raises MvpError."""
    return [_judged(group, call) for group in _gathered(call)]


def _judged(group: list[Bench], call: Call) -> Report:
    file = _baseline_of(group, call)
    return lint.check(
        group,
        today=_today(),
        select=call.select,
        ignore=call.ignore,
        baseline=_read(file) if call.known else (),
        baseline_file=str(file),
    )


def write_baselines(call: Call) -> list[Path]:
    """Write down all that is found, and return in which files. Raises MvpError."""
    found: dict[Path, list[Known]] = {}
    for group in _gathered(replace(call, known=False)):
        report = _judged(group, replace(call, known=False))
        known = found.setdefault(_baseline_of(group, call), [])
        known += [lint.Known.of(finding) for finding in report.findings]
    for file, known in found.items():
        store.write_bytes(file, lint.baseline.write(known, _version()).encode())
        render.note(f"{render.path(file)}: {len(known)} findings")
    return list(found)


def _baseline_of(group: list[Bench], call: Call) -> Path:
    return call.baseline or Path(lint.source(group)).with_name(BASELINE)


def _read(file: Path) -> Sequence[Known]:
    """The baseline's entries. Raises InputError if it is none."""
    place, hint = Place(file=str(file)), "mvpsdk lint --baseline write makes one"
    try:
        return lint.baseline.read(file.read_text())
    except FileNotFoundError:
        raise InputError("there is no baseline", place=place, hint=hint) from None
    except ValueError as error:
        raise InputError(f"this is no baseline: {error}", place=place, hint=hint) from None
    except OSError as error:
        raise unreadable(file, error) from error


def _version() -> str:
    from mvpsdk import __version__

    return __version__


def _today() -> dt.date:
    import datetime as dt

    return dt.datetime.now(tz=dt.UTC).date()


def _gathered(call: Call) -> list[list[Bench]]:
    """What is to be judged: one list for each handset, board or image."""
    wanted = call.paths or (() if call.images else (Path(),))
    alone = ([benches.of_image(path, call.asked)] for path in call.images)
    found = [*(_of_path(path, call) for path in wanted), *alone]
    return [[replace(bench, release=call.asked.release) for bench in group] for group in found]


def _of_path(path: Path, call: Call) -> list[Bench]:
    """A handset on its boards, or a board, a device tree or a bundle alone."""
    asked = call.asked
    deliveries.refuse_container(path)
    bundle = deliveries.is_bundle(path)
    tree = not bundle and benches.is_tree(path)
    board = not tree and not bundle and _is_board(path)
    if (tree or board or bundle) and asked.board:
        raise InputError(
            f"{path} is no handset: it has no boards of which --board {asked.board} could be one",
            hint="leave --board out",
        )
    if bundle:
        return [deliveries.of_bundle(path, call.previous, asked.board_dirs)]
    if tree or board:
        return [benches.of_tree(path) if tree else benches.of_board(path)]
    return benches.of_handset(replace(asked, handset=path))


def _is_board(path: Path) -> bool:
    """A board's file or folder; by its first table, where the name doesn't say it."""
    if document.within(path, "handset.toml") != path:
        return False
    if document.within(path, "board.toml") != path:
        return True
    try:
        return "board" in document.read(path, InputError).values
    except InputError:
        return path.name == "board.toml"  # whoever loads it says what is wrong with it
