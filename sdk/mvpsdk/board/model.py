# SPDX-License-Identifier: Apache-2.0
"""The board: a phone's hardware as `board.toml` tells it, checked and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mvpsdk.document.places import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mvpsdk.errors import Place
    from mvpsdk.units import Pa, Range

__all__ = [
    "Board",
    "Console",
    "Cpu",
    "Device",
    "InterruptController",
    "Reserved",
    "Timer",
    "Virtual",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cpu:
    """The processor cores, all of one kind."""

    core: str  # as compilers and QEMU name it, such as "cortex-a53"
    count: int
    bring_up: Literal["psci-smc", "spin-table", "none"]  # how cores other than the first start


@dataclass(frozen=True, kw_only=True, slots=True)
class Reserved:
    """Memory that nobody may have: the secure world, a modem, a boot loader that stays."""

    name: str
    range: Range[Pa]


@dataclass(frozen=True, kw_only=True, slots=True)
class InterruptController:
    """The GIC (Arm IHI 0069)."""

    version: Literal[3]
    distributor: Range[Pa]
    redistributor: Range[Pa]  # one frame of 128 KiB for each core
    maintenance_irq: int  # INTID of a PPI


@dataclass(frozen=True, kw_only=True, slots=True)
class Timer:
    """The generic timer's interrupts: INTIDs of PPIs."""

    virtual_irq: int
    physical_irq: int
    hypervisor_irq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Console:
    """The UART that the hypervisor keeps for itself and shares out line by line."""

    driver: Literal["pl011", "none"]
    range: Range[Pa]
    irq: int  # INTID of an SPI


@dataclass(frozen=True, kw_only=True, slots=True)
class Device:
    """A device that realtime firmware may own."""

    name: str
    range: Range[Pa]
    irq: int | None  # INTID of an SPI; None: it has no interrupt
    edge: bool  # its interrupt is edge-triggered, else level


@dataclass(frozen=True, kw_only=True, slots=True)
class Virtual:
    """How QEMU builds this board."""

    machine: str  # for -machine
    cpu: str  # for -cpu
    memory: int  # for -m, bytes
    clock: Pa | None = None  # of a PL031 that QEMU models: the host reads virtual time there


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
    path: Path | None = None  # the board.toml
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)

    def device(self, name: str) -> Device | None:
        """Return the device of that name, if there is one."""
        return next((device for device in self.devices if device.name == name), None)

    def place(self, key: str) -> Place | None:
        """Return where a key such as `memory[0].size` stands in the file, or its table."""
        return nearest(self.places, key)
