# SPDX-License-Identifier: Apache-2.0
"""The form of a `board.toml`.

A fact that nobody knows yet is written "TODO". It is None here, and nothing is built for a board
that still has one.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mvpsdk.document.schema import Address, Counted, Extent, Known, Model, Name, Register, Size

__all__ = ["BoardFile"]

Ppi = Annotated[int, Field(ge=16, le=31)]
"""INTID of a private peripheral interrupt."""

Spi = Annotated[int, Field(ge=32, le=1019)]
"""INTID of a shared peripheral interrupt."""

Word = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[!-~]+$")]
Line = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[ -~]+$")]
Label = Annotated[str, Field(min_length=1, max_length=15, pattern=r"^[!-~]+$")]
Attested = Annotated[str, Field(pattern=r"^(free|(unlocked|taken): .+)$")]
Driver = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=15)]
"""Name of a driver, such as `8250`: that of its file."""

BringUp = Literal["psci-smc", "psci-hvc", "spin-table", "none"]


class BoardTable(Model):
    """`[board]`: what it is called, and whether its EL2 is ours."""

    name: Name = Field(description="the folder's name")
    vendor: Line = Field(description="who makes it")
    compatible: Word = Field(description="the device tree's root compatible, first entry")
    el2: Known[Attested] = Field(
        description='attested: "free", "unlocked: <evidence>", or "taken: <by whom>"'
    )


class CpuTable(Model):
    """`[cpu]`: the cores."""

    core: Known[Word] = Field(description="the first one, as compilers name it: cortex-a53")
    count: Known[Annotated[int, Field(ge=1, le=256)]] = Field(description="cores")
    bring_up: Known[BringUp] = Field(
        default="psci-smc", description="how the cores other than the first are started"
    )
    cores: list[Word] = Field(
        default_factory=list, description="of each core, if they are not all of one kind"
    )
    affinities: list[Annotated[int, Field(ge=0, lt=1 << 40)]] = Field(
        default_factory=list, description="MPIDR_EL1 affinity of each core; default: 0, 1, 2, …"
    )
    release_addresses: list[Annotated[int, Field(ge=0, lt=1 << 48, multiple_of=8)]] = Field(
        default_factory=list, description="spin-table: where each core waits for its entry"
    )


class MemoryTable(Model):
    """`[[memory]]`: a bank of RAM."""

    base: Known[Address]
    size: Known[Size]


class ReservedTable(Model):
    """`[[reserved]]`: memory that is never given to anyone."""

    name: Label
    base: Address
    size: Size


class InterruptControllerTable(Model):
    """`[interrupt-controller]`: the GIC."""

    version: Known[Literal[2, 3]] = Field(description="of the GIC's architecture; a GICv4 is 3")
    distributor: Known[Address] = Field(description="GICD, 64 KiB (version 2: 4 KiB)")
    redistributor: Known[Address] = Field(
        default=None, description="version 3: GICR of the first core"
    )
    redistributor_size: Size | None = Field(
        default=None, description="default: 128 KiB for each core"
    )
    cpu_interface: Known[Address] = Field(default=None, description="version 2: GICC")
    cpu_interface_size: Size | None = Field(default=None, description="default: 8 KiB")
    hypervisor_interface: Known[Address] = Field(default=None, description="version 2: GICH")
    hypervisor_interface_size: Size | None = Field(default=None, description="default: 8 KiB")
    virtual_interface: Known[Address] = Field(default=None, description="version 2: GICV")
    virtual_interface_size: Size | None = Field(default=None, description="default: 8 KiB")
    maintenance_irq: Known[Ppi] = Field(
        default=25, description="INTID of the virtual interface's own"
    )


class TimerTable(Model):
    """`[timer]`: the generic timer's interrupts."""

    virtual_irq: Known[Ppi] = Field(default=27, description="INTID of CNTV")
    physical_irq: Known[Ppi] = Field(default=30, description="INTID of CNTP, non-secure")
    hypervisor_irq: Known[Ppi] = Field(default=26, description="INTID of CNTHP")
    frequency: Annotated[int, Field(ge=1, lt=1 << 32)] | None = Field(
        default=None, description="Hz that the vendor's tree forces, since CNTFRQ may be wrong"
    )


class ConsoleTable(Model):
    """`[console]`: the UART that the hypervisor keeps."""

    driver: Known[Driver] = Field(
        description='which of core/drivers; "none": there is none for it yet, the board is mute'
    )
    base: Known[Register]
    irq: Known[Spi] = Field(description="INTID")
    compatible: Word | None = Field(default=None, description="the tree's name of the part")
    register_shift: Annotated[int, Field(ge=0, le=3)] = Field(
        default=0, description="8250: registers stand 1 << shift bytes apart"
    )
    register_width: Annotated[Literal[1, 2, 4], Counted] = Field(
        default=1, description="8250: bytes of one access to a register"
    )


class IommuTable(Model):
    """`[[iommu]]`: what can keep a device's DMA in its partition."""

    name: Name
    compatible: Word
    base: Address
    size: Size
    event_irq: Spi | None = Field(
        default=None, description="arm,smmu-v3: INTID of its event queue; without, it isn't driven"
    )
    error_irq: Spi | None = Field(
        default=None, description="arm,smmu-v3: INTID of global errors; may be the same"
    )


class DeviceTable(Model):
    """`[[device]]`: what the realtime firmware may own."""

    name: Name
    base: Register
    size: Extent
    irq: Spi | None = Field(default=None, description="INTID; default: it has none")
    trigger: Literal["level", "edge"] = Field(default="level", description="of the interrupt")
    compatible: Word | None = Field(default=None, description="the tree's name of the part")
    dma: bool = Field(default=False, description="it reads or writes memory by itself")
    stream_ids: list[Annotated[int, Field(ge=0, lt=1 << 32)]] = Field(
        default_factory=list, description="by which the board's IOMMU knows its DMA"
    )


class SlotTable(Model):
    """`[[slot]]`: where a bundle is flashed to."""

    name: Label = Field(description="the partition's name, as the flashing tool has it")
    size: Size


class VirtualTable(Model):
    """`[virtual]`: how QEMU builds this board."""

    machine: Line = Field(description="QEMU's -machine")
    cpu: Line = Field(description="QEMU's -cpu")
    memory: Size = Field(description="QEMU's -m")
    cpus: Annotated[int, Field(ge=1, le=256)] | None = Field(
        default=None, description="QEMU's -smp; default: cpu.count"
    )
    clock: Address | None = Field(
        default=None, description="a PL031 that the host can read to time a run"
    )
    serial: Annotated[int, Field(ge=0, le=7)] = Field(
        default=0, description="which of QEMU's -serial the console is"
    )
    tree: Literal["qemu", "minimal"] = Field(
        default="qemu", description="qemu: it makes a device tree; minimal: `mvpsdk run` does"
    )
    qemu: Annotated[str, Field(pattern=r"^\d+\.\d+$")] | None = Field(
        default=None, description="the least version of QEMU that has the machine as the board is"
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
    iommu: list[IommuTable] = Field(default_factory=list)
    device: list[DeviceTable] = Field(default_factory=list)
    slot: list[SlotTable] = Field(default_factory=list)
    virtual: VirtualTable | None = None
