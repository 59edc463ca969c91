# SPDX-License-Identifier: Apache-2.0
"""Reads a phone's console log: each reason's cause, rule and fix.

Takes the raw bytes of a UART as well as what `mvpsdk run` printed. The bundle that was flashed, or
the handset that it was made of, gives the numbers names; the hypervisor's ELF (`mvpsdk build -o`)
names the place of a panic. Exit code 1 means that the board or a partition could not go on.

Examples:
    mvpsdk decode console.log

    mvpsdk decode console.log --bundle phone.itb --elf out/hypervisor.elf

    picocom -b 115200 /dev/ttyUSB0 | tee console.log | mvpsdk decode - --handset .
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mvpsdk_cli import render
from mvpsdk_cli.arguments import (  # noqa: TC001 - typer reads the annotations
    BoardDirOption,
    BoardOption,
    ToolchainOption,
    TraceOption,
)
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.decode import Advice, Finding, Report

SECTION = "Run"


def command(  # noqa: D103 - the module's docstring is the command's
    log: Annotated[Path, typer.Argument(metavar="LOG", help="The log's file; -: stdin.")],
    *,
    bundle: Annotated[
        Path | None, typer.Option("--bundle", metavar="FILE", help="The bundle that was flashed.")
    ] = None,
    handset: Annotated[
        Path | None,
        typer.Option("--handset", metavar="HANDSET", help="What it was made of, instead."),
    ] = None,
    board: BoardOption = None,
    board_dir: BoardDirOption = None,
    elf: Annotated[
        Path | None, typer.Option("--elf", metavar="FILE", help="The hypervisor's ELF.")
    ] = None,
    toolchain: ToolchainOption = None,
    trace: TraceOption = False,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import decode
    from mvpsdk_cli import at_hand

    context = at_hand.context(
        at_hand.Wanted(
            bundle=bundle,
            handset=handset,
            board=board,
            board_dirs=tuple(board_dir or ()),
            elf=elf,
            toolchain=toolchain,
            trace=trace,
        )
    )
    with at_hand.pieces(log) as pieces:
        report = decode.decode(pieces, context)
    if output_format is Format.JSON:
        render.report("mvpsdk.decode/1", document(log, report))
    else:
        for line in text(log, report):
            render.out(line)
    return int(report.stops)


def text(log: Path, report: Report) -> Iterator[str]:
    """The report for people."""
    name = "stdin" if log == Path("-") else render.path(log)
    for finding in report.findings:
        yield from _finding(name, finding)
        yield ""
    for remark in report.remarks:
        yield render.style(f"note: {remark}", "yellow")
    yield _summary(name, report)


def _summary(name: str, report: Report) -> str:
    seen = f"{name}: {_count(report.lines, 'line')}, {report.own} of the hypervisor's"
    if not report.own:
        return f"{seen}; it has said nothing, or its lines are damaged beyond recognition"
    if not report.findings:
        return f"{seen}; no reason code: the hypervisor complains of nothing"
    stops = sum(finding.stops for finding in report.findings)
    return f"{seen}; {_count(len(report.findings), 'finding')}, {_count(stops, 'stop')}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _finding(name: str, finding: Finding) -> Iterator[str]:
    code = "" if finding.reason is None else f" reason {finding.reason:#04x}"
    known = f" {finding.advice.name}" if finding.advice.known else ""
    color = "red" if finding.stops else "yellow"
    title = render.style(f"{finding.kind},{code or ' no code'}{known}", "bold", color)
    yield f"{name}:{finding.line}: {title}: {finding.advice.meaning}"
    yield from render.table([[f"  {key}", value] for key, value in _rows(finding)])


def _rows(finding: Finding) -> Iterator[tuple[str, str]]:
    yield "line", finding.text
    if finding.damaged:
        yield "", "(damaged: a value is missing or can't be read)"
    if finding.count > 1:
        yield "again", f"{finding.count - 1} more times, the last in line {finding.last}"
    if finding.where:
        yield "at", finding.where
    for number, detail in enumerate(finding.details):
        yield "" if number else "says", detail
    yield "cause", finding.advice.cause
    yield "rule", _rule(finding.advice)
    yield "fix", finding.advice.fix


def _rule(advice: Advice) -> str:
    if advice.rule is None:
        return "none"
    code = advice.rule.code
    return f"{code} {advice.rule.name}: `mvpsdk lint` finds it before a boot, see `explain {code}`"


def document(log: Path, report: Report) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "path": str(log),
        "lines": report.lines,
        "hypervisor-lines": report.own,
        "boots": report.boots,
        "findings": [_finding_document(finding) for finding in report.findings],
        "remarks": list(report.remarks),
    }


def _finding_document(finding: Finding) -> dict[str, Any]:
    return {
        "line": finding.line,
        "last-line": finding.last,
        "count": finding.count,
        "kind": str(finding.kind),
        "stops": finding.stops,
        "text": finding.text,
        "damaged": finding.damaged,
        "reason": finding.reason,
        "name": finding.advice.name or None,
        "meaning": finding.advice.meaning,
        "where": finding.where or None,
        "details": list(finding.details),
        "cause": finding.advice.cause,
        "rule": finding.advice.rule.code if finding.advice.rule else None,
        "fix": finding.advice.fix,
    }
