# SPDX-License-Identifier: Apache-2.0
"""The one door from Python to the C core.

Everything that the hypervisor decides is decided by its own C, called from here: nothing is decided
twice. Values go in and come out as frozen dataclasses and plain bytes. Each name is imported from
its file on first use (PEP 562): who signs a bundle does not wait for what describes a pack.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mvpsdk.core._constants import (
        CONSTANTS,
        INTERRUPT_EDGE,
        META_MAX,
        PACK_ALIGN,
        PACK_MAGIC,
        REGION_EXECUTE,
        REGION_WRITE,
        WINDOW_SIZE,
    )
    from mvpsdk.core._enums import (
        BringUp,
        EntryProtocol,
        ImageKind,
        MemoryKind,
        PartitionKind,
        Reason,
        RegionKind,
        Restart,
        Table,
    )
    from mvpsdk.core._fdt import FdtNode, fdt_read, fdt_reservations
    from mvpsdk.core._guest import arch_feature, guest_id_register
    from mvpsdk.core._layouts import ABI_HEADER, abi_enums, abi_names, abi_structs
    from mvpsdk.core._library import FINGERPRINT
    from mvpsdk.core._note import NOTE_MAGIC, NOTE_SIZE, Note, note_read, note_write
    from mvpsdk.core._pack import (
        Pack,
        PackBoard,
        PackDelegate,
        PackImage,
        PackInterrupt,
        PackMemory,
        PackPartition,
        PackRegion,
        PackSmmu,
        PackVcpu,
        Verdict,
    )
    from mvpsdk.core._pack_bytes import (
        checksum,
        pack_check,
        pack_find,
        pack_read,
        pack_write,
        sha256,
    )
    from mvpsdk.core._part import (
        PART_HEAD,
        PART_MAGIC,
        PART_SIGNED,
        Part,
        PartGuest,
        PartSignature,
        part_check,
        part_guest,
        part_read,
        part_signature,
        part_write,
    )
    from mvpsdk.core._slots import (
        SLOT_NAMES,
        SLOT_TRIES_MAX,
        SLOTS_ROOM,
        Slot,
        Slots,
        SlotsBlock,
        slots_choose,
        slots_flash,
        slots_new,
        slots_read,
        slots_refuse,
        slots_start,
        slots_succeed,
        slots_write,
    )
    from mvpsdk.core._slots_layout import SLOTS_LAYOUT, SlotsLayout
    from mvpsdk.core._stage2 import Mapping, gic2_second_page, stage2, table_count

__all__ = [
    "ABI_HEADER",
    "CONSTANTS",
    "FINGERPRINT",
    "INTERRUPT_EDGE",
    "META_MAX",
    "NOTE_MAGIC",
    "NOTE_SIZE",
    "PACK_ALIGN",
    "PACK_MAGIC",
    "PART_HEAD",
    "PART_MAGIC",
    "PART_SIGNED",
    "REGION_EXECUTE",
    "REGION_WRITE",
    "SLOTS_LAYOUT",
    "SLOTS_ROOM",
    "SLOT_NAMES",
    "SLOT_TRIES_MAX",
    "WINDOW_SIZE",
    "BringUp",
    "EntryProtocol",
    "FdtNode",
    "ImageKind",
    "Mapping",
    "MemoryKind",
    "Note",
    "Pack",
    "PackBoard",
    "PackDelegate",
    "PackImage",
    "PackInterrupt",
    "PackMemory",
    "PackPartition",
    "PackRegion",
    "PackSmmu",
    "PackVcpu",
    "Part",
    "PartGuest",
    "PartSignature",
    "PartitionKind",
    "Reason",
    "RegionKind",
    "Restart",
    "Slot",
    "Slots",
    "SlotsBlock",
    "SlotsLayout",
    "Table",
    "Verdict",
    "abi_enums",
    "abi_names",
    "abi_structs",
    "arch_feature",
    "checksum",
    "fdt_read",
    "fdt_reservations",
    "gic2_second_page",
    "guest_id_register",
    "note_read",
    "note_write",
    "pack_check",
    "pack_find",
    "pack_read",
    "pack_write",
    "part_check",
    "part_guest",
    "part_read",
    "part_signature",
    "part_write",
    "sha256",
    "slots_choose",
    "slots_flash",
    "slots_new",
    "slots_read",
    "slots_refuse",
    "slots_start",
    "slots_succeed",
    "slots_write",
    "stage2",
    "table_count",
]

_FILES = {
    **dict.fromkeys(
        (
            "CONSTANTS",
            "INTERRUPT_EDGE",
            "META_MAX",
            "PACK_ALIGN",
            "PACK_MAGIC",
            "REGION_EXECUTE",
            "REGION_WRITE",
            "WINDOW_SIZE",
        ),
        "_constants",
    ),
    **dict.fromkeys(
        (
            "BringUp",
            "EntryProtocol",
            "ImageKind",
            "MemoryKind",
            "PartitionKind",
            "Reason",
            "RegionKind",
            "Restart",
            "Table",
        ),
        "_enums",
    ),
    **dict.fromkeys(("FdtNode", "fdt_read", "fdt_reservations"), "_fdt"),
    **dict.fromkeys(("arch_feature", "guest_id_register"), "_guest"),
    **dict.fromkeys(("ABI_HEADER", "abi_enums", "abi_names", "abi_structs"), "_layouts"),
    **dict.fromkeys(("FINGERPRINT",), "_library"),
    **dict.fromkeys(("NOTE_MAGIC", "NOTE_SIZE", "Note", "note_read", "note_write"), "_note"),
    **dict.fromkeys(
        (
            "Pack",
            "PackBoard",
            "PackDelegate",
            "PackImage",
            "PackInterrupt",
            "PackMemory",
            "PackPartition",
            "PackRegion",
            "PackSmmu",
            "PackVcpu",
            "Verdict",
        ),
        "_pack",
    ),
    **dict.fromkeys(
        ("checksum", "pack_check", "pack_find", "pack_read", "pack_write", "sha256"), "_pack_bytes"
    ),
    **dict.fromkeys(
        (
            "PART_HEAD",
            "PART_MAGIC",
            "PART_SIGNED",
            "Part",
            "PartGuest",
            "PartSignature",
            "part_check",
            "part_guest",
            "part_read",
            "part_signature",
            "part_write",
        ),
        "_part",
    ),
    **dict.fromkeys(
        (
            "SLOT_NAMES",
            "SLOT_TRIES_MAX",
            "SLOTS_ROOM",
            "Slot",
            "Slots",
            "SlotsBlock",
            "slots_choose",
            "slots_flash",
            "slots_new",
            "slots_read",
            "slots_refuse",
            "slots_start",
            "slots_succeed",
            "slots_write",
        ),
        "_slots",
    ),
    **dict.fromkeys(("SLOTS_LAYOUT", "SlotsLayout"), "_slots_layout"),
    **dict.fromkeys(("Mapping", "gic2_second_page", "stage2", "table_count"), "_stage2"),
}


def __getattr__(name: str) -> Any:
    """Import what is named from its file."""
    if name not in _FILES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"mvpsdk.core.{_FILES[name]}"), name)
