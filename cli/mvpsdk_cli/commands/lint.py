# SPDX-License-Identifier: Apache-2.0
"""Judges a handset, board, tree or image before anyone boots it.

A tree is a vendor's device tree (.dtb), judged as the board that it would make. A finding says what
collides, where, what one would see on the device, and the next step. Exceptions stand in the
handset file as [[allow]] with a reason.

Examples:
    mvpsdk lint examples/demo-handset

    mvpsdk lint handset.toml --board qemu-virt --select MEM,IMG004 --strict

    mvpsdk lint vendor.dtb

    mvpsdk lint --image firmware.elf --format json

    mvpsdk lint --report sarif=lint.sarif --report junit=lint.xml
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import render
from mvpsdk_cli.arguments import (  # noqa: TC001 - typer reads the annotations
    BoardDirOption,
    LockedOption,
    OfflineOption,
    ToolchainOption,
)
from mvpsdk_cli.options import Profile, ProfileOption

if TYPE_CHECKING:
    import datetime as dt

    from mvpsdk.lint import Bench, Report
    from mvpsdk_cli.pipeline import Request

SECTION = "Check"
REPLAY = True


class Format(StrEnum):
    """How it is reported."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    JUNIT = "junit"
    GITHUB = "github"
    GITLAB = "gitlab"


class FailOn(StrEnum):
    """From which severity on a finding makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


def command(  # noqa: D103 - the module's docstring is the command's
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Handsets, boards (files or folders) or device trees (.dtb); default: here.",
        ),
    ] = None,
    *,
    images: Annotated[
        list[Path] | None,
        typer.Option("--image", metavar="FILE", help="One image by itself; repeatable."),
    ] = None,
    board: Annotated[
        str | None, typer.Option("--board", help="Only this one of the handset's boards.")
    ] = None,
    board_dir: BoardDirOption = None,
    select: Annotated[
        list[str] | None,
        typer.Option("--select", metavar="RULES", help="Only these codes, names or groups (MEM)."),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="RULES", help="All but these codes, names or groups."),
    ] = None,
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="The least severity that makes the exit code 1.")
    ] = FailOn.ERROR,
    strict: Annotated[
        bool, typer.Option("--strict", help="A check that can't be made is a failure.")
    ] = False,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Count the findings of each rule.")
    ] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Read every image anew.")] = False,
    profile: ProfileOption = Profile.DEV,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    toolchain: ToolchainOption = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="What goes to stdout; all but text is for programs.")
    ] = Format.TEXT,
    report_files: Annotated[
        list[str] | None,
        typer.Option(
            "--report",
            metavar="FORMAT=FILE",
            help="Write a report to a file, too; repeatable.",
        ),
    ] = None,
) -> int:
    from mvpsdk import lint
    from mvpsdk_cli import pipeline, reporting

    release = profile is Profile.RELEASE
    chosen, left = _split(select), _split(ignore)
    lint.choose(chosen, left)  # a wrong name is told before anything is built
    files = reporting.parse(report_files or ())
    asked = pipeline.Request(
        handset=Path(),
        board=board,
        board_dirs=tuple(board_dir or ()),
        locked=locked or release,
        offline=offline,
        toolchain=toolchain,
        release=release,
        deep=True,
        recall=not no_cache,
    )
    reports = [
        lint.check(benches, today=_today(), select=chosen, ignore=left)
        for benches in _benches(paths or [], images or [], asked)
    ]
    report = lint.merge(reports)
    least = lint.Severity(fail_on)
    style = reporting.style(fail_on=least, strict=strict or release)
    reporting.write(files, reports, style)
    if output_format is Format.TEXT:
        _show(report, statistics=statistics)
    else:
        render.out(lint.reports.make(output_format, reports, style).removesuffix("\n"))
    code = report.exit_code(fail_on=least, strict=strict or release)
    if code and not report.exit_code(fail_on=least, strict=False):
        missing = sum(check.outcome is lint.Outcome.NOT_CHECKED for check in report.checks)
        render.note(f"failed by --strict: {missing} of the checks could not be made")
    return code


def _split(names: list[str] | None) -> list[str]:
    """`--select MEM,IMG004 --select IMG001` names three."""
    return [name.strip() for item in names or [] for name in item.split(",") if name.strip()]


def _today() -> dt.date:
    import datetime as dt

    return dt.datetime.now(tz=dt.UTC).date()


def _benches(paths: list[Path], images: list[Path], asked: Request) -> list[list[Bench]]:
    """What is to be linted: one list for each handset, board or image."""
    from dataclasses import replace

    from mvpsdk_cli import benches

    wanted = paths or ([] if images else [Path()])
    alone = ([benches.of_image(path, asked)] for path in images)
    found = [*(_of_path(path, asked) for path in wanted), *alone]
    return [[replace(bench, release=asked.release) for bench in group] for group in found]


def _of_path(path: Path, asked: Request) -> list[Bench]:
    """A handset on its boards, a board alone, or a device tree alone."""
    from dataclasses import replace

    from mvpsdk.errors import InputError
    from mvpsdk_cli import benches

    tree = benches.is_tree(path)
    board = not tree and _is_board(path)
    if (tree or board) and asked.board:
        raise InputError(
            f"{path} is no handset: it has no boards of which --board {asked.board} could be one",
            hint="leave --board out",
        )
    if tree or board:
        return [benches.of_tree(path) if tree else benches.of_board(path)]
    return benches.of_handset(replace(asked, handset=path))


def _is_board(path: Path) -> bool:
    """A board's file or folder; by its first table, where the name doesn't say it."""
    from mvpsdk import document
    from mvpsdk.errors import InputError

    if document.within(path, "handset.toml") != path:
        return False
    if document.within(path, "board.toml") != path:
        return True
    try:
        return "board" in document.read(path, InputError).values
    except InputError:
        return path.name == "board.toml"  # whoever loads it says what is wrong with it


def _show(report: Report, *, statistics: bool) -> None:
    from mvpsdk_cli.commands import _findings

    for line in _findings.text(report, statistics=statistics):
        render.out(line)
