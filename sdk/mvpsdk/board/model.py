# SPDX-License-Identifier: Apache-2.0
"""The board: a phone's hardware as `board.toml` tells it, checked and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mvpsdk.document.places import nearest
from mvpsdk.units import PAGE, Pa, Range, align_down, align_up

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mvpsdk.errors import Place

__all__ = [
    "Board",
    "Console",
    "Cpu",
    "Device",
    "InterruptController",
    "Iommu",
    "Reserved",
    "Slot",
    "Timer",
    "Virtual",
    "pages_around",
]

BringUp = Literal["psci-smc", "psci-hvc", "spin-table", "none"]
TreeMaker = Literal["qemu", "minimal"]

CONSOLE_SPAN = 0x100
"""Bytes of registers that a console driver may touch: MVP_CONSOLE_SPAN of include/mvp/pack.h."""

SMMUV3 = "arm,smmu-v3"
"""What device trees call the one kind of IOMMU that the hypervisor drives (Arm IHI 0070)."""

NOWHERE = Range(Pa(0), 0)
"""Where nothing is."""


def pages_around(registers: Range[Pa]) -> Range[Pa]:
    """Return the whole pages that registers lie in."""
    base = Pa(align_down(registers.base, PAGE))
    return Range(base, align_up(registers.end, PAGE) - base)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cpu:
    """The processor cores."""

    core: str  # the first one, as compilers and QEMU name it, such as "cortex-a53"
    count: int
    bring_up: BringUp  # how cores other than the first start
    cores: tuple[str, ...] = ()  # of each core; empty: all are of one kind
    affinities: tuple[int, ...] = ()  # MPIDR_EL1 affinity of each; empty: 0, 1, 2, …
    release_addresses: tuple[int, ...] = ()  # of each in a spin table: where it waits for its entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Reserved:
    """Memory that nobody may have: the secure world, a modem, a boot loader that stays."""

    name: str
    range: Range[Pa]


@dataclass(frozen=True, kw_only=True, slots=True)
class InterruptController:
    """The GIC (Arm IHI 0069; version 2: Arm IHI 0048). What a version lacks is NOWHERE."""

    version: Literal[2, 3]
    distributor: Range[Pa]
    maintenance_irq: int  # INTID of a PPI
    redistributor: Range[Pa] = NOWHERE  # version 3: one frame of 128 KiB for each core
    cpu_interface: Range[Pa] = NOWHERE  # version 2: GICC
    hypervisor_interface: Range[Pa] = NOWHERE  # version 2: GICH
    virtual_interface: Range[Pa] = NOWHERE  # version 2: GICV

    def frames(self) -> tuple[tuple[str, str, Range[Pa]], ...]:
        """Return what this version has: the key, a name for people, the range of each."""
        found = (
            ("distributor", "GIC distributor", self.distributor),
            ("redistributor", "GIC redistributors", self.redistributor),
            ("cpu-interface", "GIC CPU interface", self.cpu_interface),
            ("hypervisor-interface", "GIC hypervisor interface", self.hypervisor_interface),
            ("virtual-interface", "GIC virtual interface", self.virtual_interface),
        )
        return tuple(frame for frame in found if frame[2].size)


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """The generic timer's interrupts: INTIDs of PPIs."""

    virtual_irq: int
    physical_irq: int
    hypervisor_irq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Console:
    """The UART that the hypervisor keeps for itself and shares out line by line."""

    driver: str  # of core/drivers; "none": there is none for it, the board is mute
    base: Pa  # of its first register
    irq: int  # INTID of an SPI
    compatible: str = ""  # the tree's name of the part; "": not told
    register_shift: int = 0  # registers stand 1 << shift bytes apart
    register_width: int = 1  # bytes of one access

    @property
    def range(self) -> Range[Pa]:
        """The pages that its registers lie in."""
        return pages_around(Range(self.base, CONSOLE_SPAN))


@dataclass(frozen=True, kw_only=True, slots=True)
class Iommu:
    """What can keep a device's DMA in its partition."""

    name: str
    compatible: str
    range: Range[Pa]
    event_irq: int | None = None  # INTID of an SPI: it has refused a transfer
    error_irq: int | None = None  # the same: it has failed itself

    @property
    def driven(self) -> bool:
        """Whether the hypervisor can drive it: an SMMUv3 whose interrupts are known."""
        known = self.event_irq is not None and self.error_irq is not None
        return self.compatible == SMMUV3 and known


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """A device that realtime firmware may own."""

    name: str
    range: Range[Pa]
    irq: int | None  # INTID of an SPI; None: it has no interrupt
    edge: bool  # its interrupt is edge-triggered, else level
    compatible: str = ""  # the tree's name of the part; "": not told
    dma: bool = False  # it reads or writes memory by itself
    stream_ids: tuple[int, ...] = ()  # by which the board's IOMMU knows its DMA

    @property
    def pages(self) -> Range[Pa]:
        """What a partition that owns it can reach: whole pages."""
        return pages_around(self.range)


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A partition that a bundle is flashed to."""

    name: str  # as the flashing tool has it, such as "boot_a"
    size: int  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Virtual:
    """How QEMU builds this board."""

    machine: str  # for -machine
    cpu: str  # for -cpu
    memory: int  # for -m, bytes
    cpus: int | None = None  # for -smp; None: the board's count
    clock: Pa | None = None  # of a PL031 that QEMU models: the host reads virtual time there
    serial: int = 0  # which of QEMU's -serial the console is
    tree: TreeMaker = "qemu"  # of the device tree that the board is started with
    qemu: str = ""  # the least version that has it as the board is; "": any that has the machine


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """A board's facts. Ranges are physical, half-open, in bytes; interrupts are INTIDs."""

    name: str
    vendor: str
    compatible: str  # of the device tree's root node
    el2: str  # "free", "unlocked: <evidence>" or "taken: <by whom>"
    cpu: Cpu
    memory: tuple[Range[Pa], ...]  # RAM banks, from low to high
    reserved: tuple[Reserved, ...]
    interrupt_controller: InterruptController
    timer: Timer
    console: Console | None
    devices: tuple[Device, ...]
    virtual: Virtual | None  # None: QEMU doesn't know this board
    iommus: tuple[Iommu, ...] = ()
    slots: tuple[Slot, ...] = ()
    timer_frequency: int | None = None  # Hz that the vendor's tree forces; None: CNTFRQ's
    path: Path | None = None  # the board.toml
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def device(self, name: str) -> Device | None:
        """Return the device of that name, if there is one."""
        return next((device for device in self.devices if device.name == name), None)

    @property
    def smmu(self) -> Iommu | None:
        """The IOMMU that the hypervisor drives, if its devices ask for it.

        None if there is none of that kind, or more: stream ids don't say whose they are.
        """
        of_kind = [unit for unit in self.iommus if unit.compatible == SMMUV3]
        return of_kind[0] if len(of_kind) == 1 and of_kind[0].driven else None

    def streams(self, names: Iterable[str]) -> tuple[int, ...]:
        """Return by which ids the driven IOMMU knows these devices; none if there is no such."""
        devices = [device for device in map(self.device, names) if device and self.smmu]
        return tuple(dict.fromkeys(one for device in devices for one in device.stream_ids))

    def place(self, key: str) -> Place | None:
        """Return where a key such as `memory[0].size` stands in the file, or its table."""
        return nearest(self.places, key)
