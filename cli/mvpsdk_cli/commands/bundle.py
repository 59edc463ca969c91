# SPDX-License-Identifier: Apache-2.0
"""Lints, builds and packs a handset: one file to flash and boot.

Exceptions to lint rules stand in the handset file as [[allow]] with a reason, nowhere else.

Examples:
    mvpsdk bundle examples/demo-handset --board qemu-virt -o demo.itb --unsigned

    mvpsdk bundle handset.toml --board qemu-virt -o phone.itb --unsigned --locked
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import render
from mvpsdk_cli.arguments import (  # noqa: TC001 - typer reads the annotations
    BoardDirOption,
    BoardOption,
    HandsetArgument,
    LockedOption,
    OfflineOption,
    ToolchainOption,
    TraceOption,
)
from mvpsdk_cli.options import Format, FormatOption, Profile, ProfileOption

if TYPE_CHECKING:
    from mvpsdk.bundle import Delivery, Wanted
    from mvpsdk_cli.pipeline import Prepared, Request

SECTION = "Make"


def command(  # noqa: D103 - the module's docstring is the command's
    handset: HandsetArgument,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The bundle to write.")
    ],
    board: BoardOption = None,
    board_dir: BoardDirOption = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Make a bundle that nothing vouches for.")
    ] = False,
    container: Annotated[
        str, typer.Option("--container", help="fit: U-Boot's format, with external data.")
    ] = "fit",
    profile: ProfileOption = Profile.DEV,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    toolchain: ToolchainOption = None,
    trace: TraceOption = False,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import bundle
    from mvpsdk_cli import benches, pipeline

    wanted = bundle.Wanted(output=output)
    bundle.find_container(container, wanted)
    _check_call(unsigned=unsigned, profile=profile)
    request = pipeline.Request(
        handset=handset,
        board=board,
        board_dirs=tuple(board_dir or ()),
        locked=locked,
        offline=offline,
        toolchain=toolchain,
        trace=trace,
        release=profile is Profile.RELEASE,
        deep=True,
    )
    prepared = pipeline.prepare(request)
    benches.refuse_findings(prepared, request)
    _tell(_make(prepared, request, wanted, container, profile), output_format)
    return 0


def _check_call(*, unsigned: bool, profile: Profile) -> None:
    from mvpsdk.errors import InputError

    if profile is Profile.RELEASE:
        raise InputError(
            "a release bundle must be signed, and this version can't sign yet",
            hint="for development: --profile dev --unsigned",
        )
    if not unsigned:
        raise InputError(
            "a bundle is signed unless unsigned is asked for by name, and this version can't sign",
            hint="say --unsigned; whoever flashes the bundle then trusts it blindly",
        )


def _make(
    prepared: Prepared, request: Request, wanted: Wanted, container: str, profile: Profile
) -> Delivery:
    from mvpsdk import build, bundle
    from mvpsdk_cli import pipeline

    plan = prepared.planned()
    chain = build.find(request.toolchain)
    hypervisor = pipeline.hypervisor(
        prepared.board, prepared.handset, chain, request.cache, trace=request.trace
    )
    with render.progress("packing", plan.total_size) as advance:
        return bundle.make(
            plan,
            hypervisor,
            prepared.inputs.files,
            wanted,
            container=container,
            profile=profile.value,
            progress=advance,
        )


def _tell(made: Delivery, output_format: Format) -> None:
    manifest = made.manifest
    warning = "UNSIGNED: nothing proves where this bundle comes from."
    render.note(render.style(warning, "yellow", on_stderr=True))
    if output_format is Format.JSON:
        import json

        contents = json.loads(manifest.json())
        render.report(
            "mvpsdk.bundle/1", {"path": str(made.path), "size": made.size, "manifest": contents}
        )
        return
    from mvpsdk.units import describe_size

    render.made(
        f"{render.path(made.path)}: {manifest.handset} {manifest.version} for {manifest.board},"
        f" {describe_size(made.size)}, unsigned"
    )
    rows = [
        [f"  {entry.name}", describe_size(entry.size), entry.sha256]
        for entry in (*manifest.parts, *manifest.images)
    ]
    for line in render.table(rows):
        render.made(line)
