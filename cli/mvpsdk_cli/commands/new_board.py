# SPDX-License-Identifier: Apache-2.0
"""Makes a board from a device tree, from flags, or by asking.

Every fact is written with the node that it came from and how sure it is. What can't be derived is a
TODO, with the way to find it out; lint reports it. What keeps the hypervisor from running blocks:
then nothing is written, the reasons are told and the exit code is 1. A tree that was copied from
/sys/firmware/fdt of a running device knows more than the one that the vendor ships.

Examples:
    mvpsdk new-board mine --from-dtb vendor.dtb

    mvpsdk new-board mine --from-live-fdt fdt --el2 "unlocked: our own TF-A"

    mvpsdk new-board mine --from-dtb vendor.dtb --memory 0x80000000+4GiB

    mvpsdk new-board mine --compatible acme,one --set cpu.core=cortex-a53
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mvpsdk_cli import render
from mvpsdk_cli.options import Format, FormatOption

SECTION = "Make"

BLOCKED = 1


def command(  # noqa: D103 - the module's docstring is the command's, options its arguments
    name: Annotated[str, typer.Argument(metavar="NAME", help="The board's, and its folder's.")],
    *,
    from_dtb: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The vendor's device tree.")
    ] = None,
    from_dts: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Its source; needs dtc.")
    ] = None,
    from_live_fdt: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="/sys/firmware/fdt, copied from a running device."),
    ] = None,
    vendor: Annotated[str, typer.Option(help="Who makes it; as the tree says by default.")] = "",
    directory: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="The folder of boards that it goes to.")
    ] = Path("boards"),
    force: Annotated[
        bool, typer.Option("--force", help="Write although it is blocked, or is there already.")
    ] = False,
    memory: Annotated[
        list[str] | None,
        typer.Option(metavar="BASE+SIZE", help="A bank of RAM instead of the tree's; repeatable."),
    ] = None,
    el2: Annotated[
        str, typer.Option(help='"free", "unlocked: <evidence>" or "taken: <by whom>".')
    ] = "",
    console: Annotated[
        str, typer.Option(metavar="PATH", help="The debug UART's node or alias; none: mute.")
    ] = "",
    compatible: Annotated[str, typer.Option(help="The root node's; without a device tree.")] = "",
    facts: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Any fact, by its key in board.toml; repeatable."
        ),
    ] = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import port
    from mvpsdk_cli import new_board

    request = new_board.Request(
        trees={"--from-dtb": from_dtb, "--from-dts": from_dts, "--from-live-fdt": from_live_fdt},
        compatible=compatible,
        console=console,
        memory=tuple(memory or ()),
        el2=el2,
        facts=tuple(facts or ()),
    )
    survey = new_board.surveyed(request, directory / name / "board.toml")
    if render.interactive():
        survey = new_board.asked(survey)
    blocks = survey.blocks
    written = None
    if force or not blocks:
        written = port.write_board(survey, name, directory, vendor=vendor, force=force)
    if output_format is Format.JSON:
        render.report("mvpsdk.new-board/1", new_board.document(survey, name, written))
    else:
        for line in new_board.text(survey, name, written):
            render.out(line)
    return 0 if written else BLOCKED
