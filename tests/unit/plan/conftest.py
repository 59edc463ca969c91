# SPDX-License-Identifier: Apache-2.0
"""A board, a handset and image facts that fit together: the planner needs no files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mvpsdk import plan
from mvpsdk.board import Board, Console, Cpu, Device, InterruptController, Timer
from mvpsdk.handset import Boot, Handset, Input, Persona, Realtime
from mvpsdk.image import Arm64Header, Elf, ImageFacts, Segment
from mvpsdk.units import GIB, KIB, MIB, Pa, Range

if TYPE_CHECKING:
    from mvpsdk.board import Iommu, Reserved

FIRMWARE = Segment(
    index=0,
    virtual=0,
    physical=0,
    offset=0x1000,
    file_size=0x8000,
    memory_size=0x8000,
    align=0x1000,
    readable=True,
    writable=False,
    executable=True,
    sha256="aa" * 32,
)
GICV3 = InterruptController(
    version=3,
    distributor=Range(Pa(0x0800_0000), 64 * KIB),
    redistributor=Range(Pa(0x080A_0000), 128 * KIB),
    maintenance_irq=25,
)


CONSOLE = Console(driver="pl011", base=Pa(0x0900_0000), irq=33)


@dataclass
class Parts:
    """What a plan is made of, to be changed by a test before `make()`."""

    memory: tuple[Range[Pa], ...] = (Range(Pa(0x4000_0000), GIB),)
    reserved: tuple[Reserved, ...] = ()
    devices: tuple[Device, ...] = (
        Device(name="gpio", range=Range(Pa(0x0903_0000), 4 * KIB), irq=39, edge=False),
        Device(name="rng", range=Range(Pa(0x0904_0000), 4 * KIB), irq=None, edge=False),
    )
    el2: str = "free"
    gic: InterruptController = GICV3
    realtime: Realtime | None = field(
        default_factory=lambda: Realtime(
            image=Input(path=Path("fw.elf")),
            source=None,
            memory=8 * MIB,
            map="direct",
            cpu=0,
            priority=10,
            devices=("gpio",),
        )
    )
    personas: list[Persona] = field(default_factory=list)
    facts: dict[str, ImageFacts] = field(default_factory=dict)
    boards: tuple[str, ...] = ("acme",)
    console: Console | None = CONSOLE
    menu: int = 0
    default: str | None = None
    iommus: tuple[Iommu, ...] = ()

    @property
    def board(self) -> Board:
        """The board."""
        return Board(
            name="acme",
            vendor="Acme",
            compatible="acme,one",
            el2=self.el2,
            cpu=Cpu(core="cortex-a53", count=1, bring_up="psci-smc"),
            memory=self.memory,
            reserved=self.reserved,
            interrupt_controller=self.gic,
            timer=Timer(virtual_irq=27, physical_irq=30, hypervisor_irq=26),
            console=self.console,
            devices=self.devices,
            virtual=None,
            iommus=self.iommus,
        )

    @property
    def handset(self) -> Handset:
        """The handset."""
        first = self.personas[0].name if self.personas else ""
        return Handset(
            name="acme-one",
            version="1",
            boards=self.boards,
            rollback_index=3,
            realtime=self.realtime,
            personas=tuple(self.personas),
            boot=Boot(
                mode="exclusive",
                default=first if self.default is None else self.default,
                menu_timeout=self.menu,
            ),
            allow=(),
            path=Path("handset.toml"),
        )

    def firmware(self, *segments: Segment, **changes: object) -> Parts:
        """Set the facts of the firmware."""
        fields: dict[str, object] = {
            "bits": 64,
            "big_endian": False,
            "type": "DYN",
            "machine": "AARCH64",
            "entry": 0,
            "segments": segments or (FIRMWARE,),
            "relocations": 0,
            "foreign_relocations": 0,
            "interpreter": "",
            "needed": (),
        }
        elf = Elf(**{**fields, **changes})  # type: ignore[arg-type]
        self.facts["realtime"] = self.image(
            "realtime", 0x9000, "elf", architecture="arm64", elf=elf
        )
        return self

    def persona(
        self,
        name: str,
        memory: int,
        *,
        kernel: int = MIB,
        bss: int = 0,
        text_offset: int = 0,
        ramdisk: int = 0,
    ) -> Parts:
        """Add a persona with images of these sizes."""
        header = Arm64Header(
            text_offset=text_offset, image_size=kernel + bss, flags=0xA, reserved=(0, 0, 0)
        )
        self.facts[f"{name}/kernel"] = self.image(
            f"{name}/kernel", kernel, "arm64-image", architecture="arm64", arm64=header
        )
        if ramdisk:
            self.facts[f"{name}/ramdisk"] = self.image(f"{name}/ramdisk", ramdisk, "gzip")
        self.personas.append(
            Persona(
                name=name,
                kernel=Input(path=Path("linux")),
                format="image",
                ramdisk=Input(path=Path("initrd")) if ramdisk else None,
                command_line="console=ttyAMA0",
                memory=memory,
                cpus=(0,),
                vgic="board",
                restart="on-crash",
            )
        )
        return self

    def image(self, role: str, size: int, kind: str, **more: object) -> ImageFacts:
        """Make facts of an image."""
        fields: dict[str, object] = {"architecture": "", **more}
        return ImageFacts(
            path=Path(role),
            role=role,
            size=size,
            sha256="bb" * 32,
            format=kind,
            **fields,  # type: ignore[arg-type]
        )

    def make(self) -> plan.Plan:
        """Make the plan."""
        return plan.make(self.board, self.handset, self.facts)


@pytest.fixture
def parts() -> Parts:
    """A handset with firmware and one persona, which fits well."""
    return Parts().firmware().persona("work", 128 * MIB, ramdisk=3 * MIB)


@pytest.fixture(scope="session")
def nothing() -> type[Parts]:
    """The class of parts, to begin with none."""
    return Parts


@pytest.fixture
def segment() -> Segment:
    """A firmware's segment."""
    return FIRMWARE
