# SPDX-License-Identifier: Apache-2.0
"""The emulated physical timer (Arm DDI 0487, D11)."""

import pytest

from mvpsdk.core._library import lib
from rig import NONE, Rig

PPI = 30
ENABLE, IMASK, ISTATUS = 1, 2, 4
NEVER = 0xFFFFFFFFFFFFFFFF


class Timer(Rig):
    """A guest with its physical timer's interrupt enabled; `now` is the counter."""

    def __init__(self) -> None:
        super().__init__()
        self.set_up(PPI)
        self.now = 1000

    def get(self, register: int) -> int:
        """Read a register."""
        return int(lib.ptimer_read(self.vcpu(), register, self.now))

    def put(self, register: int, data: int) -> None:
        """Write a register."""
        lib.ptimer_write(self.vcpu(), register, data, self.now)

    def poll(self) -> int:
        """Drive the line; return the next deadline."""
        return int(lib.ptimer_poll(self.vcpu(), self.now))


@pytest.fixture
def timer() -> Timer:
    """A timer as after reset: off."""
    return Timer()


def test_it_fires_when_the_counter_gets_there(timer: Timer) -> None:
    """Its line stays high until the guest sets it anew."""
    timer.put(lib.PTIMER_CVAL, 1500)
    timer.put(lib.PTIMER_CTL, ENABLE)
    assert timer.poll() == 1500
    assert timer.get(lib.PTIMER_CTL) == ENABLE
    timer.now = 1500
    assert timer.poll() == NEVER
    assert timer.get(lib.PTIMER_CTL) == ENABLE | ISTATUS
    assert timer.acknowledge() == PPI
    timer.put(lib.PTIMER_CVAL, 3000)
    timer.end(PPI)
    assert timer.acknowledge() == NONE
    assert timer.poll() == 3000


def test_the_timer_value_is_the_distance_to_the_compare_value(timer: Timer) -> None:
    """Signed 32 bits: it goes on below zero once it has fired."""
    timer.put(lib.PTIMER_TVAL, 500)
    assert timer.get(lib.PTIMER_CVAL) == 1500
    timer.now = 1502
    assert timer.get(lib.PTIMER_TVAL) == 0xFFFFFFFE
    timer.put(lib.PTIMER_TVAL, 0xFFFFFFFF)
    assert timer.get(lib.PTIMER_CVAL) == 1501


def test_a_masked_timer_shows_its_status_and_is_silent(timer: Timer) -> None:
    """Unmasking one that is due interrupts at once."""
    timer.put(lib.PTIMER_CTL, ENABLE | IMASK)
    assert timer.get(lib.PTIMER_CTL) == ENABLE | IMASK | ISTATUS
    assert timer.poll() == NEVER
    assert timer.acknowledge() == NONE
    timer.put(lib.PTIMER_CTL, ENABLE)
    assert timer.acknowledge() == PPI


def test_a_timer_that_is_off_is_not_met(timer: Timer) -> None:
    """Its status bit can't be written either."""
    timer.put(lib.PTIMER_CTL, ISTATUS)
    assert timer.get(lib.PTIMER_CTL) == 0
    assert timer.poll() == NEVER


def test_compare_values_are_unsigned(timer: Timer) -> None:
    """A value with the top bit set lies ahead."""
    timer.put(lib.PTIMER_CVAL, 1 << 63)
    timer.put(lib.PTIMER_CTL, ENABLE)
    assert timer.poll() == 1 << 63
    assert timer.get(lib.PTIMER_CTL) == ENABLE
