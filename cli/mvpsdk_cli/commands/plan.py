# SPDX-License-Identifier: Apache-2.0
"""Shows where everything goes in memory, and why.

Addresses are physical, and as each partition sees them. Without --board, on each board of the
handset.

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

    from mvpsdk.board import Reserved
    from mvpsdk.errors import Fault, MvpError
    from mvpsdk.plan import Partition, Placement, Plan, PlannedImage, Region
    from mvpsdk.units import Range
    from mvpsdk_cli.pipeline import Request

SECTION = "Describe"
PLAN = "mvpsdk.plan/1"
REPLAY = True


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
    plans, error = _plans(request)
    if error and (output_format is Format.JSON or not plans):
        raise error
    if output_format is Format.JSON:
        _report([document(plan) for plan in plans])
    else:
        for number, plan in enumerate(plans):
            render.out("\n".join([*[""] * bool(number), *text(plan)]))
    if error:
        raise error
    return 0


def _plans(request: Request) -> tuple[list[Plan], MvpError | None]:
    """The plan for each board, and all that is in the way of those that there are not."""
    from mvpsdk.errors import InputError
    from mvpsdk_cli import pipeline

    plans: list[Plan] = []
    faults: dict[Fault, None] = {}  # each once: several boards may have it
    for prepare in pipeline.each_board(request):
        try:
            plans.append(prepare().planned())
        except InputError as error:
            faults |= dict.fromkeys(error.faults)
    return plans, InputError.of(faults) if faults else None


def _report(plans: list[dict[str, Any]]) -> None:
    """One plan is a report of its own; the boards of a handset that has several are one more."""
    if len(plans) == 1:
        render.report(PLAN, plans[0])
    else:
        render.report("mvpsdk.plans/1", {"plans": [{"schema": PLAN, **plan} for plan in plans]})


def text(plan: Plan) -> Iterator[str]:
    """The plan for people."""
    title = f"{plan.handset.name} {plan.handset.version} on {plan.board.name}"
    yield render.style(title, "bold")
    yield ""
    yield from _physical(plan)
    for partition in plan.partitions:
        yield ""
        yield from _partition(partition)


def _physical(plan: Plan) -> Iterator[str]:
    """What is where in RAM, why there, and by how much it could grow."""
    from mvpsdk.plan import usage
    from mvpsdk.units import describe_size

    used = usage(plan)
    sizes = map(describe_size, (used.ram, used.planned, used.free, used.largest))
    ram = "{} of RAM: {} planned, {} free, {} of it in one piece".format(*sizes)
    if used.reserved:
        ram += f"; {describe_size(used.reserved)} reserved by the board"
    yield render.style("physical memory", "bold") + f"  {ram}"
    rows = [
        (
            placement.range.base,
            [
                f"  {placement.range}",
                describe_size(placement.range.size),
                placement.owner,
                placement.what,
                _growth(placement),
                placement.why,
            ],
        )
        for placement in plan.placements
    ]
    rows += [
        (area.range.base, [f"  {area.range}", describe_size(area.range.size), *_reserved(area)])
        for area in plan.board.reserved
        if any(bank.overlaps(area.range) for bank in plan.board.memory)
    ]
    yield from render.table([row for _, row in sorted(rows)]) if rows else ()


def _growth(placement: Placement) -> str:
    from mvpsdk.units import describe_size

    if placement.what == "window":
        return "fixed size"
    if not placement.head_room:
        return "can't grow"
    return f"can grow by {describe_size(placement.head_room)}"


def _reserved(area: Reserved) -> list[str]:
    return ["board", "reserved", "fixed size", f'"{area.name}": the board gives it to nobody']


def _partition(partition: Partition) -> Iterator[str]:
    cpus = ", ".join(map(str, partition.cpus))
    yield render.style(
        f"{partition.name}: {partition.kind}, priority {partition.priority}, CPU {cpus},"
        f" GICv{partition.vgic}, entry {partition.entry:#x}",
        "bold",
    )
    yield from render.table([_region(region) for region in partition.regions])
    for interrupt in partition.interrupts:
        edge = "edge" if interrupt.edge else "level"
        yield (
            f"  interrupt {interrupt.intid}  {interrupt.name}'s own: {interrupt.physical} of the"
            f" board, {edge}"
        )
    yield from _images(partition)


def _images(partition: Partition) -> Iterator[str]:
    from mvpsdk.units import describe_size

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
    irq = f", interrupt {region.intid}" if region.intid else ""
    return [f"  {region.ipa}", describe_size(region.ipa.size), region.name, where + irq]


def _rights(region: Region) -> tuple[bool, bool, bool]:
    return True, region.write, region.execute


def document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON: addresses and sizes are numbers, in bytes."""
    from dataclasses import asdict

    from mvpsdk.plan import usage

    return {
        "handset": plan.handset.name,
        "version": plan.handset.version,
        "board": plan.board.name,
        "memory": asdict(usage(plan)),
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
