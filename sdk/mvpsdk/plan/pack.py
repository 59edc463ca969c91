# SPDX-License-Identifier: Apache-2.0
"""Turns a plan into the pack's metadata, and proves it by the core's own judgement."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mvpsdk.abi.features import bits, wanted
from mvpsdk.core.facade import (
    CONSTANTS,
    INTERRUPT_EDGE,
    PACK_ALIGN,
    PART_HEAD,
    REGION_EXECUTE,
    REGION_WRITE,
    BringUp,
    ImageKind,
    MemoryKind,
    Pack,
    PackBoard,
    PackDelegate,
    PackImage,
    PackInterrupt,
    PackMemory,
    PackPartition,
    PackRegion,
    PackSmmu,
    PackVcpu,
    PartitionKind,
    RegionKind,
    Restart,
    pack_check,
    pack_write,
)
from mvpsdk.errors import PlanError
from mvpsdk.plan.refusal import explain
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.model import Board, Console
    from mvpsdk.plan.model import Partition, Plan, PlannedImage, Region

__all__ = ["check", "lay_out", "metadata", "pack_image", "part_size", "tables"]


_BRING_UP = {
    "psci-smc": BringUp.PSCI_SMC,
    "spin-table": BringUp.SPIN_TABLE,
    "none": BringUp.NONE,
}
_RESTART = {
    "never": Restart.NEVER,
    "on-crash": Restart.ON_CRASH,
    "always": Restart.ALWAYS,
}


def metadata(plan: Plan) -> bytes:
    """Return the pack's header and tables. The images follow at their offsets, zeros between."""
    return pack_write(tables(plan))


def check(plan: Plan) -> None:
    """Have the core judge the metadata, as the hypervisor will at boot. Raises PlanError."""
    pack = tables(plan)
    verdict = pack_check(pack_write(pack), size=plan.total_size)
    if not verdict.ok:
        raise PlanError.of([explain(plan, pack, verdict)])


def lay_out(plan: Plan) -> Plan:
    """Give each image its place in the pack: behind the metadata, on a page of its own."""
    meta_size = len(metadata(plan))
    offset = align_up(meta_size, PACK_ALIGN)
    partitions = []
    for partition in plan.partitions:
        if partition.part:
            partitions.append(replace(partition, images=_placed(partition, PART_HEAD)[0]))
            continue
        images, offset = _placed(partition, offset)
        partitions.append(replace(partition, images=images))
    return replace(plan, partitions=tuple(partitions), meta_size=meta_size, total_size=offset)


def _placed(partition: Partition, offset: int) -> tuple[tuple[PlannedImage, ...], int]:
    """Give images their places in a file; return where the next one's is, too."""
    images = []
    for image in partition.images:
        images.append(replace(image, offset=offset))
        offset = align_up(offset + image.size, PACK_ALIGN)
    return tuple(images), offset


def part_size(partition: Partition) -> int:
    """Return how long a file of a partition's images alone is, in bytes."""
    return _placed(partition, PART_HEAD)[1]


def tables(plan: Plan) -> Pack:
    """Return what stands in the pack's header and tables."""
    names = [partition.name for partition in plan.partitions]
    default = plan.default_persona
    return Pack(
        boards=(_board(plan),),
        memory=tuple(_memory(plan.board)),
        partitions=tuple(_partition(partition) for partition in plan.partitions),
        vcpus=tuple(_vcpus(plan)),
        regions=tuple(_regions(plan)),
        interrupts=tuple(_interrupts(plan)),
        images=tuple(_images(plan)),
        smmus=tuple(_smmus(plan)),
        delegates=tuple(_delegates(plan)),
        default_persona=names.index(default) if default else None,
        menu_ms=plan.handset.boot.menu_timeout,
        rollback_index=plan.handset.rollback_index,
        features=needed_features(plan),
    )


def needed_features(plan: Plan) -> int:
    """What the hypervisor must offer for this plan to work (MVP_FEATURE_*)."""
    needed = bits(wanted(plan.handset, plan.board))
    for partition in plan.partitions:
        needed |= CONSTANTS[f"FEATURE_VGIC{partition.vgic}"]
        needed |= 0 if partition.part else partition.features
        if partition.kind == "persona":
            needed |= CONSTANTS["FEATURE_PL011"]
    return needed


def _board(plan: Plan) -> PackBoard:
    board, gic, timer = plan.board, plan.board.interrupt_controller, plan.board.timer
    interface = gic.cpu_interface if gic.version == 2 else gic.redistributor  # noqa: PLR2004
    return PackBoard(
        name=board.name,
        compatible=board.compatible,
        window=plan.window.base,
        pack_home=plan.pack.base,
        gicd_base=gic.distributor.base,
        gicd_size=gic.distributor.size,
        gicr_base=interface.base,
        gicr_size=interface.size,
        gich_base=gic.hypervisor_interface.base,
        gich_size=gic.hypervisor_interface.size,
        gicv_base=gic.virtual_interface.base,
        gicv_size=gic.virtual_interface.size,
        **_console(board.console),
        gic_version=gic.version,
        maintenance_irq=gic.maintenance_irq,
        virtual_irq=timer.virtual_irq,
        physical_irq=timer.physical_irq,
        hypervisor_irq=timer.hypervisor_irq,
        cpu_count=board.cpu.count,
        bring_up=_BRING_UP[board.cpu.bring_up],
        cpu_affinity=_of_cpus(board.cpu.affinities or tuple(range(board.cpu.count))),
        cpu_release=_of_cpus(board.cpu.release_addresses),
    )


def _of_cpus(values: tuple[int, ...]) -> tuple[int, ...]:
    """Return what a pack has of each CPU: of the first ones, and zeros behind the last."""
    room = CONSTANTS["MAX_CPUS"]
    return (*values, *(0,) * room)[:room]


def _console(console: Console | None) -> dict[str, Any]:
    """Return the fields of the console; a driver that drives nothing leaves the board mute."""
    if console is None or console.driver == "none":
        return {}
    return {
        "console_base": console.range.base,
        "console_size": console.range.size,
        "console_register": console.base,
        "console_driver": console.driver,
        "console_shift": console.register_shift,
        "console_width": console.register_width,
        "console_irq": console.irq,
    }


def _memory(board: Board) -> Iterator[PackMemory]:
    for number, bank in enumerate(board.memory):
        yield PackMemory(name=f"ram{number}", base=bank.base, size=bank.size, kind=MemoryKind.RAM)
    for area in board.reserved:
        yield PackMemory(
            name=area.name, base=area.range.base, size=area.range.size, kind=MemoryKind.RESERVED
        )


def _partition(partition: Partition) -> PackPartition:
    row = PackPartition(
        name=partition.name,
        kind=PartitionKind[partition.kind.upper()],
        priority=partition.priority,
        entry=partition.entry,
        dtb=partition.dtb,
        restart=_RESTART[partition.restart],
        vgic=partition.vgic,
        abi_major=partition.abi[0],
        abi_minor=partition.abi[1],
        features=partition.features,
    )
    if partition.part is None:
        return row
    return replace(row, entry=0, dtb=0, abi_major=0, abi_minor=0, features=0)  # its part says it


def _delegates(plan: Plan) -> Iterator[PackDelegate]:
    for index, partition in enumerate(plan.partitions):
        if partition.part:
            yield PackDelegate(
                partition=index,
                home=partition.part.home.base,
                room=partition.part.home.size,
                rollback_index=partition.part.least,
                key=partition.part.key.digest,
                modulus=partition.part.key.modulus,
            )


def _vcpus(plan: Plan) -> Iterator[PackVcpu]:
    for index, partition in enumerate(plan.partitions):
        for number, cpu in enumerate(partition.cpus):
            yield PackVcpu(partition=index, number=number, cpu=cpu)


def _regions(plan: Plan) -> Iterator[PackRegion]:
    for index, partition in enumerate(plan.partitions):
        for region in partition.regions:
            yield PackRegion(
                partition=index,
                kind=RegionKind[region.kind.upper()],
                ipa=region.ipa.base,
                size=region.ipa.size,
                pa=region.pa or 0,
                flags=_flags(region),
                intid=region.intid,
            )


def _flags(region: Region) -> int:
    return REGION_WRITE * region.write | REGION_EXECUTE * region.execute


def _interrupts(plan: Plan) -> Iterator[PackInterrupt]:
    for index, partition in enumerate(plan.partitions):
        for interrupt in partition.interrupts:
            yield PackInterrupt(
                partition=index,
                physical=interrupt.physical,
                intid=interrupt.intid,
                flags=INTERRUPT_EDGE * interrupt.edge,
            )


def _streams(plan: Plan) -> tuple[int, ...]:
    """Return the streams of the firmware's devices; the firmware is the first partition."""
    realtime = plan.handset.realtime
    return plan.board.streams(realtime.devices) if realtime else ()


def _smmus(plan: Plan) -> Iterator[PackSmmu]:
    """Yield the board's SMMU if a device has a stream. Raises PlanError if there are too many."""
    unit, streams, room = plan.board.smmu, _streams(plan), CONSTANTS["MAX_STREAMS"]
    if unit is None or not streams:
        return
    if len(streams) > room:
        raise PlanError(
            f"realtime.devices have {len(streams)} streams, but the hypervisor keeps {room}",
            place=plan.handset.place("realtime.devices"),
            hint="give the firmware fewer devices that reach memory by themselves",
        )
    assert unit.event_irq is not None  # noqa: S101 - the board looked
    assert unit.error_irq is not None  # noqa: S101
    yield PackSmmu(
        base=unit.range.base,
        size=CONSTANTS["SMMU_SIZE"],
        event_irq=unit.event_irq,
        error_irq=unit.error_irq,
        stream_count=len(streams),
        stream=(*streams, *(0,) * room)[:room],
        partition=(0,) * room,
    )


def _images(plan: Plan) -> Iterator[PackImage]:
    for index, partition in enumerate(plan.partitions):
        if partition.part is None:
            yield from (pack_image(image, index) for image in partition.images)


def pack_image(image: PlannedImage, partition: int) -> PackImage:
    """Return an image's row."""
    return PackImage(
        name=image.name,
        partition=partition,
        kind=ImageKind[image.kind.upper()],
        size=image.size,
        load=image.load,
        memory=image.memory,
        digest=bytes.fromhex(image.sha256),
    )
