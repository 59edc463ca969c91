# SPDX-License-Identifier: Apache-2.0
"""Everything that a disk says, for comparing: its partitions, boot control, and both slots.

Its GUIDs are left out: they follow from what is on it.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from mvpsdk.core.facade import SLOT_NAMES
from mvpsdk.store.digest import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mvpsdk.bundle.model import Boot, Contents, Slot
    from mvpsdk.bundle.taking import Digest
    from mvpsdk.core.facade import Slots

    Row = tuple[str, str, object]
    """Area, what of it, and its value."""
    Of = Callable[[Contents, Sequence[Digest]], Mapping[tuple[str, str], str]]

__all__ = ["rows"]


def rows(contents: Contents, boot: Boot, digests: Sequence[Digest], of: Of) -> Iterator[Row]:
    """Yield what is said of a disk. of: says it of the FIT in a slot.

    Partitions that are no slots are read as a whole. Raises InputError if the file can't be read.
    """
    held = {slot.partition for slot in boot.slots}
    spans = {part.name: part.span for part in contents.parts}
    for partition in boot.disk.partitions:
        where = f"[{partition.offset:#x}..{partition.offset + partition.size:#x})"
        yield "disk", f"partition {partition.name}", where
        if partition.name not in (*held, "misc"):
            yield "disk", f"{partition.name} SHA-256", digest_of(spans[partition.name].chunks())
    for damage in boot.disk.damage:
        yield "damage", "partition table", damage
    yield "disk", "starts", f"boot_{boot.active}" if boot.active else "nothing"
    yield from _control(boot.state)
    for slot in boot.slots:
        yield from _slot(slot, digests, of)


def _control(state: Slots | None) -> Iterator[Row]:
    if state is None:
        yield "disk", "boot control", "no copy is right"
        return
    yield "disk", "floor of rollback indexes", state.rollback_index
    for name, slot in zip(SLOT_NAMES, state.slots, strict=True):
        for each in fields(slot):
            what = each.name.replace("_", " ")
            yield "disk", f"boot_{name} {what}", getattr(slot, each.name)


def _slot(slot: Slot, digests: Sequence[Digest], of: Of) -> Iterator[Row]:
    if slot.contents is None:
        yield "disk", slot.partition, slot.fault or "empty"
        return
    prefix = f"{slot.partition}/"
    own = [
        replace(digest, name=digest.name.removeprefix(prefix))
        for digest in digests
        if digest.name.startswith(prefix)
    ]
    for (area, what), value in of(slot.contents, own).items():
        yield area, f"{slot.partition}: {what}", value
