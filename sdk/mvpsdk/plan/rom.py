# SPDX-License-Identifier: Apache-2.0
"""Lays out a persona that is boot firmware: what QEMU's "virt" machine starts from its NOR flash.

Bank 0 holds the firmware, which is entered at its first byte, address 0; bank 1 is for what it
wants to remember. The device tree stands at the start of RAM, where such firmware looks for it
(QEMU docs/system/arm/virt.rst). Of each bank only a part is backed by memory: the rest is erased.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.facade import CONSTANTS
from mvpsdk.errors import PlanError
from mvpsdk.image.wrappers import WRAPPERS
from mvpsdk.plan.gic import check_image, persona_gic
from mvpsdk.plan.model import Partition, PlannedImage, Region
from mvpsdk.plan.parts import PRIORITY, devices, dtb_image, facts_of, ram_region, with_head_room
from mvpsdk.plan.tree import persona_tree
from mvpsdk.units import BLOCK, Ipa, Pa, Range, align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvpsdk.board.model import Board
    from mvpsdk.errors import Place
    from mvpsdk.handset.model import Handset, Persona
    from mvpsdk.image.model import ImageFacts

__all__ = ["flash_memory", "rom_partition"]

BANK, SECTOR = CONSTANTS["FLASH_SIZE"], CONSTANTS["FLASH_SECTOR"]
BANKS = (Ipa(0), Ipa(BANK))


def flash_memory(persona: Persona, facts: Mapping[str, ImageFacts]) -> int:
    """Return the memory that a persona's flash needs behind its RAM, in bytes; 0: it has none."""
    if persona.rom is None:
        return 0
    role = f"{persona.name}/rom"
    size = facts[role].size if role in facts else 0
    return align_up(persona.memory, BLOCK) - persona.memory + _bank_1(size) + persona.vars_size


def rom_partition(
    board: Board, handset: Handset, persona: Persona, facts: Mapping[str, ImageFacts], ram_pa: Pa
) -> Partition:
    """Lay out a persona whose RAM stands at ram_pa, and its flash behind it.

    Raises PlanError if an image is missing, is of a kind that can't be started, or doesn't fit; and
    if the board's GIC is not what the persona asks for.
    """
    key = f"persona[{handset.personas.index(persona)}]"
    gic = persona_gic(board, persona, handset.place(f"{key}.vgic"))
    ram = Range(Ipa(CONSTANTS["RAM_BASE"]), persona.memory)
    rom = _rom(handset, persona, facts)
    where = handset.place(handset.key(rom.role))
    check_image(facts[rom.role], f'persona "{persona.name}"', gic.version, where)
    data = persona_tree(
        ram=ram,
        cpu_count=len(persona.cpus),
        gic=gic,
        command_line=persona.command_line,
        ramdisk=None,
        rtc=persona.rtc,
        flash=tuple(Range(base, BANK) for base in BANKS),
    )
    tree = dtb_image(persona.name, data, ram.base, "the start of RAM, where boot firmware looks")
    banks = _banks(persona, rom, Pa(align_up(ram_pa + ram.size, BLOCK)))
    return Partition(
        name=persona.name,
        kind="persona",
        priority=PRIORITY,
        restart=persona.restart,
        vgic=gic.version,
        entry=rom.load,
        dtb=Ipa(0),
        cpus=persona.cpus,
        ram=ram,
        ram_pa=ram_pa,
        regions=(ram_region(ram, ram_pa), *banks, *devices(persona, gic)),
        interrupts=(),
        images=_images(persona, [rom, *_vars(handset, persona, facts)], tree, ram),
        abi=(0, 0),
        features=0,
    )


def _bank_1(rom_size: int) -> int:
    """Where the memory of bank 1 begins behind that of bank 0, in bytes."""
    return align_up(rom_size, BLOCK)


def _banks(persona: Persona, rom: PlannedImage, pa: Pa) -> list[Region]:
    parts = ((rom.memory, pa), (persona.vars_size, Pa(pa + _bank_1(rom.size))))
    return [
        Region(
            kind="flash",
            name=f"flash{number}",
            ipa=Range(BANKS[number], align_up(size, SECTOR)),
            pa=at,
            write=False,
            execute=True,
            intid=0,
        )
        for number, (size, at) in enumerate(parts)
    ]


def _images(
    persona: Persona, flash: list[PlannedImage], tree: PlannedImage, ram: Range[Ipa]
) -> tuple[PlannedImage, ...]:
    """Tell each how far it is to the end of its memory."""
    sizes = (align_up(flash[0].size, SECTOR), align_up(persona.vars_size, SECTOR))
    ends = zip(flash, sizes, strict=False)
    placed = [with_head_room([each], Range(each.load, size))[0] for each, size in ends]
    return (*placed, *with_head_room([tree], ram))


def _rom(handset: Handset, persona: Persona, facts: Mapping[str, ImageFacts]) -> PlannedImage:
    place = handset.place(handset.key(f"{persona.name}/rom"))
    found = facts_of(facts, f"{persona.name}/rom", place)
    if found.format in WRAPPERS or found.format == "elf":
        raise PlanError(
            f"{found.role}: {found.path} is no flat image ({found.format}), but flash is entered"
            " at its first byte",
            place=place,
            hint="name the binary that its build made for flash: u-boot.bin, QEMU_EFI.fd",
            rule="IMG003",
        )
    if found.architecture not in ("arm64", ""):
        raise PlanError(
            f"{found.role}: {found.path} is for {found.architecture}, the CPU is arm64",
            place=place,
            hint="build the firmware for arm64",
            rule="IMG002",
        )
    return _in_bank(found, BANKS[0], BANK, place, "the first bank of flash: it is entered at 0")


def _vars(
    handset: Handset, persona: Persona, facts: Mapping[str, ImageFacts]
) -> list[PlannedImage]:
    if persona.vars is None:
        return []
    place = handset.place(handset.key(f"{persona.name}/vars"))
    found = facts_of(facts, f"{persona.name}/vars", place)
    why = "the second bank of flash, which it may write"
    return [_in_bank(found, BANKS[1], persona.vars_size, place, why)]


def _in_bank(
    found: ImageFacts, load: Ipa, room: int, place: Place | None, why: str
) -> PlannedImage:
    if found.size > room:
        have = describe_size(room)
        of_all = room == BANK
        raise PlanError(
            f"{found.role}: {found.path} has {describe_size(found.size)} ({found.size:#x} bytes),"
            f" but {'a bank of flash' if of_all else 'vars-size'} is {have} ({room:#x} bytes)",
            place=place,
            hint="a bank has no more room: make the image smaller"
            if of_all
            else f'vars-size = "{describe_size(align_up(found.size, SECTOR))}", or a smaller file',
            rule="MEM005",
            parties=((found.role, f"{found.size:#x}"), ("flash", f"{room:#x}")),
        )
    return PlannedImage(
        name=found.role,
        kind="flash",
        role=found.role,
        file_offset=0,
        size=found.size,
        memory=found.size,
        load=load,
        offset=0,
        sha256=found.sha256,
        data=None,
        why=why,
        head_room=0,
    )
