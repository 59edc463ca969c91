# SPDX-License-Identifier: Apache-2.0
"""Options that say what a bundle is delivered in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import personas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.bundle import Wanted
    from mvpsdk.sign import Signer

ContainerOption = Annotated[
    str,
    typer.Option(
        "--container",
        help="fit: U-Boot's format, with external data; disk: a whole disk with that in slot a;"
        " android: boot.img and vbmeta.img, in a zip file.",
    ),
]
UserdataOption = Annotated[
    Path | None,
    typer.Option(
        "--userdata",
        metavar="FILE",
        help="What the disk's user data begin with: a file system, as it is or as sparse image.",
    ),
]
UserdataSizeOption = Annotated[
    str | None,
    typer.Option(
        "--userdata-size",
        metavar="SIZE",
        help="Such as 4GiB; as large as --userdata, or 64MiB, by default.",
    ),
]
BothSlotsOption = Annotated[
    bool, typer.Option("--both-slots", help="Fill the disk's slot b too, with the same.")
]
PartOption = Annotated[
    list[str] | None,
    typer.Option(
        "--part",
        metavar="PERSONA=FILE",
        help="A persona's own signed part, in slots of its own on the disk; repeatable.",
    ),
]
SparseOption = Annotated[
    Path | None,
    typer.Option("--sparse", metavar="FILE", help="Write the disk as Android sparse image too."),
]
BmapOption = Annotated[
    Path | None,
    typer.Option("--bmap", metavar="FILE", help="Write the disk's block map too, for bmaptool."),
]
TreeOption = Annotated[
    Path | None,
    typer.Option(
        "--tree",
        metavar="FILE",
        help="The board's device tree (DTB), for Android's boot image.",
    ),
]


def wanted(
    output: Path,
    *,
    tree: Path | None,
    userdata: Path | None,
    userdata_size: str | None,
    both_slots: bool,
    part: list[str] | None,
    sparse: Path | None,
    bmap: Path | None,
) -> Wanted:
    """What the options say. Raises InputError for what can't be read as what it should be."""
    from mvpsdk import bundle

    return bundle.Wanted(
        output=output,
        userdata=userdata,
        userdata_size=_size(userdata_size),
        both_slots=both_slots,
        parts=dict(map(personas.named_file, part or ())),
        sparse=sparse,
        bmap=bmap,
        tree=tree,
    )


def vouched(wanted: Wanted, container: str, signers: Sequence[Signer]) -> Wanted:
    """Add the key that vouches for what a container is, beside the FIT in it. Raises InputError."""
    from mvpsdk import bundle, sign

    if not signers or "vbmeta_key" not in bundle.find_container(container, wanted).TAKES:
        return wanted
    return replace(wanted, vbmeta_key=sign.avb_key(signers))


def _size(text: str | None) -> int | None:
    if text is None:
        return None
    from mvpsdk.errors import InputError
    from mvpsdk.units import parse_size

    try:
        size = parse_size(text)
    except ValueError as error:
        raise InputError(f"--userdata-size: {error}", hint="for instance: 4GiB") from None
    if not size:
        raise InputError("--userdata-size: 0 bytes", hint="leave the option away")
    return size
