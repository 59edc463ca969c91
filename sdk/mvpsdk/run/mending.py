# SPDX-License-Identifier: Apache-2.0
"""What QEMU's machines have otherwise than the boards, mended before the first instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.run.model import Parking
from mvpsdk.units import PAGE, Pa, align_down

if TYPE_CHECKING:
    from mvpsdk.core.facade import Pack
    from mvpsdk.run.model import Machine
    from mvpsdk.run.qemu import Qemu

__all__ = ["arguments", "mend", "parking"]

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


# ---- cores that wait in a spin table ----

_SLEEP = 0x17FF_FFFF_D503_207F  # wfi; b .-4
_SLEEP_SIZE = 8  # bytes


def parking(pack: Pack, cpus: int) -> Parking | None:
    """Which of QEMU's cores would poll a spin table for the whole run, and where they can sleep.

    A core that polls with WFE sleeps on a board. QEMU takes WFE for a turn that is given up: it
    never idles, and time that is to be skipped is spent a few nanoseconds a look, a second in many
    minutes. The end of the page that the boot firmware's table is in is nobody else's.
    """
    from mvpsdk.core.facade import BringUp  # whoever reads a bundle has it already

    board = pack.boards[0]
    if board.bring_up is not BringUp.SPIN_TABLE:
        return None
    started = {0, *(vcpu.cpu for vcpu in pack.vcpus)}
    cores = tuple(core for core in range(cpus) if core not in started)
    if not cores:
        return None
    page = align_down(max(board.cpu_release), PAGE)
    return Parking(cores, Pa(page + PAGE - _SLEEP_SIZE))


def arguments(machine: Machine) -> list[str]:
    """QEMU's arguments by which those cores sleep (docs/system/generic-loader.rst)."""
    if machine.parking is None:
        return []
    at = f"loader,addr={machine.parking.at:#x}"
    code = f"{at},data={_SLEEP:#x},data-len={_SLEEP_SIZE}"
    begins = (f"{at},cpu-num={core}" for core in machine.parking.cores)
    return [word for device in (code, *begins) for word in ("-device", device)]
