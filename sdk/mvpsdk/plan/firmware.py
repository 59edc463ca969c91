# SPDX-License-Identifier: Apache-2.0
"""Lays out the realtime partition: RAM at IPA = PA, the board's own devices at their addresses.

Guest addresses end at 512 GiB. RAM beyond that is seen lower, by firmware that has no DMA.

Its firmware is one static position-independent ELF that is linked at 0 and relocates itself, so
that one file serves every board.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.errors import PlanError
from mvpsdk.image.wrappers import WRAPPERS
from mvpsdk.plan.gic import check_image, realtime_gic
from mvpsdk.plan.model import Interrupt, Partition, PlannedImage, Region
from mvpsdk.plan.parts import (
    dtb_image,
    facts_of,
    note_needs,
    ram_region,
    too_large,
    with_head_room,
)
from mvpsdk.plan.tree import DeviceNode, realtime_tree
from mvpsdk.units import GIB, KIB, PAGE, Ipa, Pa, Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvpsdk.board.model import Board, Device
    from mvpsdk.errors import Place
    from mvpsdk.handset.model import Handset, Realtime
    from mvpsdk.image.model import Elf, ImageFacts
    from mvpsdk.plan.gic import VirtualGic

__all__ = ["NAME", "realtime_partition"]

NAME = "realtime"
"""The partition's name."""

IPA_END = 512 * GIB
"""Of guest addresses: JUDGE_END of core/src/judge.h."""

FAR_BASE = 256 * GIB
"""RAM beyond IPA_END is seen in the GiB from here on, above the devices that there are."""

DTB_ROOM = 64 * KIB
"""At the end of RAM, for the device tree."""


def realtime_partition(
    board: Board, handset: Handset, facts: Mapping[str, ImageFacts], ram_pa: Pa
) -> Partition:
    """Lay out the realtime partition, whose RAM stands at ram_pa.

    Raises PlanError if the firmware can't be started there, doesn't fit, or wants a device that the
    board lacks.
    """
    realtime = handset.realtime
    assert realtime is not None  # noqa: S101 - the caller looked
    devices = _devices(board, handset, realtime)
    ram = Range(_seen_at(Range(ram_pa, realtime.memory), devices, handset), realtime.memory)
    gic = realtime_gic(board)
    found = facts_of(facts, NAME, handset.place("realtime.image"))
    place = handset.place("realtime.image") or handset.place("realtime.source")
    elf = _checked(found, place)
    check_image(found, NAME, gic.version, place)
    dtb = _dtb(ram, gic, devices)
    segments = _segments(elf, ram, dtb.load, handset.place("realtime.memory"))
    abi, features = note_needs(found)
    return Partition(
        name=NAME,
        kind="realtime",
        priority=realtime.priority,
        restart="never",
        vgic=gic.version,
        entry=Ipa(ram.base + elf.entry),
        dtb=dtb.load,
        cpus=(realtime.cpu,),
        ram=ram,
        ram_pa=ram_pa,
        regions=_regions(ram, ram_pa, gic, devices),
        interrupts=tuple(_interrupts(devices)),
        images=with_head_room([*segments, dtb], ram),
        abi=abi,
        features=features,
    )


def _devices(board: Board, handset: Handset, realtime: Realtime) -> list[Device]:
    found = []
    for number, name in enumerate(realtime.devices):
        device = board.device(name)
        if device is None:
            there = ", ".join(device.name for device in board.devices) or "none"
            raise PlanError(
                f'realtime.devices names "{name}", but board "{board.name}" has: {there}',
                place=handset.place(f"realtime.devices[{number}]"),
                hint=f"correct the name, or add a [[device]] to {board.path or 'the board'}",
            )
        found.append(device)
    return found


def _interrupts(devices: list[Device]) -> list[Interrupt]:
    return [
        Interrupt(name=device.name, physical=device.irq, intid=device.irq, edge=device.edge)
        for device in devices
        if device.irq is not None
    ]


def _seen_at(ram: Range[Pa], devices: list[Device], handset: Handset) -> Ipa:
    """Return the address at which the firmware finds its RAM: the physical one where tables reach.

    Raises PlanError for a device with DMA where they don't: it would be told guest addresses.
    """
    if ram.end <= IPA_END:
        return Ipa(ram.base)
    for number, device in enumerate(devices):
        if device.dma:
            raise PlanError(
                f'RAM lies beyond 512 GiB, where the firmware can\'t have "{device.name}": its DMA'
                " needs RAM at physical addresses",
                place=handset.place(f"realtime.devices[{number}]"),
                hint="leave the device out; guest addresses end at 512 GiB in this version",
            )
    return Ipa(FAR_BASE + ram.base % GIB)


def _regions(
    ram: Range[Ipa], ram_pa: Pa, gic: VirtualGic, devices: list[Device]
) -> tuple[Region, ...]:
    return (
        ram_region(ram, ram_pa),
        *gic.regions,
        *map(_window, _shared_pages(devices)),
    )


def _shared_pages(devices: list[Device]) -> list[tuple[str, Range[Pa]]]:
    """Return the pages of all devices, by name; devices that share a page have one entry."""
    found: list[tuple[str, Range[Pa]]] = []
    for device in sorted(devices, key=lambda device: device.range):
        name, pages = device.name, device.pages
        if found and found[-1][1].overlaps(pages):
            names, before = found.pop()
            name = f"{names}+{name}"
            pages = Range(before.base, max(before.end, pages.end) - before.base)
        found.append((name, pages))
    return found


def _window(entry: tuple[str, Range[Pa]]) -> Region:
    """Make the region of devices' pages, at the addresses that the board has them at."""
    name, pages = entry
    return Region(
        kind="device",
        name=name,
        ipa=Range(Ipa(pages.base), pages.size),
        pa=pages.base,
        write=True,
        execute=False,
        intid=0,
    )


def _dtb(ram: Range[Ipa], gic: VirtualGic, devices: list[Device]) -> PlannedImage:
    nodes = [
        DeviceNode(
            name=device.name,
            range=Range(Ipa(device.range.base), device.range.size),
            intid=device.irq,
            edge=device.edge,
        )
        for device in devices
    ]
    data = realtime_tree(ram=ram, cpu_count=1, gic=gic, devices=nodes)
    why = "the last 64 KiB of RAM, so that heap and stack may have all the rest"
    return dtb_image(NAME, data, ram.end - DTB_ROOM, why)


def _checked(found: ImageFacts, place: Place | None) -> Elf:
    """Make sure that the firmware is what can be started anywhere. Raises PlanError."""
    how = "link it with -static-pie -Wl,-Ttext-segment=0 against the SDK's runtime"
    elf = found.elf
    if elf is None:
        rule = "IMG003" if found.format in WRAPPERS else "IMG001"
        what = "; ".join(found.faults) or f"it looks like: {found.format}"
        message, hint = f"no ELF file ({what})", "name the ELF file that the linker wrote"
    elif (elf.machine, elf.bits, elf.big_endian) != ("AARCH64", 64, False):
        rule = "IMG002"
        message, hint = f"for {elf.machine}, {elf.bits} bits", "build it for little-endian AArch64"
    elif elf.type != "DYN" or _base(elf) >= PAGE:
        rule, hint = "IMG006", how
        message = f"linked at {_base(elf):#x} (type {elf.type}), but it must run at any address"
    elif elf.interpreter or elf.needed or elf.foreign_relocations:
        asks = [elf.interpreter, *elf.needed, f"{elf.foreign_relocations} symbols"]
        rule, hint = "IMG006", how
        message = f"not self-contained: it asks for {', '.join(filter(None, asks))}"
    else:
        return elf
    raise PlanError(f"realtime: {found.path} is {message}", place=place, hint=hint, rule=rule)


def _base(elf: Elf) -> int:
    """Return the lowest address that the file is linked at."""
    return min((segment.virtual for segment in elf.segments), default=0)


def _segments(elf: Elf, ram: Range[Ipa], limit: Ipa, place: Place | None) -> list[PlannedImage]:
    loaded = [segment for segment in elf.segments if segment.memory_size]
    end = max((segment.virtual + segment.memory_size for segment in loaded), default=0)
    if ram.base + end > limit:
        raise too_large("realtime", "the firmware", end + DTB_ROOM, ram.size, place)
    return [
        PlannedImage(
            name=f"{NAME}/segment{number}",
            kind="segment",
            role=NAME,
            file_offset=segment.offset,
            size=segment.file_size,
            memory=segment.memory_size,
            load=Ipa(ram.base + segment.virtual),
            offset=0,
            sha256=segment.sha256,
            data=None,
            why=f"RAM's base + {segment.virtual:#x}, as it is linked",
            head_room=0,
        )
        for number, segment in enumerate(loaded)
    ]
