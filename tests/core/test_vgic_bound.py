# SPDX-License-Identifier: Apache-2.0
"""Interrupts of the board that come again: what fuzzing found of bound ones."""

import pytest

import rig
from mvpsdk.core._library import lib
from rig import Rig

FIRST, SECOND, THIRD = 45, 46, 47
LINES = (33, 34, 40)


@pytest.fixture
def guest() -> Rig:
    """One vCPU on the CPU with three devices of the board and some emulated ones."""
    guest = Rig()
    for intid in (FIRST, SECOND, THIRD):
        lib.vgic_bind(guest.vcpu(), intid, False)
    guest.set_up(FIRST, SECOND, THIRD, *LINES)
    return guest


def test_the_second_of_two_that_were_finished_comes_again(guest: Rig) -> None:
    """Taking its old list register back does not take the new interrupt with it."""
    for _ in range(3):
        guest.hardware(FIRST)
        guest.hardware(SECOND)
        assert guest.drain() == [FIRST, SECOND]
        guest.hardware(SECOND)
        assert guest.drain() == [SECOND]
    assert not guest.host.active[SECOND]


def test_one_that_comes_again_while_others_wait_is_kept(guest: Rig) -> None:
    """Its list register is finished, and every other one is taken."""
    guest.hardware(FIRST)
    for intid in LINES:
        guest.line(intid, True)
    assert lib.host_guest_acknowledge() == FIRST
    assert lib.host_guest_end(FIRST)
    guest.hardware(FIRST)
    taken = []
    while (intid := guest.acknowledge()) != rig.NONE:
        taken.append(intid)
        if intid in LINES:
            guest.line(intid, False)
        guest.end(intid)
    assert sorted(taken) == sorted([FIRST, *LINES])
    assert not guest.host.active[FIRST]


def test_the_boards_stays_active_while_one_set_pending_waits_behind_its_end(guest: Rig) -> None:
    """Disabled, made pending and active by hand, then ended: the pending one still holds it."""
    guest.bit_write(rig.ICENABLER, FIRST)
    guest.bit_write(rig.ISPENDR, FIRST)
    guest.bit_write(rig.ISACTIVER, FIRST)
    guest.end(FIRST)
    assert guest.host.active[FIRST]
    guest.bit_write(rig.ISENABLER, FIRST)
    assert guest.drain() == [FIRST]
    assert not guest.host.active[FIRST]


def test_the_timer_comes_again_after_its_group_was_closed_in_its_handler(guest: Rig) -> None:
    """A guest that does so keeps nobody's timer from firing: it waits until the group is open."""
    guest.bit_write(rig.ISENABLER, rig.TIMER)
    guest.hardware(rig.TIMER)
    assert guest.acknowledge() == rig.TIMER
    guest.write(rig.CTLR, 0)
    assert lib.host_guest_end(rig.TIMER)
    guest.hardware(rig.TIMER)
    assert not guest.pending()
    assert guest.host.active[rig.TIMER_PHYSICAL]
    guest.write(rig.CTLR, guest.ENABLE)
    assert guest.drain() == [rig.TIMER]
    assert not guest.host.active[rig.TIMER_PHYSICAL]
