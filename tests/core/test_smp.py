# SPDX-License-Identifier: Apache-2.0
"""Several physical CPUs: calls to others, and what another CPU has in its list registers."""

from typing import Any

import pytest

import rig
from mvpsdk.core._library import ffi, lib
from rig import NONE, SGI_FRAME, STRIDE, TIMER
from rig_smp import SmpRig

SPI = 40


@pytest.fixture
def guest() -> SmpRig:
    """Two vCPUs, each on a CPU of its own; SGIs are enabled, and an SPI, routed to the first."""
    guest = SmpRig()
    guest.set_up(SPI)
    for number in range(2):
        frame = number * STRIDE + SGI_FRAME
        guest.write_redistributor(frame + rig.ISENABLER, 0xFFFF | 1 << TIMER)
    guest.edge(SPI)
    guest.leave()
    for number in range(2):
        guest.host.cpus[number].called = guest.host.cpus[number].kicks = 0
    return guest


def route(guest: SmpRig, number: int) -> None:
    """Send the SPI to a vCPU."""
    guest.write(rig.IROUTER + 8 * SPI, number, 8)
    guest.leave()


def pulse(guest: SmpRig) -> None:
    """The SPI comes."""
    lib.vgic_pulse(guest.vcpu(), SPI)


def pend_elsewhere(guest: SmpRig) -> None:
    """The SPI stands in the other CPU's list registers, pending."""
    route(guest, 1)
    pulse(guest)
    guest.come(1)


def test_an_sgi_calls_the_cpu_that_runs_its_target(guest: SmpRig) -> None:
    """It stands in a list register there as soon as that CPU has come, and nowhere else."""
    lib.vgic_sgi(guest.vcpu(), 5 << 24 | 0b10)
    assert guest.host.cpus[1].kicks == 1
    assert guest.acknowledge_at(1) == NONE
    guest.come(1)
    assert guest.acknowledge_at(1) == 5
    assert guest.acknowledge_at(0) == NONE


def test_an_sgi_to_all_reaches_the_sender_without_a_call(guest: SmpRig) -> None:
    """Only the other CPU is called."""
    lib.vgic_sgi(guest.vcpu(), 5 << 24 | 0b11)
    guest.come(1)
    assert [guest.acknowledge_at(number) for number in range(2)] == [5, 5]
    assert guest.host.cpus[0].kicks == 0


def test_an_sgi_ends_the_wait_of_a_vcpu_on_an_idle_cpu(guest: SmpRig) -> None:
    """It waits in the hypervisor, loaded still: it is made ready, and its CPU decides anew."""
    guest.vcpu(1).state = lib.VCPU_WAITING
    lib.vgic_sgi(guest.vcpu(), 5 << 24 | 0b10)
    assert guest.vcpu(1).state == lib.VCPU_READY
    assert guest.machine.cpus[1].resched == 1
    guest.come(1)
    assert guest.acknowledge_at(1) == 5


def test_an_spi_is_delivered_where_it_is_routed(guest: SmpRig) -> None:
    """By a call, if that is another CPU."""
    pulse(guest)
    assert guest.acknowledge_at(0) == SPI
    lib.host_guest_end(SPI)
    pend_elsewhere(guest)
    assert guest.acknowledge_at(1) == SPI


def test_a_call_that_comes_late_finds_nothing_to_do(guest: SmpRig) -> None:
    """The vCPU has left its CPU meanwhile, and found its interrupt when it came back."""
    lib.vgic_sgi(guest.vcpu(), 5 << 24 | 0b10)
    guest.at(1)
    lib.vgic_save(guest.vcpu(1))
    lib.vgic_called(guest.vcpu(1))
    assert guest.registers() == []
    lib.vgic_load(guest.vcpu(1))
    assert guest.vcpu(1).vgic.called == 0
    assert guest.acknowledge_at(1) == 5


def test_a_call_to_a_cpu_that_runs_nobody_is_no_fault(guest: SmpRig) -> None:
    """Its last vCPU's partition is gone, or it has not had one."""
    guest.machine.cpus[1].current = ffi.NULL
    guest.host.cpus[1].called = 1
    guest.come(1)
    assert guest.registers() == []


@pytest.mark.parametrize(
    ("register", "active", "bit"),
    [
        (rig.ISPENDR, False, 1),
        (rig.ICPENDR, False, 1),
        (rig.ISACTIVER, True, 1),
        (rig.ISACTIVER, False, 0),
        (rig.ISPENDR, True, 0),
    ],
)
def test_what_another_cpu_holds_reads_as_it_is(
    guest: SmpRig, register: int, active: bool, bit: int
) -> None:
    """Pending or active there: it stands still for the look, and goes on afterwards."""
    pend_elsewhere(guest)
    if active:
        assert guest.acknowledge_at(1) == SPI
    assert guest.bit_read(register, SPI) == bit
    assert guest.vcpu(1).vgic.loaded == 0
    guest.leave()
    assert guest.vcpu(1).vgic.loaded == 1
    assert guest.acknowledge_at(1) == (NONE if active else SPI)


def test_nobody_stands_still_for_what_this_cpu_has_itself(guest: SmpRig) -> None:
    """A look at one's own interrupts calls nobody."""
    pulse(guest)
    assert guest.bit_read(rig.ISPENDR, SPI) == 1
    assert guest.machine.smp.still == 0
    assert guest.host.cpus[1].kicks == 0


def test_a_pending_interrupt_can_be_taken_from_another_cpu(guest: SmpRig) -> None:
    """Disabled or cleared from here, it is not delivered there any more."""
    pend_elsewhere(guest)
    guest.bit_write(rig.ICENABLER, SPI)
    guest.leave()
    assert guest.acknowledge_at(1) == NONE
    guest.bit_write(rig.ISENABLER, SPI)
    guest.leave()
    guest.come(1)
    assert guest.acknowledge_at(1) == SPI


def test_an_interrupt_that_is_routed_anew_moves_to_the_other_cpu(guest: SmpRig) -> None:
    """From this one's list registers to that one's, and back."""
    pulse(guest)
    route(guest, 1)
    assert guest.acknowledge_at(0) == NONE
    guest.come(1)
    route(guest, 0)
    assert guest.acknowledge_at(1) == NONE
    assert guest.acknowledge_at(0) == SPI


def test_an_active_interrupt_stays_with_the_cpu_that_took_it(guest: SmpRig) -> None:
    """Its group and priority change from here; its end comes from there."""
    pend_elsewhere(guest)
    assert guest.acknowledge_at(1) == SPI
    guest.priority(SPI, 0x40)
    guest.leave()
    guest.at(1)
    assert lib.host_guest_end(SPI)


def test_made_active_by_hand_it_can_be_ended_on_its_cpu(guest: SmpRig) -> None:
    """ISACTIVER for an SPI that is routed to a vCPU on another CPU."""
    route(guest, 1)
    guest.bit_write(rig.ISACTIVER, SPI)
    guest.leave()
    guest.come(1)
    guest.at(1)
    assert lib.host_guest_end(SPI)


def test_anothers_private_interrupts_are_seen_and_changed_from_here(guest: SmpRig) -> None:
    """Through its redistributor: its CPU gives them back for as long as that takes."""
    lib.vgic_sgi(guest.vcpu(), 5 << 24 | 0b10)
    guest.come(1)
    assert guest.bit_read(rig.ISPENDR, 5, vcpu=1) == 1
    guest.bit_write(rig.ICPENDR, 5, vcpu=1)
    assert guest.bit_read(rig.ISPENDR, 5, vcpu=1) == 0
    guest.leave()
    assert guest.acknowledge_at(1) == NONE


def test_groups_switched_off_withdraw_from_all_cpus(guest: SmpRig) -> None:
    """GICD_CTLR; switched on again, what was pending is delivered."""
    lib.vgic_sgi(guest.vcpu(), 5 << 24 | 0b10)
    guest.come(1)
    guest.write(rig.CTLR, 0)
    guest.leave()
    assert guest.acknowledge_at(1) == NONE
    guest.write(rig.CTLR, 2)
    guest.leave()
    guest.come(1)
    assert guest.acknowledge_at(1) == 5


def test_two_looks_during_one_stay_call_the_others_once(guest: SmpRig) -> None:
    """They stand still until this CPU leaves."""
    pend_elsewhere(guest)
    before = int(guest.host.cpus[1].kicks)
    assert guest.bit_read(rig.ISPENDR, SPI) == 1
    assert guest.bit_read(rig.ISPENDR, SPI) == 1
    assert guest.host.cpus[1].kicks == before + 1
    guest.leave()
    assert guest.machine.smp.still == guest.machine.smp.partitions == 0


def test_a_cpu_that_finds_others_standing_still_waits_for_the_end(guest: SmpRig) -> None:
    """Its own list registers are put back meanwhile if they are wanted, and filled again."""
    pend_elsewhere(guest)
    guest.machine.smp.still = 1
    guest.machine.smp.partitions = 1
    guest.at(1)
    assert lib.smp_door(guest.machine.cpus + 1)
    assert guest.machine.smp.still == 0
    assert guest.vcpu(1).vgic.loaded == 1
    assert guest.acknowledge_at(1) == SPI


@pytest.mark.parametrize("loaded", [False, True])
def test_a_cpu_whose_guest_is_not_meant_only_waits(guest: SmpRig, loaded: bool) -> None:
    """Another partition's are to stand still, or it has none loaded."""
    guest.at(1)
    if not loaded:
        lib.vgic_save(guest.vcpu(1))
    guest.machine.smp.still = 1
    guest.machine.smp.partitions = 2 if loaded else 1
    before = int(guest.host.lr_writes)
    assert lib.smp_door(guest.machine.cpus + 1)
    assert guest.host.lr_writes == before


@pytest.mark.parametrize("became", ["VCPU_OFF", "VCPU_LOADING", "fresh"])
def test_what_a_vcpu_came_for_is_void_if_it_was_stopped_meanwhile(
    guest: SmpRig, became: str
) -> None:
    """It stood still; then its partition was stopped, or started anew."""
    cpu: Any = guest.machine.cpus + 1
    guest.machine.smp.partitions = 1
    guest.at(1)
    assert lib.smp_stand(cpu)
    if became == "fresh":
        guest.vcpu(1).fresh = 1
    else:
        guest.vcpu(1).state = getattr(lib, became)
    assert not lib.smp_go_on(cpu)
    assert guest.vcpu(1).vgic.loaded == 0


def test_who_is_to_run_is_decided_where_the_vcpu_is(guest: SmpRig) -> None:
    """This CPU only takes note; another is called."""
    lib.sched_again(guest.machine.cpus + 0)
    assert guest.machine.cpus[0].resched == 1
    assert [guest.host.cpus[n].kicks for n in range(2)] == [0, 0]
    lib.sched_again(guest.machine.cpus + 1)
    assert guest.machine.cpus[1].resched == 1
    assert [guest.host.cpus[n].kicks for n in range(2)] == [0, 1]


@pytest.mark.parametrize("rest", ["smp_yield", "smp_idle"])
def test_others_are_let_in_between_steps_and_while_idle(guest: SmpRig, rest: str) -> None:
    """The lock is given up and taken again, and a stand-still of this CPU's ends."""
    guest.machine.smp.still = 1
    before = int(guest.host.locks)
    getattr(lib, rest)(guest.machine.cpus + 0)
    assert guest.host.locks == before + 1
    assert guest.host.unlocks == guest.host.locks
    assert guest.machine.smp.still == 0
    assert guest.machine.smp.here == 0


def test_a_cpu_that_comes_back_waits_at_the_door(guest: SmpRig) -> None:
    """Another one's stand-still goes on when this one has idled."""
    guest.machine.smp.still = 2
    guest.machine.smp.partitions = 1
    lib.smp_yield(guest.machine.cpus + 0)
    assert guest.machine.smp.still == 0
    assert guest.vcpu(0).vgic.loaded == 1
