# SPDX-License-Identifier: Apache-2.0
"""Finds the `MVPABI` block that an image carries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.core import facade
from mvpsdk.image.model import AbiNote
from mvpsdk.image.searching import matches

if TYPE_CHECKING:
    import mmap

__all__ = ["find_note"]

_MAGIC = re.compile(re.escape(facade.NOTE_MAGIC))

ALIGN = 8
"""The block stands at a multiple of this, in the image as in memory."""


def find_note(data: mmap.mmap) -> tuple[AbiNote | None, list[str]]:
    """Return the first intact block, or none, and what is wrong with damaged ones before it."""
    faults: list[str] = []
    for match in matches(_MAGIC, data, len(facade.NOTE_MAGIC)):
        offset = match.start()
        note = facade.note_read(data[offset : offset + facade.NOTE_SIZE])
        if note and offset % ALIGN == 0:
            if note.intact:
                return _facts(note, offset), faults
            faults.append(f"the MVPABI block at {offset:#x} is damaged: its checksum is wrong")
    return None, faults


def _facts(note: facade.Note, offset: int) -> AbiNote:
    return AbiNote(
        offset=offset,
        role=note.role,
        psci_conduits=note.psci_conduits,
        abi_major=note.abi_major,
        abi_minor=note.abi_minor,
        features=note.features,
        calls=note.calls,
        vgic_versions=note.vgic_versions,
        page_sizes=note.page_sizes,
        linked_ipa=note.linked_ipa,
        layouts=note.layouts.hex(),
    )
