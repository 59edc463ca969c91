# SPDX-License-Identifier: Apache-2.0
"""Exits from a guest whose GIC is version 2: its distributor traps, its CPU interface does not."""

import pytest

import handset
import packs2
from handset import Handset
from mvpsdk.core._library import lib
from rig2 import SGIR
from test_trap import DATA, EL1H, GICD, GICR, SYSREG, WNR, abort, sysreg, trap


@pytest.fixture
def machine() -> Handset:
    """The persona "work" is on the CPU, at EL1; the firmware is loaded and waits."""
    whole = Handset(packs2.of_gicv2(handset.pack()))
    whole.start(0, 1)
    whole.wait(0)
    whole.vcpu(1).pstate = EL1H
    whole.vcpu(1).pc = 0x1000
    return whole


def test_the_distributor_is_served_at_its_page(machine: Handset) -> None:
    """An SGI to itself by GICD_SGIR; the register beside it reads as a GICv2's."""
    machine.enable2(1, 3)
    machine.vcpu(1).x[1] = 2 << 24 | 3
    trap(machine, DATA, abort(flags=WNR), GICD + SGIR)
    assert lib.host_guest_acknowledge() == 3
    trap(machine, DATA, abort(), GICD + 0xFE8)
    assert machine.vcpu(1).x[1] == 0x2B
    assert machine.vcpu(1).pc == 0x1008


@pytest.mark.parametrize("address", [GICD + 0x1000, GICR, packs2.GICH])
def test_nothing_else_of_a_gic_is_there(machine: Handset, address: int) -> None:
    """Behind the distributor's page, at a GICv3's redistributors and at GICH: an abort."""
    trap(machine, DATA, abort(), address)
    assert machine.host.injections == 1


@pytest.mark.parametrize(("crm", "op2"), [(11, 5), (11, 6), (11, 7), (12, 5)])
@pytest.mark.parametrize("read", [False, True])
def test_the_registers_of_a_gicv3_are_undefined(
    machine: Handset, crm: int, op2: int, read: bool
) -> None:
    """ICC_SGI1R, ICC_ASGI1R, ICC_SGI0R and ICC_SRE, should a CPU trap them at all."""
    machine.enable2(1, 3)
    machine.vcpu(1).x[1] = 3 << 24 | 1
    trap(machine, SYSREG, sysreg(3, 0, 12, crm, op2, read=read))
    assert machine.host.injections == 1
    assert lib.host_guest_acknowledge() == 1023


def test_the_firmwares_interrupt_comes_by_its_distributor(machine: Handset) -> None:
    """A physical SPI wakes it, and its EOI lets the physical one go."""
    machine.enable2(0, handset.DEVICE_IRQ)
    machine.host.active[handset.DEVICE_IRQ] = 1
    lib.machine_interrupt(machine.cpu, handset.DEVICE_IRQ)
    assert machine.settle() == 0
    assert lib.host_guest_acknowledge() == handset.DEVICE_IRQ
    assert lib.host_guest_end(handset.DEVICE_IRQ)
    assert machine.host.deactivated[handset.DEVICE_IRQ] == 1


def test_a_restart_forgets_what_was_sent(machine: Handset) -> None:
    """Nobody hears an SGI of a former life."""
    machine.vcpu(1).vgic.senders[5] = 1
    machine.vcpu(1).x[0] = 0x84000009
    lib.trap_hvc(machine.vcpu(1))
    assert machine.vcpu(1).vgic.senders[5] == 0


def test_its_features_name_its_own_gic(machine: Handset) -> None:
    """MVP_CALL_FEATURES: the bit of version 2 instead of version 3's."""
    machine.vcpu(1).x[0] = lib.MVP_CALL_FEATURES
    assert lib.trap_hvc(machine.vcpu(1)) is not None
    assert machine.vcpu(1).x[0] == 0x7FD
