# SPDX-License-Identifier: Apache-2.0
"""The form of a `board.toml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mvpsdk.document.schema import Address, Model, Name, Size

__all__ = ["BoardFile"]

Ppi = Annotated[int, Field(ge=16, le=31)]
"""INTID of a private peripheral interrupt."""

Spi = Annotated[int, Field(ge=32, le=1019)]
"""INTID of a shared peripheral interrupt."""

Word = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[!-~]+$")]
Line = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[ -~]+$")]


class BoardTable(Model):
    """`[board]`: what it is called, and whether its EL2 is ours."""

    name: Name
    vendor: Line
    compatible: Word = Field(description="the device tree's root compatible, first entry")
    el2: Annotated[str, Field(pattern=r"^(free|(unlocked|taken): .+)$")] = Field(
        description='attested: "free", "unlocked: <evidence>", or "taken: <by whom>"'
    )


class CpuTable(Model):
    """`[cpu]`: the cores."""

    core: Word = Field(description="as compilers name it, such as cortex-a53")
    count: Annotated[int, Field(ge=1, le=256)]
    bring_up: Literal["psci-smc", "spin-table", "none"] = "psci-smc"


class MemoryTable(Model):
    """`[[memory]]`: a bank of RAM."""

    base: Address
    size: Size


class ReservedTable(Model):
    """`[[reserved]]`: memory that is never given to anyone."""

    name: Annotated[str, Field(min_length=1, max_length=15, pattern=r"^[!-~]+$")]
    base: Address
    size: Size


class InterruptControllerTable(Model):
    """`[interrupt-controller]`: the GIC."""

    version: int
    distributor: Address
    redistributor: Address
    redistributor_size: Size | None = Field(
        default=None, description="default: 128 KiB for each core"
    )
    maintenance_irq: Ppi = 25


class TimerTable(Model):
    """`[timer]`: the generic timer's interrupts."""

    virtual_irq: Ppi = 27
    physical_irq: Ppi = 30
    hypervisor_irq: Ppi = 26


class ConsoleTable(Model):
    """`[console]`: the UART that the hypervisor keeps."""

    driver: Literal["pl011"]
    base: Address
    irq: Spi


class DeviceTable(Model):
    """`[[device]]`: what the realtime firmware may own."""

    name: Name
    base: Address
    size: Size
    irq: Spi | None = None
    trigger: Literal["level", "edge"] = "level"


class VirtualTable(Model):
    """`[virtual]`: how QEMU builds this board."""

    machine: Line
    cpu: Line
    memory: Size
    clock: Address | None = None


class BoardFile(Model):
    """A whole `board.toml`: the hardware, and nothing else."""

    board: BoardTable
    cpu: CpuTable
    memory: Annotated[list[MemoryTable], Field(min_length=1)]
    reserved: list[ReservedTable] = Field(default_factory=list)
    interrupt_controller: InterruptControllerTable
    timer: TimerTable = TimerTable()
    console: ConsoleTable | None = None
    device: list[DeviceTable] = Field(default_factory=list)
    virtual: VirtualTable | None = None
