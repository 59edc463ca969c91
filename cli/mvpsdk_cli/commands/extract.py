# SPDX-License-Identifier: Apache-2.0
"""Takes parts and images out of a bundle or a boot image.

Without names, everything is taken out, each checked by digest. A kernel that is packed in an image
comes out unpacked, as the hypervisor wants it; a ramdisk as it is, since the kernel unpacks it. Out
of a disk come the FITs in its slots, their parts, and the other partitions, with holes for zeros.

Examples:
    mvpsdk extract phone.itb -o parts

    mvpsdk extract phone.itb pack work/kernel -o parts

    mvpsdk extract phone.img boot_a.itb -o parts

    mvpsdk extract boot.img kernel -o images
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from mvpsdk_cli import render
from mvpsdk_cli.options import Format, FormatOption

SECTION = "Describe"


def command(  # noqa: D103 - the module's docstring is the command's
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="FIT, disk, pack or image.")],
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="What to take out.")
    ] = None,
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Where the files go.")
    ],
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import bundle as room

    paths = room.extract(room.open(bundle), names or (), output)
    if output_format is Format.JSON:
        render.report("mvpsdk.extract/1", {"files": [str(path) for path in paths]})
    else:
        for path in paths:
            render.made(render.path(path))
    return 0
