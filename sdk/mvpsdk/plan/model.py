# SPDX-License-Identifier: Apache-2.0
"""The plan: where everything goes, physically and as each partition sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mvpsdk.board.model import Board
    from mvpsdk.handset.model import Handset, UpdateKey
    from mvpsdk.units import Ipa, Pa, Range

__all__ = ["Interrupt", "Partition", "Placement", "Plan", "PlannedImage", "PlannedPart", "Region"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """One decision of the planner: what stands where in physical memory, and why."""

    owner: str  # "hypervisor", "pack", "realtime", a persona's name, or names joined by " or "
    what: str  # "window", "images", "ram", "part"
    range: Range[Pa]
    why: str
    head_room: int  # bytes that it could grow before the plan changes or fails


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """What a partition finds at its addresses."""

    kind: Literal[
        "ram", "device", "gicv", "gicd", "gicr", "pl011", "pl031", "gicd2", "gicc", "flash", "pl061"
    ]
    name: str  # "ram", or the device's name
    ipa: Range[Ipa]
    pa: Pa | None  # None: emulated, nothing is mapped, and what may be done is the device's
    write: bool
    execute: bool
    intid: int  # of an emulated device, in the partition's virtual GIC; else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Interrupt:
    """A physical interrupt that a partition owns."""

    name: str  # the device's
    physical: int  # INTID
    intid: int  # in the partition's virtual GIC
    edge: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedImage:
    """A run of bytes that the pack carries and the hypervisor copies to its place."""

    name: str  # in the pack: "work/kernel", "realtime/segment0", "work/dtb"
    kind: Literal["kernel", "ramdisk", "dtb", "segment", "flash"]
    role: str  # of the file that it comes from; "": made by the planner, see `data`
    file_offset: int  # where it starts in that file
    size: int  # bytes in the pack
    memory: int  # bytes at run time
    load: Ipa
    offset: int  # in the pack, or in the persona's part
    sha256: str
    data: bytes | None  # the bytes themselves, if the planner made them
    why: str
    head_room: int  # bytes free behind it


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedPart:
    """Where the boot loader puts a persona's part, which is no part of the pack."""

    home: Range[Pa]  # as large as a part may become
    key: UpdateKey  # by which it must be signed
    index: int  # its rollback index
    least: int  # the lowest one that may start
    size: int  # bytes of the part that these images make


@dataclass(frozen=True, kw_only=True, slots=True)
class Partition:
    """The realtime firmware or a persona, laid out."""

    name: str
    kind: Literal["realtime", "persona"]
    priority: int  # 0 is highest
    restart: Literal["never", "on-crash", "always"]
    vgic: int
    entry: Ipa
    dtb: Ipa  # 0: what is entered knows where it is
    cpus: tuple[int, ...]  # physical core of each vCPU
    ram: Range[Ipa]
    ram_pa: Pa
    regions: tuple[Region, ...]
    interrupts: tuple[Interrupt, ...]
    images: tuple[PlannedImage, ...]
    abi: tuple[int, int]  # major and minor that the image's note needs; (0, 0): it carries none
    features: int  # that the image's note needs
    part: PlannedPart | None = None  # its images come in a file of their own; None: in the pack


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """Everything placed. Physical ranges are half-open, in bytes."""

    board: Board
    handset: Handset  # with the board's differences merged in
    window: Range[Pa]  # the hypervisor's
    pack: Range[Pa]  # the pack's home, as large as the pack
    meta_size: int  # bytes of the pack's header and tables
    total_size: int  # bytes of the pack
    placements: tuple[Placement, ...]  # from low to high
    partitions: tuple[Partition, ...]  # realtime first, then the personas in the file's order
    default_persona: str  # "": none

    @property
    def images(self) -> tuple[PlannedImage, ...]:
        """All images that the pack carries, in its order."""
        return tuple(
            image
            for partition in self.partitions
            if partition.part is None
            for image in partition.images
        )

    def partition(self, name: str) -> Partition:
        """Return the partition of that name. Raises KeyError if there is none."""
        return {partition.name: partition for partition in self.partitions}[name]
