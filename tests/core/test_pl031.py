# SPDX-License-Identifier: Apache-2.0
"""The emulated PL031 real-time clock (Arm DDI 0224)."""

import pytest

import rig
from mvpsdk.core._library import ffi, lib
from rig import NONE, Rig

DR, MR, LR, CR, IMSC, RIS, MIS, ICR = range(0, 0x20, 4)
RTC = 34
NEVER = 0xFFFFFFFFFFFFFFFF


class Clock(Rig):
    """A guest with a clock on its interrupt controller; `now` is the hypervisor's, in seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.set_up(RTC)
        self.now = 1000
        lib.pl031_init(ffi.addressof(self.partition.rtc), RTC)

    def get(self, offset: int) -> int:
        """Read a register."""
        return int(lib.pl031_read(self.vcpu(), offset, self.now))

    def put(self, offset: int, data: int) -> None:
        """Write a register."""
        lib.pl031_write(self.vcpu(), offset, data, self.now)

    def poll(self) -> int:
        """Return the seconds until the match, firing it if it is due."""
        return int(lib.pl031_poll(self.vcpu(), self.now))


@pytest.fixture
def clock() -> Clock:
    """A clock as after reset."""
    return Clock()


def test_it_identifies_as_a_pl031(clock: Clock) -> None:
    """Peripheral ID 0x00041031, PrimeCell ID 0xb105f00d."""
    assert bytes(clock.get(0xFE0 + 4 * n) for n in range(8)) == bytes.fromhex("311004000df005b1")


def test_it_tells_the_hypervisors_time(clock: Clock) -> None:
    """It always runs, and there is nothing to stop it by."""
    clock.put(CR, 0)
    clock.put(DR, 5)
    clock.now += 7
    assert clock.get(DR) == 1007
    assert clock.get(CR) == 1
    assert clock.get(0x40) == 0


def test_a_guest_can_set_its_own_time(clock: Clock) -> None:
    """It goes on from there."""
    clock.put(LR, 5_000_000)
    clock.now += 3
    assert clock.get(LR) == 5_000_000
    assert clock.get(DR) == 5_000_003


def test_the_count_wraps_at_32_bits(clock: Clock) -> None:
    """As the hardware's does."""
    clock.put(LR, 0xFFFFFFFF)
    clock.now += 2
    assert clock.get(DR) == 1


def test_no_match_fires_before_one_is_set(clock: Clock) -> None:
    """Not even at zero."""
    assert clock.poll() == NEVER
    assert clock.get(RIS) == 0


def test_a_match_interrupts_when_the_time_has_come(clock: Clock) -> None:
    """Until then poll tells how long it will be; the guest acknowledges at the clock."""
    clock.put(IMSC, 1)
    clock.put(MR, 1010)
    assert clock.get(MR) == 1010
    assert clock.poll() == 10
    clock.now += 9
    assert clock.poll() == 1
    assert clock.acknowledge() == NONE
    clock.now += 1
    assert clock.poll() == NEVER
    assert [clock.get(RIS), clock.get(MIS), clock.get(IMSC)] == [1, 1, 1]
    assert clock.acknowledge() == RTC
    clock.put(ICR, 1)
    clock.end(RTC)
    assert clock.acknowledge() == NONE


def test_a_masked_match_is_seen_in_the_raw_status_alone(clock: Clock) -> None:
    """Unmasking it interrupts."""
    clock.put(MR, 1000)
    assert [clock.get(RIS), clock.get(MIS)] == [1, 0]
    assert clock.bit_read(rig.ISPENDR, RTC) == 0
    clock.put(IMSC, 1)
    assert clock.bit_read(rig.ISPENDR, RTC) == 1


def test_setting_the_time_moves_a_match_with_it(clock: Clock) -> None:
    """The match is a time of the guest's clock."""
    clock.put(MR, 2000)
    clock.put(LR, 1990)
    assert clock.poll() == 10


def test_a_read_that_comes_late_finds_the_match_fired(clock: Clock) -> None:
    """Nobody needs to have polled."""
    clock.put(MR, 1005)
    clock.now += 60
    assert clock.get(RIS) == 1
