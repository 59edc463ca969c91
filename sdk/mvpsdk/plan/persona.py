# SPDX-License-Identifier: Apache-2.0
"""Lays out a persona: the virtual handset's addresses, and its images in its RAM.

Kernel, ramdisk and device tree stand where the arm64 boot protocol wants them (Linux
Documentation/arch/arm64/booting.rst), which other operating systems' loaders follow too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.facade import CONSTANTS
from mvpsdk.errors import PlanError
from mvpsdk.image.wrappers import WRAPPERS
from mvpsdk.plan.gic import check_image, persona_gic
from mvpsdk.plan.model import Partition, PlannedImage
from mvpsdk.plan.parts import (
    PRIORITY,
    devices,
    dtb_image,
    facts_of,
    note_needs,
    ram_region,
    too_large,
    with_head_room,
)
from mvpsdk.plan.tree import persona_tree
from mvpsdk.units import BLOCK, PAGE, Ipa, Range, align_down, align_up

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvpsdk.board.model import Board
    from mvpsdk.errors import Place
    from mvpsdk.handset.model import Handset, Persona
    from mvpsdk.image.model import ImageFacts
    from mvpsdk.units import Pa

__all__ = ["persona_partition"]


def persona_partition(
    board: Board,
    handset: Handset,
    persona: Persona,
    facts: Mapping[str, ImageFacts],
    ram_pa: Pa,
) -> Partition:
    """Lay out a persona whose RAM stands at ram_pa.

    Raises PlanError if an image is missing, is of a kind that can't be started, or doesn't fit; and
    if the board's GIC is not what persona or image asks for.
    """
    key = f"persona[{handset.personas.index(persona)}]"
    place = handset.place(f"{key}.memory")
    gic = persona_gic(board, persona, handset.place(f"{key}.vgic"))
    ram = Range(Ipa(CONSTANTS["RAM_BASE"]), persona.memory)
    kernel = _kernel(handset, persona, facts, ram)
    owner, where = f'persona "{persona.name}"', handset.place(handset.key(kernel.role))
    check_image(facts[kernel.role], owner, gic.version, where, chooses=True)
    ramdisk = _ramdisk(persona, facts, kernel)
    data = persona_tree(
        ram=ram,
        cpu_count=len(persona.cpus),
        gic=gic,
        command_line=persona.command_line,
        ramdisk=Range(ramdisk.load, ramdisk.size) if ramdisk else None,
        rtc=persona.rtc,
        power=persona.power,
    )
    images = [image for image in (kernel, ramdisk) if image]
    dtb = _dtb(persona, ram, data, images, place)
    abi, features = note_needs(facts[kernel.role])
    return Partition(
        name=persona.name,
        kind="persona",
        priority=PRIORITY,
        restart=persona.restart,
        vgic=gic.version,
        entry=kernel.load,
        dtb=dtb.load,
        cpus=persona.cpus,
        ram=ram,
        ram_pa=ram_pa,
        regions=(ram_region(ram, ram_pa), *devices(persona, gic)),
        interrupts=(),
        images=with_head_room([*images, dtb], ram),
        abi=abi,
        features=features,
    )


def _kernel(
    handset: Handset, persona: Persona, facts: Mapping[str, ImageFacts], ram: Range[Ipa]
) -> PlannedImage:
    place = handset.place(handset.key(f"{persona.name}/kernel"))
    found = facts_of(facts, f"{persona.name}/kernel", place)
    _check_kernel(persona, found, place)
    offset = found.arm64.text_offset if found.arm64 else 0
    load = align_up(ram.base, BLOCK) + offset
    why = f"the first 2 MiB boundary of RAM, {offset:#x} above it as the header asks"
    return PlannedImage(
        name=found.role,
        kind="kernel",
        role=found.role,
        file_offset=0,
        size=found.size,
        memory=found.memory_size,
        load=Ipa(load),
        offset=0,
        sha256=found.sha256,
        data=None,
        why=why if offset else "the first 2 MiB boundary of RAM, as the arm64 boot protocol asks",
        head_room=0,
    )


def _check_kernel(persona: Persona, found: ImageFacts, place: Place | None) -> None:
    if found.format in WRAPPERS:
        raise PlanError(
            f"{found.role}: {found.path} is still wrapped ({found.format}); a CPU can't run it",
            place=place,
            hint=f"take the arm64 Image out: mvpsdk extract {found.path.name} -o images",
            rule="IMG003",
        )
    if found.architecture not in ("arm64", ""):
        raise PlanError(
            f"{found.role}: {found.path} is for {found.architecture}, the CPU is arm64",
            place=place,
            hint="build the kernel for arm64",
            rule="IMG002",
        )
    if found.format == "elf":
        raise PlanError(
            f"{found.role}: {found.path} is an ELF file; a kernel is started as a flat image",
            place=place,
            hint="convert it: objcopy -O binary KERNEL.elf KERNEL.bin",
            rule="IMG003",
        )
    if persona.format == "image" and found.arm64 is None:
        raise PlanError(
            f"{found.role}: {found.path} is no arm64 Image: it lacks the magic at byte 0x38"
            f" (it looks like: {found.format})",
            place=place,
            hint='if it is to be entered at its first byte, say so: format = "raw"',
            rule="IMG007",
        )


def _ramdisk(
    persona: Persona, facts: Mapping[str, ImageFacts], kernel: PlannedImage
) -> PlannedImage | None:
    if persona.ramdisk is None:
        return None
    found = facts_of(facts, f"{persona.name}/ramdisk", None)
    return PlannedImage(
        name=found.role,
        kind="ramdisk",
        role=found.role,
        file_offset=0,
        size=found.size,
        memory=found.size,
        load=Ipa(align_up(kernel.load + kernel.memory, BLOCK)),
        offset=0,
        sha256=found.sha256,
        data=None,
        why="the first 2 MiB boundary behind all that the kernel takes, BSS included",
        head_room=0,
    )


def _dtb(
    persona: Persona,
    ram: Range[Ipa],
    data: bytes,
    images: list[PlannedImage],
    place: Place | None,
) -> PlannedImage:
    """Place the device tree behind the images, or at the end of RAM."""
    used = images[-1].load + images[-1].memory
    behind = align_up(used, BLOCK)
    if behind + len(data) <= ram.end:
        why = "the first 2 MiB boundary behind the images: it shares no block with them"
        return dtb_image(persona.name, data, behind, why)
    last = align_down(ram.end - len(data), PAGE)
    if last < used:
        several = len(images) > 1
        what = "the kernel, the ramdisk and the device tree together" if several else "the kernel"
        need = used + align_up(len(data), PAGE) - ram.base
        raise too_large(f'persona "{persona.name}"', what, need, ram.size, place)
    return dtb_image(persona.name, data, last, "the end of RAM: no whole block is free")
