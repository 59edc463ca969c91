# SPDX-License-Identifier: Apache-2.0
"""What QEMU leaves out of a machine, and its monitor can add before the first instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mvpsdk.run.model import Machine
    from mvpsdk.run.qemu import Qemu

__all__ = ["mend"]

LINES = ("IRQ", "FIQ", "VIRQ", "VFIQ")
"""What a GICv3 of QEMU has for each CPU, and a CPU takes, in this order (hw/intc/arm_gicv3.c)."""

UNWIRED = {"imx8mp-evk": "/machine/soc"}
"""Machines whose GIC does not reach the CPUs with VIRQ and VFIQ, so that no guest of a hypervisor
gets an interrupt (hw/arm/fsl-imx8mp.c of QEMU 10.0); and where GIC and CPUs are found."""


def mend(qemu: Qemu, machine: Machine) -> None:
    """Connect what is not connected, while the machine stands.

    Raises ToolFailedError if QEMU refuses.
    """
    place = UNWIRED.get(machine.machine.partition(",")[0])
    if place is None:
        return
    for number, name in enumerate(LINES):
        for cpu in range(machine.cpus) if name.startswith("V") else ():
            output = f"sysbus-irq[{number * machine.cpus + cpu}]"
            if not qemu.linked(f"{place}/gic", output):
                qemu.link(f"{place}/gic", output, f"{place}/cpu{cpu}/unnamed-gpio-in[{number}]")
