# SPDX-License-Identifier: Apache-2.0
"""Personas that are updated apart: where their parts lie in memory, and what such a part says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.core.facade import CONSTANTS, Part, part_guest, part_write
from mvpsdk.errors import Fault, InputError, PlanError
from mvpsdk.plan.model import PlannedPart
from mvpsdk.plan.pack import metadata, pack_image, part_size
from mvpsdk.units import MIB, align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk.handset.model import Handset, Persona
    from mvpsdk.plan.model import Partition, Plan
    from mvpsdk.units import Pa, Range

__all__ = ["boot_properties", "delegated", "part_header"]

_BITS = 8


def delegated(
    handset: Handset, partitions: tuple[Partition, ...], place: Callable[[str, int], Range[Pa]]
) -> tuple[Partition, ...]:
    """Give each persona that has an update key a home for its part.

    Raises PlanError: its images of today don't fit the room that they shall have.
    """
    keyed = {persona.name: persona for persona in handset.personas if persona.update_key}
    found, faults = [], []
    for partition in partitions:
        persona = keyed.get(partition.name)
        if persona is None:
            found.append(partition)
            continue
        size = part_size(partition)
        if size > persona.update_room:
            faults.append(_too_large(handset, persona, size))
            continue
        assert persona.update_key  # noqa: S101 - it has one
        planned = PlannedPart(
            home=place(partition.name, persona.update_room),
            key=persona.update_key,
            index=persona.update_index,
            least=persona.update_least,
            size=size,
        )
        found.append(replace(partition, part=planned))
    if faults:
        raise PlanError.of(faults)
    return tuple(found)


def _too_large(handset: Handset, persona: Persona, size: int) -> Fault:
    key = f"persona[{handset.personas.index(persona)}].update-room"
    have, need = describe_size(persona.update_room), describe_size(size)
    return Fault(
        message=f'the part of persona "{persona.name}" has {need} ({size:#x} bytes), but'
        f" update-room is {have} ({persona.update_room:#x} bytes)",
        place=handset.place(key),
        hint=f"raise it to {describe_size(align_up(size, MIB))} or more; later parts must fit",
        rule="MEM005",
        parties=((f"part of {persona.name}", f"{size:#x}"), ("update-room", f"{have}")),
    )


def boot_properties(plan: Plan) -> dict[str, bytes]:
    """Return what a bundle's configuration tells the boot script of personas' parts.

    `mvp,parts` has their names, separated by blanks; for each NAME `mvp,home-NAME` is where it
    goes, and `mvp,room-NAME` the bytes that there are: strings, in hexadecimal.
    """
    found = {each.name: each.part.home for each in plan.partitions if each.part}
    words = {"mvp,parts": " ".join(found)} if found else {}
    for name, home in found.items():
        words |= {f"mvp,home-{name}": f"{home.base:#x}", f"mvp,room-{name}": f"{home.size:#x}"}
    return {key: word.encode() + b"\0" for key, word in words.items()}


def part_header(plan: Plan, name: str) -> bytes:
    """Return the header of a persona's part, as it is to be signed.

    Raises InputError: there is no such persona, or it is no part of its own.
    """
    names = [each.name for each in plan.partitions]
    partition = plan.partition(name) if name in names else None
    if partition is None or partition.part is None:
        there = ", ".join(each.name for each in plan.partitions if each.part) or "none"
        raise InputError(
            f'persona "{name}" is not updated apart from the bundle'
            if partition
            else f'there is no persona "{name}"',
            place=plan.handset.place("persona"),
            hint=f"give it update-key and update-room in the handset file; there is: {there}",
        )
    index = names.index(name)
    return part_write(
        Part(
            guest=part_guest(metadata(plan), index),
            images=tuple(pack_image(image, 0) for image in partition.images),
            entry=partition.entry,
            dtb=partition.dtb,
            features=partition.features | CONSTANTS[f"FEATURE_VGIC{partition.vgic}"],
            rollback_index=partition.part.index,
            signature_size=partition.part.key.modulus.bit_length() // _BITS,
        )
    )
