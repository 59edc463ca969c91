# SPDX-License-Identifier: Apache-2.0
"""The ABI note (struct mvp_abi_note of include/mvp/abi.h), found in an image's bytes."""

from __future__ import annotations

from dataclasses import dataclass

from mvpsdk.core._library import ffi, lib

__all__ = ["NOTE_MAGIC", "NOTE_SIZE", "Note", "note_read", "note_write"]

NOTE_MAGIC: bytes = lib.MVP_NOTE_MAGIC.to_bytes(8, "little")
"""The eight bytes by which it is found."""
NOTE_SIZE: int = ffi.sizeof("struct mvp_abi_note")


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A note's fields. The struct's comments say what each means."""

    role: int
    psci_conduits: int
    abi_major: int
    abi_minor: int
    features: int
    calls: int
    vgic_versions: int
    page_sizes: int
    linked_ipa: int
    layouts: bytes
    intact: bool  # its checksum is right


def note_read(data: bytes) -> Note | None:
    """Read the note that begins at data; None if these bytes only look like one."""
    if len(data) < NOTE_SIZE or not data.startswith(NOTE_MAGIC):
        return None
    note = ffi.new("struct mvp_abi_note *")
    ffi.memmove(note, data, NOTE_SIZE)
    if note.size != NOTE_SIZE or note.role not in (
        lib.MVP_NOTE_ROLE_GUEST,
        lib.MVP_NOTE_ROLE_HYPERVISOR,
    ):
        return None
    found = note.checksum
    note.checksum = 0
    return Note(
        role=note.role,
        psci_conduits=note.psci_conduits,
        abi_major=note.abi_major,
        abi_minor=note.abi_minor,
        features=note.features,
        calls=note.calls,
        vgic_versions=note.vgic_versions,
        page_sizes=note.page_sizes,
        linked_ipa=note.linked_ipa,
        layouts=bytes(note.layouts),
        intact=found == lib.mvp_checksum(note, NOTE_SIZE) & 0xFFFFFFFF,
    )


def note_write(note: Note) -> bytes:
    """Return a note's bytes, with its checksum."""
    found = ffi.new("struct mvp_abi_note *")
    found.magic, found.size = lib.MVP_NOTE_MAGIC, NOTE_SIZE
    for name in ("role", "psci_conduits", "abi_major", "abi_minor", "features", "calls"):
        setattr(found, name, getattr(note, name))
    for name in ("vgic_versions", "page_sizes", "linked_ipa"):
        setattr(found, name, getattr(note, name))
    ffi.memmove(found.layouts, note.layouts, len(found.layouts))
    found.checksum = lib.mvp_checksum(found, NOTE_SIZE) & 0xFFFFFFFF
    return bytes(ffi.buffer(found))
