# SPDX-License-Identifier: Apache-2.0
"""What QEMU leaves out of a machine is added before it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from mvpsdk.run import Machine
from mvpsdk.run.mending import mend

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
