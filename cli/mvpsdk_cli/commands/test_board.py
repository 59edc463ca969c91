# SPDX-License-Identifier: Apache-2.0
"""Checks the platform's contract on a board, from inside a guest.

Builds a guest that checks memory map, GIC, timers, firmware calls, devices and registers, boots it
on the virtual handset once for each version of the GIC that the board can give, beside firmware
that must miss nothing meanwhile, and reports each check by name. A check that was not made counts
as failed: exit code 1.

For a phone: write the bundle with --bundle-only, flash it, keep what its serial line says, and
have that judged with --console-log.

Examples:
    mvpsdk test-board qemu-virt

    mvpsdk test-board qemu-virt --format junit --output report.xml

    mvpsdk test-board acme-one --bundle-only conformance.itb

    mvpsdk test-board acme-one --console-log serial.log
"""

from __future__ import annotations

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import completing, render
from mvpsdk_cli.arguments import (  # noqa: TC001 - typer reads the annotations
    BoardDirOption,
    ToolchainOption,
)

if TYPE_CHECKING:
    from mvpsdk.board import Board
    from mvpsdk.conform import Report
    from mvpsdk.run import Line

SECTION = "Check"
TIMEOUT = 120.0


class ReportFormat(StrEnum):
    """How the checks are reported."""

    TEXT = "text"
    JSON = "json"
    TAP = "tap"
    JUNIT = "junit"


class VgicChoice(StrEnum):
    """Which GIC the guest sees."""

    ALL = "all"
    BOARD = "board"
    TWO = "2"
    THREE = "3"


def command(  # noqa: D103 - the module's docstring is the command's
    board: Annotated[
        str,
        typer.Argument(
            metavar="BOARD", help="One of `mvpsdk boards`.", autocompletion=completing.board_names
        ),
    ],
    *,
    vgic: Annotated[
        VgicChoice,
        typer.Option("--vgic", help="The version of the guest's GIC; all: each that can be given."),
    ] = VgicChoice.ALL,
    output_format: Annotated[
        ReportFormat, typer.Option("--format", help="Text for people; the others for programs.")
    ] = ReportFormat.TEXT,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the report there; a folder gets all formats and the console's log.",
        ),
    ] = None,
    console_log: Annotated[
        Path | None,
        typer.Option(
            "--console-log", metavar="FILE", help="Judge this log of a phone; nothing is booted."
        ),
    ] = None,
    bundle_only: Annotated[
        Path | None,
        typer.Option("--bundle-only", metavar="FILE", help="Write the bundle, boot nothing."),
    ] = None,
    timeout: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", min=1, help="For each version."),
    ] = TIMEOUT,
    board_dir: BoardDirOption = None,
    toolchain: ToolchainOption = None,
) -> int:
    from mvpsdk import board as boards

    _check_call(output, console_log, bundle_only)
    found = boards.named(board, tuple(board_dir or ()))
    if bundle_only:
        return _bundle(found, bundle_only, vgic, toolchain)
    log: list[str] = []
    if console_log:
        report = _judged(found, console_log)
    else:
        report = _booted(found, vgic, toolchain, timeout, log)
    _tell(report, output_format, output, log)
    return 0 if report.ok else 1


def _check_call(output: Path | None, console_log: Path | None, bundle_only: Path | None) -> None:
    """Better told before the boot than after it."""
    from mvpsdk.errors import InputError, Place

    if bundle_only and console_log:
        raise InputError(
            "--bundle-only makes what is to be flashed, --console-log judges what it said",
            hint="name one of them",
        )
    if output and console_log and output.resolve() == console_log.resolve():
        raise InputError(
            "the report would replace the log", place=Place(file=str(output)), hint="name another"
        )
    if output and not output.is_dir() and not output.resolve().parent.is_dir():
        raise InputError(
            "there is no such folder for the report",
            place=Place(file=str(output.parent)),
            hint="make it first",
        )


def _bundle(board: Board, path: Path, vgic: VgicChoice, toolchain: str | None) -> int:
    from mvpsdk import conform, store
    from mvpsdk.units import describe_size

    made, versions = conform.bundle(
        board,
        path,
        vgic=vgic.value,
        toolchain=toolchain,
        cache=store.Cache.default(),
        paced=True,
    )
    told = " and ".join(f"GICv{version}" for version in versions)
    render.made(f"{render.path(path)}: checks with {told}, {describe_size(made.size)}, unsigned")
    return 0


def _booted(
    board: Board, vgic: VgicChoice, toolchain: str | None, timeout: float, log: list[str]
) -> Report:
    from mvpsdk import conform, store
    from mvpsdk.errors import InputError

    if board.virtual is None:
        raise InputError(
            f'QEMU does not know the board "{board.name}"',
            hint="flash what --bundle-only writes, then judge its serial log with --console-log",
        )

    def heard(line: Line) -> None:
        log.append(f"[{line.partition}] {line.text}\n")
        if render.settings().verbose:
            render.note(log[-1].rstrip())

    with tempfile.TemporaryDirectory(prefix="mvpsdk-test-board-") as name:
        path = Path(name) / "conformance.itb"
        _made, versions = conform.bundle(
            board, path, vgic=vgic.value, toolchain=toolchain, cache=store.Cache.default()
        )
        return conform.run(path, board.name, versions, timeout=timeout, heard=heard)


def _judged(board: Board, path: Path) -> Report:
    from mvpsdk import conform, store

    with store.open_input(path) as file:
        return conform.judge(file.read(), board.name)


def _tell(report: Report, output_format: ReportFormat, output: Path | None, log: list[str]) -> None:
    from mvpsdk import store
    from mvpsdk_cli import conformance

    if output and output.is_dir():
        for name, kind in conformance.FILES.items():
            store.write_bytes(output / name, conformance.FORMATS[kind](report).encode())
        if log:
            store.write_bytes(output / "console.log", "".join(log).encode())
    elif output:
        text = conformance.FORMATS[output_format.value](report)
        store.write_bytes(output, text.encode())
    if output and not output.is_dir():
        render.note(conformance.summary(report))
    else:
        render.out(conformance.FORMATS[output_format.value](report).rstrip("\n"))
