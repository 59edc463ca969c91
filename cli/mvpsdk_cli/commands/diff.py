# SPDX-License-Identifier: Apache-2.0
"""Says what changed between two bundles, packs or images.

Needs no sources. Every part of both is read and digested: images, configuration, guest ABI, board
facts, rollback index, size, signers, toolchain, and what the SBOMs list. Exit code 1: they differ.

Examples:
    mvpsdk diff phone-1.4.itb phone-1.5.itb

    mvpsdk diff old/boot.img new/boot.img --format json
"""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import render
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.bundle import Change

SECTION = "Describe"


def command(  # noqa: D103 - the module's docstring is the command's
    before: Annotated[Path, typer.Argument(metavar="A", help="A bundle, a pack or an image.")],
    after: Annotated[Path, typer.Argument(metavar="B", help="Another one.")],
    *,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import bundle

    sides = (bundle.open(before), bundle.open(after))
    total = sum(entry.span.size for side in sides for entry in side.entries())
    with render.progress("comparing", total) as advance:
        found = bundle.diff(*sides, advance)
    if output_format is Format.JSON:
        rows = [
            {
                "area": change.area,
                "what": change.what,
                "before": change.before,
                "after": change.after,
            }
            for change in found
        ]
        head = {"before": str(before), "after": str(after), "same": not found}
        render.report("mvpsdk.diff/1", {**head, "changes": rows})
    else:
        for line in text(before, after, found):
            render.out(line)
    return int(bool(found))


def text(before: Path, after: Path, found: Sequence[Change]) -> Iterator[str]:
    """The changes for people."""
    yield from render.table([[each.area, each.what, _values(each)] for each in found])
    count = {0: "no difference", 1: "1 change"}.get(len(found), f"{len(found)} changes")
    yield f"{render.path(before)} -> {render.path(after)}: {count}"


def _values(change: Change) -> str:
    if change.before is None:
        return f"{change.after} (new)"
    if change.after is None:
        return f"{change.before} (gone)"
    return f"{change.before} -> {change.after}"
