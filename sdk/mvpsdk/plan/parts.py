# SPDX-License-Identifier: Apache-2.0
"""What the layouts of all partitions are made of."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from mvpsdk.core.facade import CONSTANTS
from mvpsdk.errors import PlanError
from mvpsdk.plan.model import PlannedImage, Region
from mvpsdk.units import BLOCK, Ipa, Range, align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mvpsdk.errors import Place
    from mvpsdk.handset.model import Persona
    from mvpsdk.image.model import ImageFacts
    from mvpsdk.plan.gic import VirtualGic
    from mvpsdk.units import Pa

__all__ = [
    "PRIORITY",
    "devices",
    "dtb_image",
    "emulated",
    "facts_of",
    "note_needs",
    "ram_region",
    "too_large",
    "with_head_room",
]


PRIORITY = 100
"""Of every persona: below any realtime partition (0..99)."""


def facts_of(facts: Mapping[str, ImageFacts], role: str, place: Place | None) -> ImageFacts:
    """Return what is known about an image. Raises PlanError if nothing is."""
    if role not in facts:
        raise PlanError(
            f"{role}: the image is not there to be looked at",
            place=place,
            hint="fetch it (mvpsdk fetch) or build it (mvpsdk build) first",
        )
    return facts[role]


def ram_region(ram: Range[Ipa], pa: Pa) -> Region:
    """Make the region of a partition's RAM: what it does inside is its own business."""
    return Region(kind="ram", name="ram", ipa=ram, pa=pa, write=True, execute=True, intid=0)


def emulated(
    kind: Literal["gicd", "gicr", "pl011", "pl031", "gicd2", "gicc", "pl061"],
    base: int,
    size: int,
    intid: int = 0,
) -> Region:
    """Make the region of a device that the hypervisor serves."""
    window = Range(Ipa(base), size)
    return Region(
        kind=kind, name=kind, ipa=window, pa=None, write=False, execute=False, intid=intid
    )


def devices(persona: Persona, gic: VirtualGic) -> tuple[Region, ...]:
    """Make the regions of a persona's devices."""
    of = CONSTANTS
    rtc = emulated("pl031", of["RTC_BASE"], of["RTC_SIZE"], of["RTC_INTID"])
    gpio = emulated("pl061", of["GPIO_BASE"], of["GPIO_SIZE"], of["GPIO_INTID"])
    return (
        *gic.regions,
        emulated("pl011", of["UART_BASE"], of["UART_SIZE"], of["UART_INTID"]),
        *([rtc] if persona.rtc else []),
        *([gpio] if persona.power else []),
    )


def dtb_image(partition: str, data: bytes, load: int, why: str) -> PlannedImage:
    """Make the image of a device tree that the planner wrote."""
    return PlannedImage(
        name=f"{partition}/dtb",
        kind="dtb",
        role="",
        file_offset=0,
        size=len(data),
        memory=len(data),
        load=Ipa(load),
        offset=0,
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
        why=why,
        head_room=0,
    )


def with_head_room(images: Sequence[PlannedImage], ram: Range[Ipa]) -> tuple[PlannedImage, ...]:
    """Tell each image how far it is to the next one, or to the end of RAM."""
    stops = sorted([*(image.load for image in images), ram.end])
    return tuple(
        replace(
            image,
            head_room=next(stop for stop in stops if stop > image.load) - image.load - image.memory,
        )
        for image in images
    )


def note_needs(facts: ImageFacts) -> tuple[tuple[int, int], int]:
    """Return the ABI version and the features that an image's note needs."""
    note = facts.note
    if note is None or note.role != CONSTANTS["NOTE_ROLE_GUEST"]:
        return (0, 0), 0
    return (note.abi_major, note.abi_minor), note.features


def too_large(owner: str, what: str, need: int, have: int, place: Place | None) -> PlanError:
    """Say that images don't fit a partition's RAM."""
    return PlanError(
        f"{owner}: {what} needs {describe_size(need)} ({need:#x} bytes) of RAM,"
        f" but memory is {describe_size(have)} ({have:#x} bytes)",
        place=place,
        hint=f"raise memory to {describe_size(align_up(need, BLOCK))}, or make the images smaller",
        rule="MEM005",
        parties=((what, f"{need:#x}"), (f"memory of {owner}", f"{have:#x}")),
    )
