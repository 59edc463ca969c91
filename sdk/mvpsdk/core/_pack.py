# SPDX-License-Identifier: Apache-2.0
"""The pack's tables as Python values, field by field those of the structs in include/mvp/pack.h.

Addresses and sizes are in bytes. The structs' comments say what each field means.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
from mvpsdk.core._library import FINGERPRINT, lib

__all__ = [
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
]


@dataclass(frozen=True, kw_only=True, slots=True)
class PackBoard:
    """The board's facts (struct mvp_board). Addresses are physical."""

    name: str
    compatible: str
    window: int
    pack_home: int
    gicd_base: int
    gicd_size: int
    gicr_base: int
    gicr_size: int
    gich_base: int = 0
    gich_size: int = 0
    gicv_base: int = 0
    gicv_size: int = 0
    console_base: int = 0
    console_size: int = 0
    console_register: int = 0
    console_driver: str = "none"
    console_shift: int = 0
    console_width: int = 0
    console_irq: int = 0
    gic_version: int = 3
    maintenance_irq: int = 25
    virtual_irq: int = 27
    physical_irq: int = 30
    hypervisor_irq: int = 26
    cpu_count: int = 1
    bring_up: BringUp = BringUp.NONE
    cpu_affinity: tuple[int, ...] = (0,) * lib.MVP_MAX_CPUS
    cpu_release: tuple[int, ...] = (0,) * lib.MVP_MAX_CPUS


@dataclass(frozen=True, kw_only=True, slots=True)
class PackMemory:
    """A RAM bank, or memory that nobody may have (struct mvp_memory)."""

    name: str
    base: int
    size: int
    kind: MemoryKind
    board: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PackPartition:
    """A partition (struct mvp_partition); entry and dtb are guest addresses."""

    name: str
    kind: PartitionKind
    priority: int
    entry: int
    dtb: int = 0
    restart: Restart = Restart.NEVER
    vgic: int = 3
    protocol: EntryProtocol = EntryProtocol.LINUX
    slice_us: int = 0
    abi_major: int = 0
    abi_minor: int = 0
    features: int = 0
    delegate: int = 0  # as read; `pack_write` puts a delegate there


@dataclass(frozen=True, kw_only=True, slots=True)
class PackDelegate:
    """By whose RSA key a persona's part is signed, and where it lies (struct mvp_delegate)."""

    partition: int  # whose `delegate` leads there
    home: int
    room: int
    rollback_index: int = 0
    key: bytes  # SHA-256 of the public key's SPKI in DER
    modulus: int  # the public exponent is 65537


@dataclass(frozen=True, kw_only=True, slots=True)
class PackVcpu:
    """A vCPU: the number-th of its partition, pinned to a physical CPU (struct mvp_vcpu)."""

    partition: int
    number: int = 0
    cpu: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PackRegion:
    """What a partition finds at [ipa, ipa + size) (struct mvp_region)."""

    partition: int
    kind: RegionKind
    ipa: int
    size: int
    pa: int = 0
    flags: int = 0  # MVP_REGION_WRITE | MVP_REGION_EXECUTE
    intid: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PackInterrupt:
    """A physical interrupt that a partition owns (struct mvp_interrupt)."""

    partition: int
    physical: int
    intid: int
    flags: int = 0  # MVP_INTERRUPT_EDGE


@dataclass(frozen=True, kw_only=True, slots=True)
class PackImage:
    """An image (struct mvp_image); `pack_write` decides on the offset, whatever is given."""

    name: str
    partition: int
    kind: ImageKind
    size: int
    load: int
    memory: int
    digest: bytes = bytes(32)
    offset: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class PackSmmu:
    """The SMMU, and whose each of its streams is (struct mvp_smmu); 0 behind the last stream."""

    base: int
    size: int
    event_irq: int
    error_irq: int
    stream_count: int
    stream: tuple[int, ...]
    partition: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """Everything that stands in a pack's header and tables, in the tables' order."""

    boards: tuple[PackBoard, ...]
    memory: tuple[PackMemory, ...]
    partitions: tuple[PackPartition, ...]
    vcpus: tuple[PackVcpu, ...]
    regions: tuple[PackRegion, ...]
    interrupts: tuple[PackInterrupt, ...] = ()
    images: tuple[PackImage, ...] = ()
    smmus: tuple[PackSmmu, ...] = ()
    delegates: tuple[PackDelegate, ...] = ()
    concurrent: bool = False
    default_persona: int | None = None
    menu_ms: int = 0
    rollback_index: int = 0
    features: int = 0
    abi_major: int = field(default=lib.MVP_ABI_MAJOR)
    abi_minor: int = field(default=lib.MVP_ABI_MINOR)
    fingerprint: bytes = FINGERPRINT
    meta_size: int = 0  # as read; pack_write computes it, and the next
    total_size: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What mvp_pack_check() says: the reason, the entry at fault and what it collides with."""

    reason: Reason
    table: Table
    index: int | None  # None: the table as a whole, or the header
    other_table: Table
    other_index: int | None
    value: int
    bound: int

    @property
    def ok(self) -> bool:
        """Whether the pack is accepted."""
        return self.reason is Reason.OK
