# SPDX-License-Identifier: Apache-2.0
"""Judges a handset, board, tree, image or bundle before it boots.

A tree is a vendor's device tree (.dtb), judged as the board that it would make. A finding says what
collides, where, what one would see on the device, and the next step. Exceptions stand in the
handset file as [[allow]] with a reason.

Examples:
    mvpsdk lint examples/demo-handset

    mvpsdk lint handset.toml --board qemu-virt --select MEM,IMG004 --strict

    mvpsdk lint vendor.dtb

    mvpsdk lint --image firmware.elf --format json

    mvpsdk lint --report sarif=lint.sarif --report junit=lint.xml

    mvpsdk lint phone.itb --previous phone-1.3.itb --profile release

    mvpsdk lint --diff

    mvpsdk lint --baseline check --fail-on warning
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
    from collections.abc import Mapping

    from mvpsdk.lint import Report, Severity
    from mvpsdk_cli.judging import Call

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


class Baseline(StrEnum):
    """What becomes of the file that knows what was found before."""

    WRITE = "write"
    CHECK = "check"


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
            help="Handsets, boards (files or folders), device trees or bundles; default: here.",
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
    previous: Annotated[
        Path | None,
        typer.Option("--previous", metavar="BUNDLE", help="The bundle that an update replaces."),
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend what has one safe answer, in the files you wrote.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what --fix would change, and change nothing.")
    ] = False,
    baseline: Annotated[
        Baseline | None,
        typer.Option("--baseline", help="Write down what is found, or leave out what is known."),
    ] = None,
    baseline_file: Annotated[
        Path | None,
        typer.Option(
            "--baseline-file",
            metavar="FILE",
            help="The baseline; default: lint-baseline.json beside the handset's file.",
        ),
    ] = None,
) -> int:
    from mvpsdk import lint
    from mvpsdk_cli import judging, pipeline, reporting

    release = profile is Profile.RELEASE
    chosen, left = _split(select), _split(ignore)
    lint.choose(chosen, left)  # a wrong name is told before anything is built
    files = reporting.parse(report_files or ())
    _check_call(fix=fix, diff=diff, output_format=output_format, files=files)
    call = judging.Call(
        paths=tuple(paths or ()),
        images=tuple(images or ()),
        asked=pipeline.Request(
            handset=Path(),
            board=board,
            board_dirs=tuple(board_dir or ()),
            locked=locked,
            offline=offline,
            toolchain=toolchain,
            release=release,
            deep=True,
            recall=not no_cache,
        ),
        select=chosen,
        ignore=left,
        known=baseline is not None,
        baseline=_baseline_file(baseline, baseline_file),
        previous=previous,
    )
    if baseline is Baseline.WRITE:
        judging.write_baselines(call)
    if diff:
        return _diff(call)
    reports = _mended(call) if fix else judging.judge(call)
    least = lint.Severity(fail_on)
    style = reporting.style(fail_on=least, strict=strict or release)
    reporting.write(files, reports, style)
    if output_format is Format.TEXT:
        _show(reports, statistics=statistics, fixed=fix)
    else:
        render.out(lint.reports.make(output_format, reports, style).removesuffix("\n"))
    return _exit_code(lint.merge(reports), least, strict=strict or release)


def _check_call(*, fix: bool, diff: bool, output_format: Format, files: Mapping[Path, str]) -> None:
    """Refuse what can't be meant: a diff is all that such a call says."""
    from mvpsdk.errors import InputError

    if diff and (output_format is not Format.TEXT or files):
        raise InputError(
            "--diff shows changes, no report",
            hint="leave --format and --report out, or make the report without --diff",
        )
    if diff and fix:
        raise InputError("--diff changes nothing", hint="look at --diff first, then use --fix")


def _baseline_file(mode: Baseline | None, file: Path | None) -> Path | None:
    from mvpsdk.errors import InputError

    if file and not mode:
        raise InputError(
            f"nobody says what {file} is for", hint="add --baseline check, or --baseline write"
        )
    return file


def _diff(call: Call) -> int:
    """Show what --fix would do; 1 if there is something."""
    from mvpsdk_cli import fixing, judging

    made = fixing.changes(fixing.fixable(judging.judge(call)))
    for line in fixing.diff(made):
        render.out(line)
    return int(bool(made))


def _mended(call: Call) -> list[Report]:
    """Mend what can be mended, and judge what is there then."""
    from mvpsdk_cli import fixing, judging

    found = fixing.fixable(judging.judge(call))
    made = fixing.changes(found)
    fixing.write(made)
    for change in made:
        rules = [each for each in found if Path(each.edits[0].file) == change.path]
        codes = ", ".join(dict.fromkeys(each.rule for each in rules))
        render.note(f"mended {render.path(change.path)}: {codes}")
    return judging.judge(call)


def _exit_code(report: Report, least: Severity, *, strict: bool) -> int:
    from mvpsdk import lint

    code = report.exit_code(fail_on=least, strict=strict)
    if code and not report.exit_code(fail_on=least, strict=False):
        missing = sum(check.outcome is lint.Outcome.NOT_CHECKED for check in report.checks)
        render.note(f"failed by --strict: {missing} of the checks could not be made")
    return code


def _split(names: list[str] | None) -> tuple[str, ...]:
    """`--select MEM,IMG004 --select IMG001` names three."""
    found = (name.strip() for item in names or [] for name in item.split(","))
    return tuple(name for name in found if name)


def _show(reports: list[Report], *, statistics: bool, fixed: bool) -> None:
    from mvpsdk import lint
    from mvpsdk_cli import fixing
    from mvpsdk_cli.commands import _findings

    for line in _findings.text(lint.merge(reports), statistics=statistics):
        render.out(line)
    if (count := len(fixing.fixable(reports))) and not fixed:
        render.note(f"--fix mends {count} of these; --diff shows how")
