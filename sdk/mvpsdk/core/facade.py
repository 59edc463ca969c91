# SPDX-License-Identifier: Apache-2.0
"""The one door from Python to the C core.

Everything that the hypervisor decides is decided by its own C, called from here: nothing is decided
twice. Values go in and come out as frozen dataclasses and plain bytes.
"""

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
    PackImage,
    PackInterrupt,
    PackMemory,
    PackPartition,
    PackRegion,
    PackSmmu,
    PackVcpu,
    Verdict,
)
from mvpsdk.core._pack_bytes import checksum, pack_check, pack_find, pack_read, pack_write, sha256
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
    "REGION_EXECUTE",
    "REGION_WRITE",
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
    "PackImage",
    "PackInterrupt",
    "PackMemory",
    "PackPartition",
    "PackRegion",
    "PackSmmu",
    "PackVcpu",
    "PartitionKind",
    "Reason",
    "RegionKind",
    "Restart",
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
    "sha256",
    "stage2",
    "table_count",
]
