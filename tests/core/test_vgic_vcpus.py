# SPDX-License-Identifier: Apache-2.0
"""Several vCPUs of one partition: SGIs between them, routing, each other's redistributors."""

import pytest

import rig
from mvpsdk.core._library import lib
from rig import NONE, SGI_FRAME, STRIDE, TIMER, TIMER_PHYSICAL, Rig

SPI = 40


@pytest.fixture
def guest() -> Rig:
    """Three vCPUs, the first on the CPU and the others waiting."""
    guest = Rig(vcpus=3)
    guest.set_up(SPI)
    for number in range(3):
        guest.write_redistributor(number * STRIDE + SGI_FRAME + rig.ISENABLER, 0xFFFF)
    for number in (1, 2):
        guest.vcpu(number).state = lib.VCPU_WAITING
    return guest


def states(guest: Rig) -> list[int]:
    """What each vCPU does."""
    return [guest.vcpu(number).state for number in range(3)]


def test_an_sgi_wakes_its_target_and_waits_for_it(guest: Rig) -> None:
    """It is delivered when the target enters the CPU, and to nobody else."""
    lib.vgic_sgi(guest.vcpu(), 5 << 24 | 0b010)
    assert states(guest) == [lib.VCPU_READY, lib.VCPU_READY, lib.VCPU_WAITING]
    assert guest.acknowledge() == NONE
    guest.switch(0, 1)
    assert guest.acknowledge() == 5


def test_an_sgi_to_several_reaches_each_of_them(guest: Rig) -> None:
    """The sender may be one of them."""
    lib.vgic_sgi(guest.vcpu(), 3 << 24 | 0b101)
    assert guest.acknowledge() == 3
    assert [guest.pending(number) for number in (1, 2)] == [False, True]


def test_an_sgi_to_all_but_self_leaves_the_sender_out(guest: Rig) -> None:
    """IRM, bit 40."""
    lib.vgic_sgi(guest.vcpu(), 1 << 40 | 7 << 24 | 0b001)
    assert [guest.pending(number) for number in range(3)] == [False, True, True]


@pytest.mark.parametrize("field", [16, 32, 44, 48])
def test_an_sgi_to_another_affinity_reaches_nobody(guest: Rig, field: int) -> None:
    """Affinity 1 to 3 and the range selector are all zero here."""
    lib.vgic_sgi(guest.vcpu(), 1 << field | 1 << 24 | 0b111)
    assert [guest.pending(number) for number in range(3)] == [False] * 3


def test_an_sgi_to_a_vcpu_that_is_not_there_is_lost(guest: Rig) -> None:
    """The others do not mind."""
    lib.vgic_sgi(guest.vcpu(), 1 << 24 | 0b1000)
    assert [guest.pending(number) for number in range(3)] == [False] * 3


def test_a_routed_interrupt_goes_to_its_vcpu_alone(guest: Rig) -> None:
    """It wakes that one, and the vCPU on the CPU does not see it."""
    guest.write(rig.IROUTER + 8 * SPI, 2, 8)
    lib.vgic_pulse(guest.vcpu(), SPI)
    assert states(guest) == [lib.VCPU_READY, lib.VCPU_WAITING, lib.VCPU_READY]
    assert guest.acknowledge() == NONE
    guest.switch(0, 2)
    assert guest.acknowledge() == SPI


def test_a_pending_interrupt_follows_a_new_routing(guest: Rig) -> None:
    """Also out of a list register."""
    lib.vgic_pulse(guest.vcpu(), SPI)
    guest.write(rig.IROUTER + 8 * SPI, 1, 8)
    assert guest.acknowledge() == NONE
    assert states(guest)[1] == lib.VCPU_READY
    guest.switch(0, 1)
    assert guest.drain() == [SPI]


def test_an_active_interrupt_stays_where_it_is_handled(guest: Rig) -> None:
    """The next one goes by the new routing, also if the handler lost the CPU in between."""
    lib.vgic_pulse(guest.vcpu(), SPI)
    assert guest.acknowledge() == SPI
    guest.write(rig.IROUTER + 8 * SPI, 1, 8)
    guest.switch(0, 1)
    lib.vgic_pulse(guest.vcpu(), SPI)
    assert guest.acknowledge() == NONE
    guest.switch(1, 0)
    guest.end(SPI)
    guest.switch(0, 1)
    assert guest.drain() == [SPI]


def test_enabling_an_interrupt_wakes_the_vcpu_it_is_routed_to(guest: Rig) -> None:
    """Though another vCPU did it."""
    guest.bit_write(rig.ICENABLER, SPI)
    guest.write(rig.IROUTER + 8 * SPI, 1, 8)
    lib.vgic_pulse(guest.vcpu(), SPI)
    assert states(guest)[1] == lib.VCPU_WAITING
    guest.bit_write(rig.ISENABLER, SPI)
    assert states(guest)[1] == lib.VCPU_READY


def test_a_vcpu_can_set_up_anothers_redistributor(guest: Rig) -> None:
    """What becomes deliverable there wakes that vCPU; its timer is settled when it is back."""
    guest.bit_write(rig.ISPENDR, TIMER, vcpu=1)
    assert guest.host.active[TIMER_PHYSICAL] == 0
    assert states(guest)[1] == lib.VCPU_WAITING
    guest.bit_write(rig.ISENABLER, TIMER, vcpu=1)
    assert states(guest)[1] == lib.VCPU_READY
    guest.switch(0, 1)
    assert guest.host.active[TIMER_PHYSICAL] == 1
    assert guest.drain() == [TIMER]


def test_an_interrupt_made_active_by_hand_off_the_cpu_can_be_ended(guest: Rig) -> None:
    """Its list register is filled when the vCPU enters the CPU."""
    guest.bit_write(rig.ISACTIVER, 2, vcpu=1)
    guest.switch(0, 1)
    guest.end(2)
    assert guest.bit_read(rig.ISACTIVER, 2, vcpu=1) == 0


def test_the_group_enable_is_for_all_vcpus(guest: Rig) -> None:
    """Switching it on wakes each that has something pending."""
    guest.write(rig.CTLR, 0)
    lib.vgic_sgi(guest.vcpu(), 1 << 40 | 1 << 24)
    assert states(guest)[1:] == [lib.VCPU_WAITING] * 2
    guest.write(rig.CTLR, 2)
    assert states(guest)[1:] == [lib.VCPU_READY] * 2


def test_timers_of_two_vcpus_do_not_mix(guest: Rig) -> None:
    """One is in its handler while the other's fires and ends."""
    for number in (0, 1):
        guest.bit_write(rig.ISENABLER, TIMER, vcpu=number)
    guest.hardware(TIMER)
    assert guest.acknowledge() == TIMER
    guest.switch(0, 1)
    guest.host.active[TIMER_PHYSICAL] = 1
    lib.vgic_hardware(guest.vcpu(1), TIMER)
    assert guest.drain() == [TIMER]
    guest.switch(1, 0)
    assert guest.host.active[TIMER_PHYSICAL] == 1
    guest.end(TIMER)
    assert guest.host.deactivated[TIMER_PHYSICAL] == 2
