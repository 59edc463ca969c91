# SPDX-License-Identifier: Apache-2.0
"""The C core's enumerations; the values are C's own."""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache

from mvpsdk.core import fingerprint as sources
from mvpsdk.core._library import lib

__all__ = [
    "BringUp",
    "EntryProtocol",
    "ImageKind",
    "MemoryKind",
    "PartitionKind",
    "Reason",
    "RegionKind",
    "Restart",
    "Table",
]


class Reason(IntEnum):
    """Why a pack is refused, or a boot or a partition stops (enum mvp_reason)."""

    OK = lib.MVP_OK
    ENTRY_NOT_EL2 = lib.MVP_ENTRY_NOT_EL2
    ENTRY_NO_FDT = lib.MVP_ENTRY_NO_FDT
    ENTRY_NO_INITRD = lib.MVP_ENTRY_NO_INITRD
    ENTRY_HOME_CLASH = lib.MVP_ENTRY_HOME_CLASH
    ENTRY_FDT_BAD = lib.MVP_ENTRY_FDT_BAD
    PACK_NOT_FOUND = lib.MVP_PACK_NOT_FOUND
    PACK_TRUNCATED = lib.MVP_PACK_TRUNCATED
    PACK_FORMAT = lib.MVP_PACK_FORMAT
    PACK_CHECKSUM = lib.MVP_PACK_CHECKSUM
    PACK_FINGERPRINT = lib.MVP_PACK_FINGERPRINT
    PACK_TABLE = lib.MVP_PACK_TABLE
    PACK_ABI = lib.MVP_PACK_ABI
    PACK_FEATURE = lib.MVP_PACK_FEATURE
    CONFIG_BOARD = lib.MVP_CONFIG_BOARD
    CONFIG_PARTITION = lib.MVP_CONFIG_PARTITION
    CONFIG_VCPU = lib.MVP_CONFIG_VCPU
    CONFIG_REGION = lib.MVP_CONFIG_REGION
    CONFIG_INTERRUPT = lib.MVP_CONFIG_INTERRUPT
    CONFIG_CHANNEL = lib.MVP_CONFIG_CHANNEL
    CONFIG_IMAGE = lib.MVP_CONFIG_IMAGE
    CONFIG_ENTRY = lib.MVP_CONFIG_ENTRY
    CONFIG_SMMU = lib.MVP_CONFIG_SMMU
    CONFIG_DELEGATE = lib.MVP_CONFIG_DELEGATE
    MEM_HYPERVISOR = lib.MVP_MEM_HYPERVISOR
    MEM_OVERLAP = lib.MVP_MEM_OVERLAP
    MEM_OUTSIDE_RAM = lib.MVP_MEM_OUTSIDE_RAM
    MEM_ALIGN = lib.MVP_MEM_ALIGN
    MEM_RESERVED = lib.MVP_MEM_RESERVED
    MEM_IPA_OVERLAP = lib.MVP_MEM_IPA_OVERLAP
    MEM_IPA_RANGE = lib.MVP_MEM_IPA_RANGE
    MEM_IMAGE = lib.MVP_MEM_IMAGE
    MEM_DEVICE = lib.MVP_MEM_DEVICE
    MEM_TABLES = lib.MVP_MEM_TABLES
    MEM_WRAP = lib.MVP_MEM_WRAP
    RUN_IMAGE_DIGEST = lib.MVP_RUN_IMAGE_DIGEST
    RUN_NO_GIC = lib.MVP_RUN_NO_GIC
    RUN_STAGE2_FAULT = lib.MVP_RUN_STAGE2_FAULT
    RUN_NO_SYNDROME = lib.MVP_RUN_NO_SYNDROME
    RUN_TRAP = lib.MVP_RUN_TRAP
    RUN_PANIC = lib.MVP_RUN_PANIC
    RUN_SERROR = lib.MVP_RUN_SERROR
    RUN_WINDOW = lib.MVP_RUN_WINDOW
    RUN_CONSOLE = lib.MVP_RUN_CONSOLE
    RUN_STACK = lib.MVP_RUN_STACK
    RUN_CPU = lib.MVP_RUN_CPU
    RUN_SMMU = lib.MVP_RUN_SMMU
    RUN_DMA = lib.MVP_RUN_DMA
    PART_NOT_FOUND = lib.MVP_PART_NOT_FOUND
    PART_FORMAT = lib.MVP_PART_FORMAT
    PART_SIZE = lib.MVP_PART_SIZE
    PART_KEY = lib.MVP_PART_KEY
    PART_SIGNATURE = lib.MVP_PART_SIGNATURE
    PART_PERSONA = lib.MVP_PART_PERSONA
    PART_GUEST = lib.MVP_PART_GUEST
    PART_ABI = lib.MVP_PART_ABI
    PART_FEATURE = lib.MVP_PART_FEATURE
    PART_ROLLBACK = lib.MVP_PART_ROLLBACK
    PART_IMAGE = lib.MVP_PART_IMAGE
    PART_DIGEST = lib.MVP_PART_DIGEST

    @property
    def text(self) -> str:
        """What the reason says, in the words of include/mvp/reason.h."""
        return _reason_texts().get(f"MVP_{self.name}", "all is well")


class Table(IntEnum):
    """A table of the pack (enum mvp_table_id)."""

    BOARD = lib.MVP_TABLE_BOARD
    MEMORY = lib.MVP_TABLE_MEMORY
    PARTITION = lib.MVP_TABLE_PARTITION
    VCPU = lib.MVP_TABLE_VCPU
    REGION = lib.MVP_TABLE_REGION
    INTERRUPT = lib.MVP_TABLE_INTERRUPT
    CHANNEL = lib.MVP_TABLE_CHANNEL
    IMAGE = lib.MVP_TABLE_IMAGE
    SMMU = lib.MVP_TABLE_SMMU
    HEADER = lib.MVP_TABLE_COUNT
    """No table: the header itself."""


class MemoryKind(IntEnum):
    """What stands in the memory table (enum mvp_memory_kind)."""

    RAM = lib.MVP_MEMORY_RAM
    RESERVED = lib.MVP_MEMORY_RESERVED


class PartitionKind(IntEnum):
    """enum mvp_partition_kind."""

    REALTIME = lib.MVP_REALTIME
    PERSONA = lib.MVP_PERSONA


class Restart(IntEnum):
    """What becomes of a partition that stopped (enum mvp_restart)."""

    NEVER = lib.MVP_RESTART_NEVER
    ON_CRASH = lib.MVP_RESTART_ON_CRASH
    ALWAYS = lib.MVP_RESTART_ALWAYS


class EntryProtocol(IntEnum):
    """How a partition is entered (enum mvp_entry_protocol)."""

    LINUX = lib.MVP_ENTRY_LINUX


class RegionKind(IntEnum):
    """What a partition finds at its addresses (enum mvp_region_kind)."""

    RAM = lib.MVP_REGION_RAM
    DEVICE = lib.MVP_REGION_DEVICE
    CHANNEL = lib.MVP_REGION_CHANNEL
    GICV = lib.MVP_REGION_GICV
    GICD = lib.MVP_REGION_GICD
    GICR = lib.MVP_REGION_GICR
    PL011 = lib.MVP_REGION_PL011
    PL031 = lib.MVP_REGION_PL031
    GICD2 = lib.MVP_REGION_GICD2
    GICC = lib.MVP_REGION_GICC
    FLASH = lib.MVP_REGION_FLASH
    PL061 = lib.MVP_REGION_PL061

    @property
    def emulated(self) -> bool:
        """Whether the hypervisor serves accesses to it; of a flash's, all but reads as memory."""
        return self >= RegionKind.GICD


class ImageKind(IntEnum):
    """enum mvp_image_kind."""

    KERNEL = lib.MVP_IMAGE_KERNEL
    RAMDISK = lib.MVP_IMAGE_RAMDISK
    DTB = lib.MVP_IMAGE_DTB
    SEGMENT = lib.MVP_IMAGE_SEGMENT
    FLASH = lib.MVP_IMAGE_FLASH


class BringUp(IntEnum):
    """How the board's further CPUs are started (enum mvp_bring_up)."""

    NONE = lib.MVP_BRING_UP_NONE
    PSCI_SMC = lib.MVP_BRING_UP_PSCI_SMC
    SPIN_TABLE = lib.MVP_BRING_UP_SPIN_TABLE


@cache
def _reason_texts() -> dict[str, str]:
    """Read the comment behind each member of enum mvp_reason: the one place where it is said."""
    header = (sources.CORE / "include/mvp/reason.h").read_text(encoding="utf-8")
    return dict(re.findall(r"(MVP_\w+) = \d+,? */\* (.*?) \*/", header))
