# SPDX-License-Identifier: Apache-2.0
"""How the vGIC delivers: list registers, lines, priorities, bound interrupts, switches."""

import pytest

import rig
from mvpsdk.core._library import lib
from rig import BOUND, NONE, OTHER, TIMER, TIMER_PHYSICAL, UART, Rig

EOI, HW, GROUP1 = 1 << 41, 1 << 61, 1 << 60


@pytest.fixture
def guest() -> Rig:
    """One vCPU on the CPU with a few interrupts enabled; BOUND is a device of the board."""
    return rig.delivering()


def test_the_timer_is_tied_to_the_boards_interrupt(guest: Rig) -> None:
    """Its list register says hardware, the board's INTID, group and priority."""
    guest.priority(TIMER, 0xA0)
    guest.hardware(TIMER)
    assert guest.host.lr[0] == 1 << 62 | HW | GROUP1 | 0xA0 << 48 | TIMER_PHYSICAL << 32 | TIMER
    assert guest.acknowledge() == TIMER
    guest.end(TIMER)
    assert guest.host.deactivated[TIMER_PHYSICAL] == 1
    assert guest.bit_read(rig.ISPENDR, TIMER) == 0


def test_the_timer_comes_again_and_again(guest: Rig) -> None:
    """Each time one write to a list register is all it takes."""
    for _ in range(5):
        before = guest.host.lr_writes
        guest.hardware(TIMER)
        assert guest.host.lr_writes == before + 1
        assert guest.drain() == [TIMER]


def test_a_timer_that_the_guest_has_disabled_waits(guest: Rig) -> None:
    """Its physical interrupt stays active, so that it does not storm, until it is enabled."""
    guest.bit_write(rig.ICENABLER, TIMER)
    guest.hardware(TIMER)
    assert guest.acknowledge() == NONE
    assert guest.host.active[TIMER_PHYSICAL] == 1
    assert guest.bit_read(rig.ISPENDR, TIMER) == 1
    guest.bit_write(rig.ISENABLER, TIMER)
    assert guest.acknowledge() == TIMER


def test_a_group_that_is_off_delivers_nothing(guest: Rig) -> None:
    """What came meanwhile comes when it is on again."""
    guest.hardware(BOUND)
    guest.write(rig.CTLR, 0)
    guest.hardware(TIMER)
    assert guest.acknowledge() == NONE
    assert not guest.pending()
    guest.write(rig.CTLR, 2)
    assert sorted(guest.drain()) == [TIMER, BOUND]


def test_what_became_pending_while_its_group_was_off_comes_when_it_opens(guest: Rig) -> None:
    """Pending first, enabled later, both behind the closed group: nothing of it is forgotten."""
    guest.write(rig.CTLR, 0)
    guest.bit_write(rig.ISPENDR, 70)
    guest.bit_write(rig.ISENABLER, 70)
    assert not guest.pending()
    guest.write(rig.CTLR, 2)
    assert guest.drain() == [70]


def test_group_0_has_an_enable_of_its_own(guest: Rig) -> None:
    """An interrupt that is moved to group 0 comes with that group's enable and without its bit."""
    lib.vgic_pulse(guest.vcpu(), OTHER)
    guest.write(rig.IGROUPR + 4, ~(1 << OTHER % 32) & 0xFFFFFFFF)
    assert guest.acknowledge() == NONE
    guest.write(rig.CTLR, 3)
    assert guest.registers()[0] & GROUP1 == 0
    assert guest.drain() == [OTHER]


def test_a_level_line_asks_for_its_end_to_be_told(guest: Rig) -> None:
    """As long as it is high, it comes again after each end."""
    guest.line(UART, True)
    assert guest.registers() == [1 << 62 | GROUP1 | EOI | UART]
    for _ in range(3):
        assert guest.acknowledge() == UART
        guest.end(UART)
    guest.line(UART, False)
    assert guest.acknowledge() == NONE


def test_a_line_that_falls_before_it_was_seen_is_withdrawn(guest: Rig) -> None:
    """No spurious interrupt is left behind."""
    guest.line(UART, True)
    guest.line(UART, False)
    assert guest.registers() == []
    assert guest.acknowledge() == NONE


def test_a_line_that_falls_in_its_handler_is_over_with_it(guest: Rig) -> None:
    """Rising again meanwhile makes it come again."""
    guest.line(UART, True)
    assert guest.acknowledge() == UART
    guest.line(UART, False)
    assert guest.bit_read(rig.ISACTIVER, UART) == 1
    guest.line(UART, True)
    guest.end(UART)
    assert guest.acknowledge() == UART
    guest.line(UART, False)
    guest.end(UART)
    assert guest.acknowledge() == NONE


def test_a_level_interrupt_set_pending_by_hand_survives_its_line(guest: Rig) -> None:
    """The latch is the guest's, the line is the device's."""
    guest.line(UART, True)
    guest.bit_write(rig.ISPENDR, UART)
    guest.line(UART, False)
    assert guest.drain() == [UART]


def test_edges_are_latched_also_while_active(guest: Rig) -> None:
    """A second edge during the handler is a second interrupt, a third is not a third."""
    guest.edge(OTHER)
    guest.line(OTHER, True)
    assert guest.acknowledge() == OTHER
    guest.line(OTHER, False)
    guest.line(OTHER, True)
    lib.vgic_pulse(guest.vcpu(), OTHER)
    guest.end(OTHER)
    assert guest.drain() == [OTHER]


def test_a_switch_of_trigger_keeps_what_is_there(guest: Rig) -> None:
    """A high line counts as soon as its interrupt is level-triggered."""
    guest.edge(OTHER)
    guest.line(OTHER, True)
    assert guest.drain() == [OTHER]
    guest.write(rig.ICFGR + 8, 0)
    assert guest.acknowledge() == OTHER
    guest.edge(OTHER)
    guest.end(OTHER)
    assert guest.acknowledge() == NONE


def test_an_sgi_to_self_comes_and_comes_again(guest: Rig) -> None:
    """In the same list register, and another SGI does not get lost beside it."""
    for _ in range(3):
        lib.vgic_sgi(guest.vcpu(), 1 << 24 | 1)
        assert guest.drain() == [1]
    lib.vgic_sgi(guest.vcpu(), 1 << 24 | 1)
    lib.vgic_sgi(guest.vcpu(), 2 << 24 | 1)
    lib.vgic_sgi(guest.vcpu(), 1 << 24 | 1)
    assert sorted(guest.drain()) == [1, 2]


def test_pending_and_active_can_be_cleared_by_hand(guest: Rig) -> None:
    """In list registers and beside them."""
    guest.bit_write(rig.ISPENDR, 1)
    guest.bit_write(rig.ICPENDR, 1)
    assert guest.acknowledge() == NONE
    guest.bit_write(rig.ISPENDR, 2)
    assert guest.acknowledge() == 2
    guest.bit_write(rig.ICACTIVER, 2)
    assert guest.bit_read(rig.ISACTIVER, 2) == 0
    assert guest.registers() == []
    guest.write(rig.ISPENDR + 4, 0)
    assert guest.registers() == []


def test_an_interrupt_made_active_by_hand_can_be_ended(guest: Rig) -> None:
    """It takes a list register, so that the guest's EOI counts, and waits while active."""
    guest.bit_write(rig.ISACTIVER, OTHER)
    guest.bit_write(rig.ISPENDR, OTHER)
    assert guest.bit_read(rig.ISACTIVER, OTHER) == 1
    assert guest.acknowledge() == NONE
    guest.end(OTHER)
    assert guest.drain() == [OTHER]


def test_made_active_without_a_free_list_register_it_stays_active(guest: Rig) -> None:
    """Until the guest clears it by hand."""
    for intid in (1, 2, 3):
        guest.bit_write(rig.ISPENDR, intid)
        guest.acknowledge()
    guest.bit_write(rig.ISACTIVER, OTHER)
    guest.bit_write(rig.ISPENDR, OTHER)
    for intid in (1, 2, 3):
        guest.end(intid)
    assert guest.acknowledge() == NONE
    guest.bit_write(rig.ICACTIVER, OTHER)
    assert guest.drain() == [OTHER]


def test_made_active_by_hand_it_takes_the_list_register_of_a_finished_one(guest: Rig) -> None:
    """Edge interrupts leave theirs without anyone being told."""
    for intid in (1, 2, 3):
        guest.bit_write(rig.ISPENDR, intid)
    assert len(guest.drain()) == 3
    guest.bit_write(rig.ISACTIVER, OTHER)
    guest.end(OTHER)
    assert guest.bit_read(rig.ISACTIVER, OTHER) == 0


def test_the_timer_made_active_by_hand_holds_the_boards(guest: Rig) -> None:
    """Its end lets it go, once."""
    guest.bit_write(rig.ISACTIVER, TIMER)
    assert guest.host.active[TIMER_PHYSICAL] == 1
    assert guest.host.lr[0] >> 62 == 2
    guest.end(TIMER)
    assert guest.host.active[TIMER_PHYSICAL] == 0
    assert guest.host.deactivated[TIMER_PHYSICAL] == 1


@pytest.mark.parametrize("intid", [TIMER, BOUND])
def test_a_bound_interrupt_set_pending_by_hand(guest: Rig, intid: int) -> None:
    """The physical one is held till its end, so that the two can't mix; a clear lets it go."""
    physical = TIMER_PHYSICAL if intid == TIMER else intid
    guest.bit_write(rig.ISPENDR, intid)
    assert guest.host.active[physical] == 1
    assert guest.drain() == [intid]
    assert guest.host.active[physical] == 0
    guest.bit_write(rig.ISPENDR, intid)
    guest.bit_write(rig.ICPENDR, intid)
    assert guest.host.active[physical] == 0
    assert guest.host.deactivated[physical] == 2


@pytest.mark.parametrize("intid", [TIMER, BOUND])
def test_a_bound_interrupt_set_pending_while_active_comes_again(guest: Rig, intid: int) -> None:
    """The physical one is let go after the second end."""
    physical = TIMER_PHYSICAL if intid == TIMER else intid
    guest.hardware(intid)
    assert guest.acknowledge() == intid
    guest.bit_write(rig.ISPENDR, intid)
    guest.end(intid)
    assert guest.host.active[physical] == 1
    assert guest.acknowledge() == intid
    guest.end(intid)
    assert guest.host.active[physical] == 0
    assert guest.host.deactivated[physical] == 1
    assert guest.drain() == []


def test_a_hand_set_bound_interrupt_that_is_disabled_meanwhile_is_held_again(guest: Rig) -> None:
    """Its end let the physical one go; the latch that is left takes it back."""
    guest.hardware(BOUND)
    assert guest.acknowledge() == BOUND
    guest.bit_write(rig.ICENABLER, BOUND)
    guest.bit_write(rig.ISPENDR, BOUND)
    guest.end(BOUND)
    guest.bit_write(rig.ISENABLER, BOUND)
    assert guest.host.active[BOUND] == 1
    assert guest.drain() == [BOUND]
    assert guest.host.active[BOUND] == 0


def test_nothing_stays_in_list_registers_when_the_vcpu_leaves(guest: Rig) -> None:
    """And all of it is back when it comes back."""
    guest.line(UART, True)
    guest.bit_write(rig.ISPENDR, 1)
    guest.hardware(BOUND)
    lib.vgic_save(guest.vcpu())
    assert guest.registers() == []
    assert guest.host.active[BOUND] == 1
    assert guest.pending()
    lib.vgic_load(guest.vcpu())
    guest.line(UART, False)
    assert sorted(guest.drain()) == [1, BOUND]


def test_a_pending_timer_is_left_to_its_line(guest: Rig) -> None:
    """The PPI is shared: its physical state goes with the vCPU, and the line raises it again."""
    guest.hardware(TIMER)
    lib.vgic_save(guest.vcpu())
    assert guest.host.active[TIMER_PHYSICAL] == 0
    assert not guest.pending()
    lib.vgic_load(guest.vcpu())
    assert guest.host.active[TIMER_PHYSICAL] == 0
    guest.hardware(TIMER)
    assert guest.drain() == [TIMER]


def test_a_timer_in_its_handler_stays_active_across_a_switch(guest: Rig) -> None:
    """On the CPU its physical state is active, off the CPU it is not."""
    guest.hardware(TIMER)
    assert guest.acknowledge() == TIMER
    lib.vgic_save(guest.vcpu())
    assert guest.host.active[TIMER_PHYSICAL] == 0
    lib.vgic_load(guest.vcpu())
    assert guest.host.active[TIMER_PHYSICAL] == 1
    assert guest.host.lr[0] >> 61 == 0b101
    guest.end(TIMER)
    assert guest.host.active[TIMER_PHYSICAL] == 0


def test_a_timer_set_pending_by_hand_survives_a_switch(guest: Rig) -> None:
    """There is no line that would raise it again."""
    guest.bit_write(rig.ISPENDR, TIMER)
    lib.vgic_save(guest.vcpu())
    assert guest.pending()
    lib.vgic_load(guest.vcpu())
    assert guest.host.active[TIMER_PHYSICAL] == 1
    assert guest.drain() == [TIMER]
    guest.hardware(TIMER)
    lib.vgic_save(guest.vcpu())
    assert not guest.pending()


def test_an_active_interrupt_that_is_cleared_off_the_cpu_does_not_come_back(guest: Rig) -> None:
    """The list register that was kept for it is free."""
    guest.bit_write(rig.ISPENDR, 1)
    assert guest.acknowledge() == 1
    lib.vgic_save(guest.vcpu())
    guest.bit_write(rig.ICACTIVER, 1)
    lib.vgic_load(guest.vcpu())
    assert guest.registers() == []


def test_off_the_cpu_what_comes_wakes_the_vcpu(guest: Rig) -> None:
    """If it is enabled; and the maintenance interrupt is not its business there."""
    lib.vgic_save(guest.vcpu())
    guest.vcpu().state = lib.VCPU_WAITING
    lib.vgic_maintenance(guest.vcpu())
    guest.bit_write(rig.ICENABLER, UART)
    guest.line(UART, True)
    assert guest.vcpu().state == lib.VCPU_WAITING
    guest.bit_write(rig.ISENABLER, UART)
    assert guest.vcpu().state == lib.VCPU_READY
    guest.vcpu().state = lib.VCPU_WAITING
    guest.hardware(BOUND)
    assert guest.vcpu().state == lib.VCPU_READY


def test_a_timer_that_comes_for_a_vcpu_off_the_cpu_waits(guest: Rig) -> None:
    """The scheduler sees to it that this does not happen; nothing breaks if it does."""
    lib.vgic_save(guest.vcpu())
    guest.hardware(TIMER)
    assert guest.registers() == []
    lib.vgic_load(guest.vcpu())
    assert guest.drain() == [TIMER]


def test_who_asks_learns_whether_an_interrupt_would_be_taken(guest: Rig) -> None:
    """Enabled, its group too, and not active."""
    assert lib.vgic_accepts(guest.vcpu(), UART)
    guest.bit_write(rig.ICENABLER, UART)
    assert not lib.vgic_accepts(guest.vcpu(), UART)
    assert lib.vgic_accepts(guest.vcpu(), TIMER)
    guest.write(rig.CTLR, 0)
    assert not lib.vgic_accepts(guest.vcpu(), TIMER)


def test_a_stopped_partition_gives_its_physical_interrupts_up(guest: Rig) -> None:
    """Each that was held is deactivated once; the others are left alone."""
    lib.vgic_bind(guest.vcpu(), 46, False)
    guest.hardware(BOUND)
    guest.hardware(46)
    assert guest.acknowledge() == BOUND
    lib.vgic_save(guest.vcpu())
    lib.vgic_release(guest.vcpu())
    assert [guest.host.deactivated[n] for n in (44, BOUND, 46)] == [0, 1, 1]
    lib.vgic_release(guest.vcpu())
    assert guest.host.deactivated[BOUND] == 1
