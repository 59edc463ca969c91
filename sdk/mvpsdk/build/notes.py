# SPDX-License-Identifier: Apache-2.0
"""The headers by which the build tells C what stands in an image's ABI note."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mvpsdk.abi import offered, own_digest
from mvpsdk.core.facade import note_write

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["guest_note", "hypervisor_note"]


def hypervisor_note(gic: int, features: Collection[str]) -> str:
    """Return note_value.h of a hypervisor: its note, whole, as 64-bit words."""
    note = offered(gic, features)
    words = struct.unpack("<12Q", note_write(note))
    return (
        f"#define NOTE_WORDS {', '.join(f'{word:#x}' for word in words)}\n"
        f"#define NOTE_FEATURES {note.features:#x}\n"
    )


def guest_note() -> str:
    """Return note_value.h of a guest: the digest of the layouts that it is compiled with."""
    layouts = own_digest()
    total = sum(struct.unpack("<8I", layouts))
    return (
        f"#define NOTE_LAYOUTS {', '.join(f'{byte:#04x}' for byte in layouts)}\n"
        f"#define NOTE_LAYOUTS_SUM {total:#x}UL\n"
    )
