# SPDX-License-Identifier: Apache-2.0
"""What QEMU leaves out of a machine is added before it runs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import packs
from mvpsdk.core.facade import BringUp, PackVcpu
from mvpsdk.run import Machine
from mvpsdk.run.mending import arguments, mend, parking
from mvpsdk.run.model import Parking
from mvpsdk.units import Pa

if TYPE_CHECKING:
    from mvpsdk.run.qemu import Qemu


@dataclass
class Links:
    """A QEMU of which only the links are looked at."""

    there: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)

    def linked(self, path: str, name: str) -> str:
        """What is there."""
        return self.there.get(f"{path}/{name}", "")

    def link(self, path: str, name: str, target: str) -> None:
        """What is added."""
        self.made[f"{path}/{name}"] = target


def mended(links: Links, kind: str) -> dict[str, str]:
    """What is added to a machine of two CPUs."""
    mend(cast("Qemu", links), Machine(machine=kind, cpu="any", memory=1 << 20, cpus=2))
    return links.made


def test_a_gic_reaches_its_cpus_with_virtual_interrupts() -> None:
    """Outputs are numbered by line, then by CPU; a CPU's inputs by line."""
    soc = "/machine/soc"
    assert mended(Links(), "imx8mp-evk") == {
        f"{soc}/gic/sysbus-irq[4]": f"{soc}/cpu0/unnamed-gpio-in[2]",
        f"{soc}/gic/sysbus-irq[5]": f"{soc}/cpu1/unnamed-gpio-in[2]",
        f"{soc}/gic/sysbus-irq[6]": f"{soc}/cpu0/unnamed-gpio-in[3]",
        f"{soc}/gic/sysbus-irq[7]": f"{soc}/cpu1/unnamed-gpio-in[3]",
    }


def test_what_a_later_qemu_has_connected_is_left_alone() -> None:
    """And machines that lack nothing are not even asked."""
    there = {f"/machine/soc/gic/sysbus-irq[{n}]": "somewhere" for n in range(4, 8)}
    assert mended(Links(there), "imx8mp-evk") == {}
    assert mended(Links(), "virt,gic-version=3") == {}


def parked(bring_up: BringUp, *used: int) -> Parking | None:
    """Who sleeps of four cores, whose spin table begins at 0x80d8."""
    pack = packs.good_pack()
    release = (0x80D8, 0x80E0, 0x80E8, 0x80F0, 0, 0, 0, 0)
    board = replace(pack.boards[0], cpu_count=4, bring_up=bring_up, cpu_release=release)
    vcpus = tuple(PackVcpu(partition=0, number=n, cpu=cpu) for n, cpu in enumerate(used))
    return parking(replace(pack, boards=(board,), vcpus=vcpus), 4)


def test_cores_that_nobody_starts_sleep_at_the_end_of_the_spin_tables_page() -> None:
    """Those of the pack poll until they are called; what PSCI starts is off until then."""
    assert parked(BringUp.SPIN_TABLE, 0) == Parking((1, 2, 3), Pa(0x8FF8))
    assert parked(BringUp.SPIN_TABLE, 2) == Parking((1, 3), Pa(0x8FF8))
    assert parked(BringUp.SPIN_TABLE, 0, 1, 2, 3) is None
    assert parked(BringUp.PSCI_SMC, 0) is None


def test_a_sleeping_core_begins_at_an_endless_wfi() -> None:
    """QEMU writes it (little-endian: wfi, then b .-4) and sets the cores' program counters."""
    machine = Machine(machine="any", cpu="any", memory=1 << 20)
    assert arguments(machine) == []
    assert arguments(replace(machine, parking=Parking((1, 3), Pa(0x8FF8)))) == [
        "-device",
        "loader,addr=0x8ff8,data=0x17ffffffd503207f,data-len=8",
        "-device",
        "loader,addr=0x8ff8,cpu-num=1",
        "-device",
        "loader,addr=0x8ff8,cpu-num=3",
    ]
