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

    name: Name = Field(description="the folder's name")
    vendor: Line = Field(description="who makes it")
    compatible: Word = Field(description="the device tree's root compatible, first entry")
    el2: Annotated[str, Field(pattern=r"^(free|(unlocked|taken): .+)$")] = Field(
        description='attested: "free", "unlocked: <evidence>", or "taken: <by whom>"'
    )


class CpuTable(Model):
    """`[cpu]`: the cores."""

    core: Word = Field(description="as compilers name it, such as cortex-a53")
    count: Annotated[int, Field(ge=1, le=256, description="cores")]
    bring_up: Literal["psci-smc", "spin-table", "none"] = Field(
        default="psci-smc", description="how the cores other than the first are started"
    )


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

    version: int = Field(description="of the GIC's architecture; 3 for now")
    distributor: Address = Field(description="GICD, 64 KiB")
    redistributor: Address = Field(description="GICR of the first core")
    redistributor_size: Size | None = Field(
        default=None, description="default: 128 KiB for each core"
    )
    maintenance_irq: Ppi = Field(default=25, description="INTID of the virtual interface's own")


class TimerTable(Model):
    """`[timer]`: the generic timer's interrupts."""

    virtual_irq: Ppi = Field(default=27, description="INTID of CNTV")
    physical_irq: Ppi = Field(default=30, description="INTID of CNTP, non-secure")
    hypervisor_irq: Ppi = Field(default=26, description="INTID of CNTHP")


class ConsoleTable(Model):
    """`[console]`: the UART that the hypervisor keeps."""

    driver: Literal["pl011"] = Field(description="which of core/drivers")
    base: Address
    irq: Spi = Field(description="INTID")


class DeviceTable(Model):
    """`[[device]]`: what the realtime firmware may own."""

    name: Name
    base: Address
    size: Size
    irq: Spi | None = Field(default=None, description="INTID; default: it has none")
    trigger: Literal["level", "edge"] = Field(default="level", description="of the interrupt")


class VirtualTable(Model):
    """`[virtual]`: how QEMU builds this board."""

    machine: Line = Field(description="QEMU's -machine")
    cpu: Line = Field(description="QEMU's -cpu")
    memory: Size = Field(description="QEMU's -m")
    clock: Address | None = Field(
        default=None, description="a PL031 that the host can read to time a run"
    )


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
