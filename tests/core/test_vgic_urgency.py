# SPDX-License-Identifier: Apache-2.0
"""Which interrupts stand in list registers where there are more of them: the most urgent."""

import pytest

import rig
from mvpsdk.core._library import lib
from rig import BOUND, NONE, OTHER, TIMER, UART, Rig


@pytest.fixture
def guest() -> Rig:
    """One vCPU on the CPU with a few interrupts enabled; BOUND is a device of the board."""
    return rig.delivering()


def test_the_most_urgent_of_many_come_first(guest: Rig) -> None:
    """More pend than there are list registers; a later one that is more urgent evicts."""
    pending = {1: 0x80, 2: 0x90, 3: 0xA0, UART: 0xB0, OTHER: 0x70}
    for intid, priority in pending.items():
        guest.priority(intid, priority)
        guest.bit_write(rig.ISPENDR, intid)
    assert guest.host.underflow == 1
    assert guest.drain() == [OTHER, 1, 2, 3, UART]
    assert guest.host.underflow == 0


def test_of_many_that_come_at_once_the_most_urgent_two_have_list_registers(guest: Rig) -> None:
    """What stood there and is less urgent waits outside with the rest, and none is lost."""
    late = {1: 0x80, 2: 0x60, 3: 0x70}
    guest.priority(OTHER, 0xF0)
    guest.bit_write(rig.ISPENDR, OTHER)
    for intid, priority in late.items():
        guest.bit_write(rig.ICENABLER, intid)
        guest.priority(intid, priority)
        guest.bit_write(rig.ISPENDR, intid)
    assert [value & 0x3FF for value in guest.registers()] == [OTHER]
    guest.write_redistributor(rig.SGI_FRAME + rig.ISENABLER, 0b1110)
    assert sorted(value & 0x3FF for value in guest.registers()) == [2, 3]
    assert guest.host.underflow == 1
    assert guest.drain() == [2, 3, 1, OTHER]


def test_a_newcomer_does_not_overtake_who_waits(guest: Rig) -> None:
    """Though a list register has become free for it meanwhile."""
    for intid, priority in ((1, 0x80), (2, 0x80), (3, 0x80), (OTHER, 0x90), (UART, 0xA0)):
        guest.priority(intid, priority)
    for intid in (1, 2, 3, OTHER):
        guest.bit_write(rig.ISPENDR, intid)
    assert guest.acknowledge() == 1
    guest.end(1)
    guest.line(UART, True)
    assert guest.acknowledge() == 2
    guest.end(2)
    guest.line(UART, False)
    assert guest.drain() == [3, OTHER]


def test_a_list_register_passes_to_another_interrupt(guest: Rig) -> None:
    """What stood there, finished, leaves it."""
    guest.hardware(BOUND)
    assert guest.drain() == [BOUND]
    guest.line(UART, True)
    assert len(guest.registers()) == 1
    guest.hardware(BOUND)
    guest.line(UART, False)
    assert guest.drain() == [BOUND]


def test_active_interrupts_are_not_evicted(guest: Rig) -> None:
    """Their end must be seen in their list register."""
    for intid in (1, 2, 3):
        guest.priority(intid, 0xF8)
        guest.bit_write(rig.ISPENDR, intid)
    assert [guest.acknowledge() for _ in range(3)] == [1, 2, 3]
    lib.vgic_pulse(guest.vcpu(), OTHER)
    guest.bit_write(rig.ISPENDR, UART)
    assert guest.acknowledge() == NONE
    for intid in (1, 2, 3):
        guest.end(intid)
    assert sorted(guest.drain()) == [UART, OTHER]


def test_a_new_priority_counts_at_once(guest: Rig) -> None:
    """Also for what stands in a list register."""
    for intid, priority in ((1, 0x80), (2, 0x90)):
        guest.priority(intid, priority)
        guest.bit_write(rig.ISPENDR, intid)
    guest.priority(2, 0x10)
    guest.priority(TIMER, 0x08)
    guest.hardware(TIMER)
    assert guest.drain() == [TIMER, 2, 1]


def test_three_list_registers_are_enough() -> None:
    """One is the timer's, two are for all else."""
    guest = Rig(lrs=3)
    guest.set_up(1, 2, 3, 4, TIMER)
    for intid in (1, 2, 3, 4):
        guest.bit_write(rig.ISPENDR, intid)
    guest.hardware(TIMER)
    assert sorted(guest.drain()) == [1, 2, 3, 4, TIMER]
