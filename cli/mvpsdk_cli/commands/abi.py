# SPDX-License-Identifier: Apache-2.0
"""Shows a guest ABI; `abi diff` says what differs between two.

A side is an image (a hypervisor or what is made for one), a header such as mvp/abi.h, which the
cross compiler reads, or a version such as 1.0.

Examples:
    mvpsdk abi show hypervisor.elf

    mvpsdk abi diff old/hypervisor.bin new/hypervisor.bin

    mvpsdk abi diff 1.0 sdk/include/mvp/abi.h
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import render
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.abi import Side

SECTION = "Describe"

SCHEMA = "mvpsdk.abi/1"

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def abi() -> None:
    """Shows a guest ABI; `abi diff` says what differs between two."""


@app.command("show")
def show(
    side: Annotated[
        str, typer.Argument(metavar="IMAGE", help="An image, a header, or a version such as 1.0.")
    ],
    *,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Shows the guest ABI that a hypervisor offers, or that an image needs.

    Examples:
        mvpsdk abi show hypervisor.elf

        mvpsdk abi show firmware.elf --format json
    """
    from mvpsdk_cli import abi_text

    found = _side(side)
    if output_format is Format.JSON:
        render.report(
            SCHEMA,
            {"sides": [abi_text.document(found)], "changes": [], "images": [], "broke": False},
        )
    else:
        for line in abi_text.text(found):
            render.out(line)
    return 0


@app.command("diff")
def diff(
    before: Annotated[
        str, typer.Argument(metavar="A", help="An image, a header, or a version such as 1.0.")
    ],
    after: Annotated[
        str, typer.Argument(metavar="B", help="The same, or a folder of images for A.")
    ],
    *,
    output_format: FormatOption = Format.TEXT,
) -> int:
    """Compares two hypervisors or two headers; or tells which images a hypervisor can run.

    Exit code 1: something broke, or an image does not run.

    Examples:
        mvpsdk abi diff old/hypervisor.bin new/hypervisor.bin

        mvpsdk abi diff old/abi.h new/abi.h

        mvpsdk abi diff new/hypervisor.bin images/
    """
    if Path(after).is_dir():
        return _against(before, Path(after), output_format)
    from mvpsdk import abi as room
    from mvpsdk_cli import abi_text

    sides = (_side(before), _side(after))
    changes = room.diff(*sides)
    broke = any(change.kind == "broke" for change in changes)
    if output_format is Format.JSON:
        document = {
            "sides": [abi_text.document(side) for side in sides],
            "changes": [abi_text.change(each) for each in changes],
            "images": [],
            "broke": broke,
        }
        render.report(SCHEMA, document)
    else:
        for line in abi_text.changes(*sides, changes):
            render.out(line)
    return int(broke)


def _against(name: str, folder: Path, output_format: Format) -> int:
    """Tell of each file in a folder whether it still runs."""
    from mvpsdk import abi as room
    from mvpsdk_cli import abi_text

    offer = _side(name)
    rows = []
    for image in _images(folder):
        found = room.diff(offer, image)
        rows.append((image, room.verdict(image, found), found))
    broke = any(verdict == "does not run" for _, verdict, _ in rows)
    if output_format is Format.JSON:
        images = [
            {
                "name": image.name,
                "verdict": verdict,
                "changes": [abi_text.change(each) for each in found],
            }
            for image, verdict, found in rows
        ]
        document = {"sides": [abi_text.document(offer)], "changes": [], "images": images}
        render.report(SCHEMA, {**document, "broke": broke})
    else:
        for line in abi_text.verdicts(offer, rows):
            render.out(line)
    return int(broke)


def _images(folder: Path) -> Iterator[Side]:
    """The files of a folder that guests could be, by name."""
    from mvpsdk import abi as room
    from mvpsdk import image

    paths = [path for path in sorted(folder.iterdir()) if path.is_file() and path.stat().st_size]
    found = image.open_all({str(path): path for path in paths})
    for name, facts in found.items():
        side = room.of_image(name, facts)
        if side.kind in ("guest", "silent"):
            yield side


def _side(name: str) -> Side:
    """What a person has named."""
    from mvpsdk import abi as room
    from mvpsdk import build, image

    if name in room.versions():
        return room.of_version(f"ABI {name}", room.versions()[name])
    if name.endswith(".h"):
        return room.of_version(name, build.header(Path(name)))
    return room.of_image(name, image.open_all({"image": Path(name)})["image"])
