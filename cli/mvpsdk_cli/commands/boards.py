# SPDX-License-Identifier: Apache-2.0
"""Lists the boards there are; `boards show` draws one.

Boards are looked for in --board-dir, MVPSDK_BOARD_PATH, ./boards and among the built-in ones.

Examples:
    mvpsdk boards

    mvpsdk boards show qemu-virt

    mvpsdk boards --board-dir vendor/boards --format json
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from mvpsdk_cli import completing, render
from mvpsdk_cli.arguments import BoardDirOption  # noqa: TC001 - typer reads the annotations
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.board import Draft
    from mvpsdk.errors import MvpError

SECTION = "Describe"
MALFORMED = 2

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.callback(invoke_without_command=True)
def listing(
    context: typer.Context,
    *,
    board_dir: BoardDirOption = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Lists the boards there are."""
    if context.invoked_subcommand:
        return 0
    from mvpsdk import board

    paths = board.find(board_dir or ())
    found = {name: _read(path) for name, path in paths.items()}
    if output_format is Format.JSON:
        rows = [_document(name, paths[name], known) for name, known in found.items()]
        render.report("mvpsdk.boards/1", {"boards": rows})
    else:
        _list(found, paths)
    return MALFORMED if any(isinstance(known, Exception) for known in found.values()) else 0


@app.command("show")
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="BOARD", help="One of `mvpsdk boards`.", autocompletion=completing.board_names
        ),
    ],
    *,
    board_dir: BoardDirOption = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Shows one board with its memory map, and what is not known of it yet.

    Examples:
        mvpsdk boards show qemu-virt
    """
    from mvpsdk import board
    from mvpsdk.board.checking import faults_of
    from mvpsdk.errors import BoardError
    from mvpsdk_cli import board_map

    known = board.sketch(name, board_dir or ())
    if output_format is Format.JSON:
        render.report("mvpsdk.board-map/1", board_map.document(known))
    else:
        for line in board_map.text(known):
            render.out(line)
    if faults := list(faults_of(known)):
        raise BoardError.of(faults)
    return 0


def _read(path: Path) -> Draft | MvpError:
    """A board, complete or not; what is wrong with it if it contradicts itself."""
    from mvpsdk import board
    from mvpsdk.board.checking import faults_of
    from mvpsdk.errors import BoardError, MvpError

    try:
        known = board.draft(path)
    except MvpError as error:
        return error
    faults = list(faults_of(known))
    return BoardError.of(faults) if faults else known


def _list(found: dict[str, Draft | MvpError], paths: dict[str, Path]) -> None:
    rows = [[name, *_row(known), render.path(paths[name])] for name, known in found.items()]
    for line in render.table([["board", "processor", "memory", "", "file"], *rows]):
        render.out(line)
    if not rows:
        render.note("no boards found; name a folder of boards with --board-dir")


def _row(known: Draft | MvpError) -> list[str]:
    from mvpsdk_cli import board_map

    if isinstance(known, Exception):
        return [f"malformed: {known.message}", "", ""]
    virtual = "virtual handset" if known.content.virtual else ""
    state = f"{len(known.todos)} TODO" if known.todos else virtual
    return [board_map.processor(known.content), board_map.memory(known.content), state]


def _document(name: str, path: Path, known: Draft | MvpError) -> dict[str, Any]:
    if isinstance(known, Exception):
        return {"name": name, "path": str(path), "error": known.message}
    sizes = [bank.size for bank in known.content.memory]
    return {
        "name": name,
        "path": str(path),
        "vendor": known.content.board.vendor,
        "core": known.content.cpu.core,
        "cpus": known.content.cpu.count,
        "memory": None if None in sizes else sum(size or 0 for size in sizes),
        "virtual": known.content.virtual is not None,
        "todos": list(known.todos),
    }
