# SPDX-License-Identifier: Apache-2.0
"""A disk's table, slots and boot control, for people and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.bundle import Boot
    from mvpsdk.bundle import Slot as Held
    from mvpsdk.core.facade import Slot

__all__ = ["document", "problems", "text"]


def problems(boot: Boot) -> Iterator[str]:
    """What is not as it should be."""
    yield from boot.disk.damage
    if boot.state is None:
        yield "no copy of boot control in misc is right: a boot script starts nothing"
    elif not boot.active:
        yield "boot control lets no slot start: none has priority, or none has tries left"
    for slot in boot.slots:
        if slot.fault:
            yield f"{slot.partition} can't be read: {slot.fault}"
        elif slot.empty and slot.name == boot.active:
            yield f"boot control starts {slot.partition}, which is empty"


def text(boot: Boot) -> Iterator[str]:
    """Where what lies, and which slot starts."""
    from mvpsdk.core.facade import SLOT_NAMES
    from mvpsdk.units import describe_size

    if boot.sparse:
        yield "  stored as    Android sparse image"
    yield f"  disk         {boot.disk.guid}"
    places = [
        (each.name, f"[{each.offset:#x}..{each.offset + each.size:#x})", describe_size(each.size))
        for each in boot.disk.partitions
    ]
    yield from render.table([[f"    {name}", *more] for name, *more in places]) if places else ()
    yield f"  starts       {f'boot_{boot.active}' if boot.active else 'nothing'}"
    if boot.state:
        yield f"  floor        rollback index {boot.state.rollback_index}"
        states = dict(zip(SLOT_NAMES, boot.state.slots, strict=True))
        for slot in boot.slots:
            yield f"  {slot.partition}       {_slot(slot, states[slot.name])}"


def _slot(held: Held, state: Slot) -> str:
    if held.empty:
        return "empty"
    if not state.priority:
        return "does not start (priority 0)"
    well = "successful" if state.successful else f"{state.tries} tries left"
    return f"priority {state.priority}, {well}, rollback index {state.rollback_index}"


def document(boot: Boot | None) -> dict[str, Any] | None:
    """The same as JSON, places in bytes."""
    if not boot:
        return None
    return {
        "guid": str(boot.disk.guid),
        "size": boot.disk.size,
        "sparse": boot.sparse,
        "active": f"boot_{boot.active}" if boot.active else None,
        "floor": boot.state.rollback_index if boot.state else None,
        "slots": [_slot_document(boot, slot) for slot in boot.slots],
        "partitions": [
            {
                "name": each.name,
                "type": str(each.type),
                "guid": str(each.guid),
                "offset": each.offset,
                "size": each.size,
            }
            for each in boot.disk.partitions
        ],
    }


def _slot_document(boot: Boot, slot: Held) -> dict[str, Any]:
    from mvpsdk.core.facade import SLOT_NAMES

    state = boot.state.slots[SLOT_NAMES.index(slot.name)] if boot.state else None
    manifest = slot.contents.manifest if slot.contents else None
    return {
        "name": slot.partition,
        "size": slot.size,
        "empty": slot.empty,
        "version": manifest.version if manifest else None,
        "priority": state.priority if state else None,
        "tries": state.tries if state else None,
        "successful": state.successful if state else None,
        "rollback_index": state.rollback_index if state else None,
        "fault": slot.fault or None,
    }
