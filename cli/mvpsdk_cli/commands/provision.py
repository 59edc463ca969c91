# SPDX-License-Identifier: Apache-2.0
"""Writes keys and boot script for a phone's U-Boot.

With them it boots signed bundles and nothing else: what goes into its control tree (control.dtsi,
control.dtb), the options that it must have (u-boot.config), and facts of the device for `verify
--device` (device.toml). The script starts the better of two slots, and powers off where none
verifies.

Examples:
    mvpsdk provision acme-one --key keys/acme.pub -o provision

    mvpsdk provision acme-one --key keys/acme.pub --tree u-boot.dtb --storage "mmc 0" -o provision
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from mvpsdk_cli import completing, render, signing
from mvpsdk_cli.arguments import BoardDirOption  # noqa: TC001 - typer reads the annotations

SECTION = "Make"
LARGEST = 16 << 20  # bytes of a device tree


def command(  # noqa: D103 - the module's docstring is the command's
    board: Annotated[
        str,
        typer.Argument(
            metavar="BOARD", help="The board's name.", autocompletion=completing.board_names
        ),
    ],
    *,
    key: Annotated[
        list[str],
        typer.Option(
            "--key",
            metavar="PUB",
            help="A public key to require; repeatable: one must have signed.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write into.")
    ],
    storage: Annotated[
        str, typer.Option(metavar="DEVICE", help="Where the slots are, as U-Boot names it.")
    ] = "mmc 0",
    tree: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="U-Boot's control tree, to put keys and script into."),
    ] = None,
    board_dir: BoardDirOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write although files of these names are there.")
    ] = False,
) -> int:
    from mvpsdk import board as boards
    from mvpsdk import sign, store, uboot

    found = boards.named(board, board_dir or ())
    keys = sign.public_keys(key)
    sign.check(keys, release=False, now=signing.now())
    files = uboot.provision(
        uboot.Target.of(found, uboot.Storage.parse(storage)),
        [each for each in keys if each.part == "configuration"],
        board=found.name,
        tree=_read(tree),
        slots=((slot.name, slot.size) for slot in found.slots),
    )
    store.write_folder(output, files, force=force)
    for name in files:
        render.made(render.path(output / name))
    return 0


def _read(path: Path | None) -> bytes:
    from mvpsdk import store

    if path is None:
        return b""
    with store.open_input(path) as file:
        return file.read(LARGEST)
