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

    from mvpsdk.board import Board
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

    found = {name: _load(path) for name, path in board.find(board_dir or ()).items()}
    paths = board.find(board_dir or ())
    if output_format is Format.JSON:
        rows = [_document(name, paths[name], loaded) for name, loaded in found.items()]
        render.report("mvpsdk.boards/1", {"boards": rows})
    else:
        _list(found, paths)
    return 0 if all(_loaded(board) for board in found.values()) else MALFORMED


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
    """Shows one board with its memory map.

    Examples:
        mvpsdk boards show qemu-virt
    """
    from mvpsdk import board
    from mvpsdk_cli import board_map

    shown = board.named(name, board_dir or ())
    if output_format is Format.JSON:
        render.report("mvpsdk.board-map/1", board_map.document(shown))
    else:
        for line in board_map.text(shown):
            render.out(line)
    return 0


def _load(path: Path) -> Board | MvpError:
    from mvpsdk import board
    from mvpsdk.errors import MvpError

    try:
        return board.load(path)
    except MvpError as error:
        return error


def _loaded(board: Board | MvpError) -> bool:
    return not isinstance(board, Exception)


def _list(found: dict[str, Board | MvpError], paths: dict[str, Path]) -> None:
    rows = [[name, *_row(board), render.path(paths[name])] for name, board in found.items()]
    for line in render.table([["board", "processor", "memory", "", "file"], *rows]):
        render.out(line)
    if not rows:
        render.note("no boards found; name a folder of boards with --board-dir")


def _row(board: Board | MvpError) -> list[str]:
    from mvpsdk.units import describe_size

    if isinstance(board, Exception):
        return [f"malformed: {board.message}", "", ""]
    memory = sum(bank.size for bank in board.memory)
    virtual = "virtual handset" if board.virtual else ""
    return [f"{board.cpu.count} x {board.cpu.core}", describe_size(memory), virtual]


def _document(name: str, path: Path, board: Board | MvpError) -> dict[str, Any]:
    if isinstance(board, Exception):
        return {"name": name, "path": str(path), "error": board.message}
    return {
        "name": name,
        "path": str(path),
        "vendor": board.vendor,
        "core": board.cpu.core,
        "cpus": board.cpu.count,
        "memory": sum(bank.size for bank in board.memory),
        "virtual": board.virtual is not None,
    }
