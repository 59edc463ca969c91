# SPDX-License-Identifier: Apache-2.0
"""Writes a bundle or a disk image to a device, and reads it back.

A bundle or a persona's part goes into a slot, a disk image onto a whole medium. Before the first
byte it is verified and held against the device: signatures, board, rollback index, room, and that
the slot is not the one that runs. What is there already is not written again, so an interrupted
flash goes on where it was. A power cut at any moment leaves a device that starts: the slot is
marked good only when all of it is written and was read back.

A target is file:PATH, a device by its path in /dev, or fastboot: (USB) and
fastboot:tcp:HOST[:PORT]. A disk that is in use is written only with --yes, at a terminal, where
its name is to be typed.

Examples:
    mvpsdk flash phone.itb --to file:phone.img --key maker.pem --dry-run

    mvpsdk flash phone.img --to /dev/sdb --key maker.pem

    mvpsdk flash phone.itb --to fastboot: --serial 0a1b2c3d --key maker.pem --format json
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import completing, render, signing
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from mvpsdk.flash import Access, Options, Plan

SECTION = "Run"


def command(  # noqa: D103 - the module's docstring is the command's
    bundle: Annotated[
        Path, typer.Argument(metavar="BUNDLE", help="A bundle, a persona's part, or a disk image.")
    ],
    *,
    to: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="TARGET",
            help="file:PATH, /dev/NAME, fastboot:[tcp:HOST[:PORT]].",
            autocompletion=completing.targets,
        ),
    ],
    serial: Annotated[
        str, typer.Option("--serial", metavar="S", help="Which device, of several on USB.")
    ] = "",
    slot: Annotated[
        str, typer.Option("--slot", metavar="inactive|a|b", help="Which slot a bundle goes into.")
    ] = "inactive",
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="PUB", help="A public key to trust; repeatable."),
    ] = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Take a bundle that nothing vouches for.")
    ] = False,
    device: Annotated[
        Path | None,
        typer.Option("--device", metavar="FACTS", help="What is known of the device: a file."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and compare; write nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Write over what is there without the question.")
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", metavar="SECONDS", min=0.1, help="That a device may take to answer."
        ),
    ] = 30.0,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import flash
    from mvpsdk_cli import flashing

    what = flash.open_flashable(bundle)
    options = _options(slot, tuple(key or ()), unsigned=unsigned, device=device)
    access = _access(serial, timeout, write=not dry_run, yes=yes)
    with flash.open_target(to, access) as target, flashing.shown(output_format) as tell:
        plan = target.plan(what, options, tell)
        if output_format is Format.TEXT:
            _tell_plan(plan, bundle)
        result = None if dry_run or plan.refused else plan.carry_out(tell)
    if output_format is Format.JSON:
        render.report("mvpsdk.flash/1", flashing.document(plan, bundle, result, dry_run=dry_run))
    elif not plan.refused:
        for line in flashing.end(plan, result):
            render.made(line)
    flashing.tell_refusals(plan)
    return int(bool(plan.refused))


def _options(slot: str, keys: tuple[str, ...], *, unsigned: bool, device: Path | None) -> Options:
    from mvpsdk import device as room
    from mvpsdk import flash

    return flash.Options(
        slot=slot,
        keys=keys,
        unsigned=unsigned,
        device=room.load(device) if device else None,
        now=signing.now(),
    )


def _access(serial: str, timeout: float, *, write: bool, yes: bool) -> Access:
    from mvpsdk import flash

    ask = render.ask if render.interactive() else None
    return flash.Access(serial=serial, write=write, yes=yes, ask=ask, timeout=timeout)


def _tell_plan(plan: Plan, bundle: Path) -> None:
    from mvpsdk_cli import flashing

    for line in flashing.text(plan, bundle):
        render.out(line)
