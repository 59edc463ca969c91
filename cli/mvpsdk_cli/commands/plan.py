# SPDX-License-Identifier: Apache-2.0
"""Shows where everything goes in memory, and why.

Addresses are physical, and as each partition sees them.

Examples:
    mvpsdk plan examples/demo-handset --board qemu-virt

    mvpsdk plan handset.toml --board qemu-virt --format json
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk_cli import render
from mvpsdk_cli.arguments import (  # noqa: TC001 - typer reads the annotations
    BoardDirOption,
    BoardOption,
    HandsetArgument,
    LockedOption,
    OfflineOption,
    ToolchainOption,
)
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.plan import Partition, Plan, PlannedImage, Region
    from mvpsdk.units import Range

SECTION = "Describe"


def command(  # noqa: D103 - the module's docstring is the command's
    handset: HandsetArgument,
    *,
    board: BoardOption = None,
    board_dir: BoardDirOption = None,
    locked: LockedOption = False,
    offline: OfflineOption = False,
    toolchain: ToolchainOption = None,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk_cli import pipeline

    request = pipeline.Request(
        handset=handset,
        board=board,
        board_dirs=tuple(board_dir or ()),
        locked=locked,
        offline=offline,
        toolchain=toolchain,
    )
    plan = pipeline.prepare(request).planned()
    if output_format is Format.JSON:
        render.report("mvpsdk.plan/1", document(plan))
    else:
        for line in text(plan):
            render.out(line)
    return 0


def text(plan: Plan) -> Iterator[str]:
    """The plan for people."""
    from mvpsdk.units import describe_size

    title = f"{plan.handset.name} {plan.handset.version} on {plan.board.name}"
    yield render.style(title, "bold")
    yield ""
    yield render.style("physical memory", "bold")
    rows = [
        [f"  {p.range}", describe_size(p.range.size), p.owner, p.what, p.why]
        for p in plan.placements
    ]
    yield from render.table(rows) if rows else ()
    for partition in plan.partitions:
        yield ""
        yield from _partition(partition)


def _partition(partition: Partition) -> Iterator[str]:
    from mvpsdk.units import describe_size

    cpus = ", ".join(map(str, partition.cpus))
    yield render.style(
        f"{partition.name}: {partition.kind}, priority {partition.priority}, CPU {cpus},"
        f" entry {partition.entry:#x}",
        "bold",
    )
    yield from render.table([_region(region) for region in partition.regions])
    for interrupt in partition.interrupts:
        edge = "edge" if interrupt.edge else "level"
        yield f"  interrupt {interrupt.physical} of {interrupt.name}, as {interrupt.intid}, {edge}"
    images = [
        [
            f"  {image.load:#x}",
            describe_size(image.memory),
            image.name,
            f"{describe_size(image.head_room)} free behind",
            image.why,
        ]
        for image in partition.images
    ]
    yield from render.table(images) if images else ()


def _region(region: Region) -> list[str]:
    from mvpsdk.units import describe_size

    rights = "".join(letter for letter, on in zip("rwx", _rights(region), strict=True) if on)
    where = "emulated" if region.pa is None else f"at {region.pa:#x}, {rights}"
    return [f"  {region.ipa}", describe_size(region.ipa.size), region.name, where]


def _rights(region: Region) -> tuple[bool, bool, bool]:
    return True, region.write, region.execute


def document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON: addresses and sizes are numbers, in bytes."""
    return {
        "handset": plan.handset.name,
        "version": plan.handset.version,
        "board": plan.board.name,
        "window": _range(plan.window),
        "pack": _range(plan.pack),
        "default-persona": plan.default_persona or None,
        "placements": [
            {
                "owner": placement.owner,
                "what": placement.what,
                **_range(placement.range),
                "head-room": placement.head_room,
                "why": placement.why,
            }
            for placement in plan.placements
        ],
        "partitions": [_partition_document(partition) for partition in plan.partitions],
    }


def _range(extent: Range[Any]) -> dict[str, int]:
    return {"base": extent.base, "size": extent.size}


def _partition_document(partition: Partition) -> dict[str, Any]:
    return {
        "name": partition.name,
        "kind": partition.kind,
        "priority": partition.priority,
        "restart": partition.restart,
        "vgic": partition.vgic,
        "cpus": list(partition.cpus),
        "entry": partition.entry,
        "device-tree": partition.dtb or None,
        "ram": {**_range(partition.ram), "physical": partition.ram_pa},
        "regions": [
            {
                "kind": region.kind,
                "name": region.name,
                **_range(region.ipa),
                "physical": region.pa,
                "write": region.write,
                "execute": region.execute,
                "interrupt": region.intid or None,
            }
            for region in partition.regions
        ],
        "interrupts": [
            {"name": i.name, "physical": i.physical, "virtual": i.intid, "edge": i.edge}
            for i in partition.interrupts
        ],
        "images": [_image_document(image) for image in partition.images],
    }


def _image_document(image: PlannedImage) -> dict[str, Any]:
    return {
        "name": image.name,
        "kind": image.kind,
        "load": image.load,
        "size": image.size,
        "memory": image.memory,
        "head-room": image.head_room,
        "sha256": image.sha256,
        "why": image.why,
    }
