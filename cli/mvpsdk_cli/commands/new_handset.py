# SPDX-License-Identifier: Apache-2.0
"""Makes a new handset: its file, firmware that runs, a CI pipeline.

The persona is Debian 12, which `mvpsdk lock` and `mvpsdk fetch` bring; or an image of your own. All
of it builds and boots as it is, and is made to be changed.

Examples:
    mvpsdk new-handset acme-one --board qemu-virt

    mvpsdk new-handset acme-one --board mine --board-dir vendor/boards --kernel images/Image
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import completing, render
from mvpsdk_cli.arguments import BoardDirOption  # noqa: TC001 - typer reads the annotations
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from mvpsdk.board import Draft
    from mvpsdk.port import PersonaImages

SECTION = "Make"


def command(  # noqa: D103 - the module's docstring is the command's
    name: Annotated[str, typer.Argument(metavar="NAME", help="The handset's, and its folder's.")],
    *,
    boards: Annotated[
        list[str] | None,
        typer.Option(
            "--board",
            help="A board that it is for; repeatable.",
            autocompletion=completing.board_names,
        ),
    ] = None,
    board_dir: BoardDirOption = None,
    directory: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Where its folder is made.")
    ] = Path(),
    kernel: Annotated[
        str | None,
        typer.Option("--kernel", metavar="FILE|URL", help="The persona's, in place of Debian's."),
    ] = None,
    ramdisk: Annotated[
        str | None, typer.Option("--ramdisk", metavar="FILE|URL", help="For that kernel.")
    ] = None,
    command_line: Annotated[
        str, typer.Option("--command-line", metavar="TEXT", help="For that kernel.")
    ] = "console=ttyAMA0",
    force: Annotated[
        bool, typer.Option("--force", help="Replace files that are there; leave others.")
    ] = False,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import board as rooms
    from mvpsdk import port, store

    folder = directory / name
    persona = _persona(folder, kernel, ramdisk, command_line)
    drafts = [rooms.sketch(each, board_dir or (), folder) for each in boards or []]
    files = port.handset_files(name, drafts, persona)
    store.write_folder(folder, files, force=force)
    if output_format is Format.JSON:
        made = {"path": str(folder), "boards": boards, "files": sorted(files)}
        render.report("mvpsdk.new-handset/1", made)
        return 0
    for file in sorted(files):
        render.made(render.path(folder / file))
    _next(folder, drafts)
    return 0


def _persona(
    folder: Path, kernel: str | None, ramdisk: str | None, command_line: str
) -> PersonaImages:
    from mvpsdk import port
    from mvpsdk.errors import InputError

    if kernel is None and ramdisk is not None:
        raise InputError("a RAM disk alone is no persona", hint="name its kernel by --kernel")
    if kernel is None:
        return port.DEBIAN
    return port.persona_of(kernel, ramdisk, command_line, folder)


def _next(folder: Path, drafts: list[Draft]) -> None:
    """What is left to do before it boots."""
    from mvpsdk import board as rooms

    for draft in drafts:
        if draft.todos:
            file = render.path(draft.path)
            render.note(f"board {draft.name} has {len(draft.todos)} TODO: mvpsdk lint {file}")
    shown = render.path(folder)
    render.note(f"next: mvpsdk lock {shown}, mvpsdk fetch {shown}, mvpsdk lint {shown}")
    for path in dict.fromkeys(draft.path.resolve().parents[1] for draft in drafts):
        if path not in rooms.search_path((), folder):
            render.note(f"boards of {render.path(path)}: add --board-dir, or move them to boards/")
