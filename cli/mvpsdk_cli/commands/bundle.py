# SPDX-License-Identifier: Apache-2.0
"""Lints, builds and packs a handset: one file to flash and boot.

Exceptions to lint rules stand in the handset file as [[allow]] with a reason, nowhere else.

With --persona it makes the part of one persona that the handset file gives an update-key: a file
that the owner of that key signs, and that is updated apart from the bundle.

A bundle is signed, by an RSA key for the boot loader and an Ed25519 key for its manifest (see
mvpsdk sign), or it says that it is not.

A disk has a GUID partition table with boot control in `misc`, the bundle in `boot_a`, room for the
next one in `boot_b`, and `userdata`; slots are as large as the board's [[slot]] says. The file has
holes where there is nothing. A sparse image of it (--sparse) writes zeros where zeros were given,
so that it may go onto any disk. A block map (--bmap) leaves out the holes of --userdata, as those
of bmaptool do: the disk that it goes onto should be blank.

For Android's boot loaders a zip file holds boot.img (header version 2), vbmeta.img (Android
Verified Boot 2, by the RSA key of --sign) and the steps to flash them. It is checked, not booted.

Examples:
    mvpsdk bundle examples/demo-handset --board qemu-virt -o demo.itb --unsigned

    mvpsdk bundle handset.toml -o phone.itb --sign boot.key --sign manifest.key --profile release

    mvpsdk bundle handset.toml --board qemu-virt -o phone.itb --sign test: --locked

    mvpsdk bundle handset.toml --container android --tree phone.dtb -o phone.zip --sign test:

    mvpsdk bundle handset.toml --container disk --userdata data.ext4 -o phone.img --unsigned

    mvpsdk bundle handset.toml --persona work -o work.mvpart --sign vendor.key
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from mvpsdk_cli import passphrases, personas, render, signing
from mvpsdk_cli.arguments import (  # noqa: TC001 - typer reads the annotations
    BoardDirOption,
    BoardOption,
    HandsetArgument,
    LockedOption,
    OfflineOption,
    ToolchainOption,
    TraceOption,
)
from mvpsdk_cli.contained import (  # noqa: TC001 - typer reads the annotations
    BmapOption,
    BothSlotsOption,
    ContainerOption,
    PartOption,
    SparseOption,
    TreeOption,
    UserdataOption,
    UserdataSizeOption,
)
from mvpsdk_cli.options import Format, FormatOption, Profile, ProfileOption
from mvpsdk_cli.passphrases import PassphraseOption  # noqa: TC001 - typer reads the annotations

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mvpsdk.bundle import Delivery, Wanted
    from mvpsdk.bundle.sbom import Bill
    from mvpsdk.sign import Signer
    from mvpsdk_cli.pipeline import Prepared, Request

SECTION = "Make"


def command(  # noqa: D103 - the module's docstring is the command's
    handset: HandsetArgument,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="The bundle to write.")
    ],
    persona: Annotated[
        str | None,
        typer.Option("--persona", metavar="NAME", help="Make this persona's part instead."),
    ] = None,
    board: BoardOption = None,
    board_dir: BoardDirOption = None,
    sign: Annotated[
        list[str] | None,
        typer.Option("--sign", metavar="KEY", help="A private key, as a URI; repeatable."),
    ] = None,
    passphrase_fd: PassphraseOption = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Make a bundle that nothing vouches for.")
    ] = False,
    container: ContainerOption = "fit",
    userdata: UserdataOption = None,
    userdata_size: UserdataSizeOption = None,
    both_slots: BothSlotsOption = False,
    part: PartOption = None,
    sparse: SparseOption = None,
    bmap: BmapOption = None,
    tree: TreeOption = None,
    profile: ProfileOption = Profile.DEV,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    toolchain: ToolchainOption = None,
    trace: TraceOption = False,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import bundle
    from mvpsdk_cli import contained, pipeline

    wanted = contained.wanted(
        output,
        userdata=userdata,
        userdata_size=userdata_size,
        both_slots=both_slots,
        part=part,
        sparse=sparse,
        bmap=bmap,
        tree=tree,
    )
    bundle.find_container(container, wanted)
    _check_call(sign, unsigned=unsigned, profile=profile)
    if persona:
        personas.check_call(sign, container=container, unsigned=unsigned)
    signers = signing.signers(sign or (), passphrases.asker(passphrase_fd), profile)
    wanted = contained.vouched(wanted, container, signers)
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
        recall=profile is not Profile.RELEASE,
    )
    if persona:
        prepared = _prepared(request)
        personas.tell(personas.make(prepared, persona, output, signers), output_format)
        return 0
    with bundle.scribe() as scribe:
        prepared = _prepared(request)
        made = _make(
            prepared,
            request,
            wanted,
            container,
            profile=profile,
            seal=_seal(signers),
            scribe=scribe,
        )
    _tell(made, output_format)
    return 0


def _prepared(request: Request) -> Prepared:
    from mvpsdk_cli import benches, pipeline

    prepared = pipeline.prepare(request)
    benches.refuse_findings(prepared, request)
    return prepared


def _check_call(sign: list[str] | None, *, unsigned: bool, profile: Profile) -> None:
    from mvpsdk.errors import InputError

    if sign and unsigned:
        raise InputError("signed and unsigned at once", hint="drop --sign, or --unsigned")
    if profile is Profile.RELEASE and not sign:
        raise InputError(
            "a release bundle must be signed",
            hint="give its keys by --sign; for development: --profile dev --unsigned",
        )
    if not sign and not unsigned:
        raise InputError(
            "a bundle is signed unless unsigned is asked for by name",
            hint="give keys by --sign (mvpsdk keys new makes some), or say --unsigned",
        )


def _make(
    prepared: Prepared,
    request: Request,
    wanted: Wanted,
    container: str,
    *,
    profile: Profile,
    seal: Callable[[BinaryIO], bytes] | None,
    scribe: Callable[[Bill], bytes],
) -> Delivery:
    from mvpsdk import bundle
    from mvpsdk_cli import pipeline

    plan = prepared.planned()
    hypervisor = pipeline.hypervisor(prepared, request)
    with render.progress("packing", plan.total_size + wanted.weight()) as advance:
        return bundle.make(
            plan,
            hypervisor,
            prepared.inputs.files,
            wanted,
            container=container,
            profile=profile.value,
            supply=prepared.inputs.supply,
            seal=seal,
            scribe=scribe,
            progress=advance,
        )


def _seal(signers: Sequence[Signer]) -> Callable[[BinaryIO], bytes] | None:
    if not signers:
        return None
    from mvpsdk.sign import seal

    return lambda file: seal(file, signers)


def _tell(made: Delivery, output_format: Format) -> None:
    manifest = made.manifest
    if not manifest.signed:
        warning = "UNSIGNED: nothing proves where this bundle comes from."
        render.note(render.style(warning, "yellow", on_stderr=True))
    for note in made.notes:
        render.note(note)
    if output_format is Format.JSON:
        import json

        contents = json.loads(manifest.json())
        render.report(
            "mvpsdk.bundle/1",
            {
                "path": str(made.path),
                "container": made.container,
                "size": made.size,
                "also": [str(path) for path in made.also],
                "manifest": contents,
            },
        )
        return
    from mvpsdk.units import describe_size

    render.made(
        f"{render.path(made.path)}: {manifest.handset} {manifest.version} for {manifest.board},"
        f" {describe_size(made.size)}, {'signed' if manifest.signed else 'unsigned'}"
    )
    rows = [
        [f"  {entry.name}", describe_size(entry.size), entry.sha256]
        for entry in (*manifest.parts, *manifest.images)
    ]
    for line in render.table(rows):
        render.made(line)
    for path in made.also:
        render.made(render.path(path))
