# SPDX-License-Identifier: Apache-2.0
"""Verifies a bundle: signatures, digests, and what it is for.

Every check is listed with what it found. Nothing in the file goes unchecked; a file that is damaged
is refused, too. Exit code 1 means that the bundle must not be flashed. Of a disk, or a sparse image
of one, that is its table, its boot control and the bundle in each slot; user data nobody vouches
for.

With --device the bundle is held to what is known of one device: its board, the rollback index that
it has seen, the size of its slots, and the keys in its boot loader's control tree.

A persona's part is verified by its vendor's key, or by --bundle: the maker's bundle then says which
key counts, and that the part fits. The maker's bundle itself is not verified on the way.

With --rebuild the bundle is built anew from its handset's sources and inputs, and every part
compared; what differs is told with the input that is to blame.

Examples:
    mvpsdk verify phone.itb --key boot.pub --key manifest.pub

    mvpsdk verify phone.itb --key test: --device handset-0001.toml

    mvpsdk verify phone.itb --unsigned --rebuild handset.toml

    mvpsdk verify work.mvpart --bundle phone.itb
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mvpsdk_cli import passphrases, personas, rebuilding, render, signing
from mvpsdk_cli.arguments import (  # noqa: TC001 - typer reads the annotations
    BoardDirOption,
    BoardOption,
    OfflineOption,
    ToolchainOption,
)
from mvpsdk_cli.options import Format, FormatOption, Profile, ProfileOption
from mvpsdk_cli.rebuilding import RebuildOption  # noqa: TC001 - typer reads the annotations

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.sign import Report

SECTION = "Check"


def command(  # noqa: D103 - the module's docstring is the command's
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="A bundle, or a part.")],
    *,
    key: Annotated[
        list[str] | None,
        typer.Option(
            "--key", metavar="PUB", help="A key that is trusted, or its certificate; repeatable."
        ),
    ] = None,
    unsigned: Annotated[
        bool, typer.Option("--unsigned", help="Check digests alone, of a bundle nobody signed.")
    ] = False,
    device: Annotated[
        Path | None,
        typer.Option("--device", metavar="FACTS", help="What is known of the device: a TOML file."),
    ] = None,
    maker: Annotated[
        Path | None,
        typer.Option("--bundle", metavar="BUNDLE", help="Of a part: the bundle that it is for."),
    ] = None,
    rebuild: RebuildOption = None,
    board: BoardOption = None,
    board_dir: BoardDirOption = None,
    toolchain: ToolchainOption = None,
    offline: OfflineOption = False,
    profile: ProfileOption = Profile.DEV,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import bundle as bundles
    from mvpsdk import sign
    from mvpsdk.device import load
    from mvpsdk.errors import InputError

    _check_building(rebuild, board, board_dir, toolchain, offline=offline)
    if bundle.is_file() and bundles.kind_of(bundle) is bundles.Kind.PART:
        _check_part(unsigned=unsigned, device=device, rebuild=rebuild)
        return _tell(personas.verify(bundle, key or (), maker), output_format)
    _check_call(key, unsigned=unsigned, profile=profile)
    if maker:
        raise InputError("--bundle goes with a persona's part", hint="drop it")
    wanted = sign.Wanted(
        keys=sign.public_keys(key or (), passphrases.asker(None)),
        now=signing.now(),
        release=profile is Profile.RELEASE,
        unsigned=unsigned,
        device=load(device) if device else None,
    )
    with render.progress("verifying", bundle.stat().st_size if bundle.is_file() else 0) as advance:
        report = sign.verify(bundle, wanted, progress=advance)
    if rebuild and report.manifest:
        anew = rebuilding.Anew(
            handset=rebuild,
            board=board,
            board_dirs=tuple(board_dir or ()),
            toolchain=toolchain,
            offline=offline,
        )
        report = replace(report, checks=(*report.checks, *rebuilding.checks(bundle, anew)))
    return _tell(report, output_format)


def _check_building(
    rebuild: Path | None,
    board: str | None,
    board_dir: list[Path] | None,
    toolchain: str | None,
    *,
    offline: bool,
) -> None:
    """Raise InputError for what says how to build where nothing is built."""
    from mvpsdk.errors import InputError

    options = {
        "--board": board,
        "--board-dir": board_dir,
        "--toolchain": toolchain,
        "--offline": offline,
    }
    given = [name for name, value in options.items() if value]
    if given and rebuild is None:
        raise InputError(
            f"{given[0]} says how to build, and nothing is built",
            hint="name the handset: --rebuild HANDSET",
        )


def _check_part(**options: object) -> None:
    """Raise InputError for what makes no sense with a part."""
    from mvpsdk.errors import InputError

    for name, value in options.items():
        if value:
            message = f"--{name} means nothing for a persona's part"
            raise InputError(message, hint="a part is held to a key, or to a bundle")


def _tell(report: Report, output_format: Format) -> int:
    if output_format is Format.JSON:
        render.report("mvpsdk.verify/1", document(report))
    else:
        for line in text(report):
            render.out(line)
    return 0 if report.ok else 1


def _check_call(keys: list[str] | None, *, unsigned: bool, profile: Profile) -> None:
    from mvpsdk.errors import InputError

    if unsigned and keys:
        raise InputError("--unsigned checks no signature, so it takes no --key", hint="drop one")
    if unsigned and profile is Profile.RELEASE:
        raise InputError("a release bundle must be signed", hint="drop --unsigned, give --key")
    if not unsigned and not keys:
        raise InputError(
            "no key is named, so no signature can be trusted",
            hint="name the public keys by --key; or check digests alone: --unsigned",
        )


def text(report: Report) -> Iterator[str]:
    """The checks for people."""
    rows = [
        ["  ok" if check.ok else "  REFUSED", check.name, check.found] for check in report.checks
    ]
    for line, check in zip(render.table(rows), report.checks, strict=True):
        yield line if check.ok else render.style(line, "red")
        if not check.ok and check.hint:
            yield f"             {check.hint}"
    refused = len(report.refusals)
    verdict = f"refused by {refused} of {len(report.checks)} checks" if refused else "verified"
    look = "red" if refused else "green"
    yield f"{render.path(report.path)}: {render.style(verdict, look)}"


def document(report: Report) -> dict[str, Any]:
    """The same as JSON."""
    import json

    manifest = report.manifest
    return {
        "path": str(report.path),
        "ok": report.ok,
        "manifest": json.loads(manifest.json()) if manifest else None,
        "checks": [
            {
                "name": check.name,
                "what": check.what,
                "ok": check.ok,
                "found": check.found,
                "hint": check.hint or None,
            }
            for check in report.checks
        ],
    }
