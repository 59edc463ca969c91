# SPDX-License-Identifier: Apache-2.0
"""PSCI 1.1 as a guest calls it (Arm DEN0022)."""

import pytest

from mvpsdk.core._library import ffi, lib
from rig import Rig

VERSION, CPU_SUSPEND, CPU_OFF, CPU_ON, AFFINITY_INFO = range(0x84000000, 0x84000005)
MIGRATE, MIGRATE_INFO_TYPE, SYSTEM_OFF, SYSTEM_RESET, FEATURES = (
    0x84000005,
    0x84000006,
    0x84000008,
    0x84000009,
    0x8400000A,
)
WIDE = 0x40000000
NOT_SUPPORTED, INVALID, DENIED, ALREADY_ON, INVALID_ADDRESS = -1, -2, -3, -4, -9
SYSTEM_SUSPEND = 0x8400000E


class Guest(Rig):
    """A guest with two vCPUs, of which the second is off."""

    def __init__(self) -> None:
        super().__init__(vcpus=2)
        self.vcpu(1).state = lib.VCPU_OFF
        self.partition.windows[0].kind = lib.MVP_REGION_PL061
        self.partition.window_count = 1
        self.action = lib.CALL_DONE

    def call(self, function: int, *arguments: int) -> int:
        """Call, and return x0 as a signed number."""
        for n, value in enumerate((function, *arguments)):
            self.vcpu().x[n] = value
        self.action = lib.call_dispatch(self.vcpu())
        return int(ffi.cast("int64_t", self.vcpu().x[0]))


@pytest.fixture
def guest() -> Guest:
    """Two vCPUs, one running."""
    return Guest()


def test_the_version_is_1_1(guest: Guest) -> None:
    """And there is no 64-bit form of the question."""
    assert guest.call(VERSION) == 0x10001
    assert guest.action == lib.CALL_DONE
    assert guest.call(VERSION | WIDE) == NOT_SUPPORTED


def test_there_is_no_trusted_os_to_migrate(guest: Guest) -> None:
    """So MIGRATE itself is not supported."""
    assert guest.call(MIGRATE_INFO_TYPE) == 2
    assert guest.call(MIGRATE) == NOT_SUPPORTED


@pytest.mark.parametrize(
    ("function", "action"),
    [
        (CPU_SUSPEND, "CALL_WAIT"),
        (CPU_SUSPEND | WIDE, "CALL_WAIT"),
        (CPU_OFF, "CALL_CPU_OFF"),
        (SYSTEM_OFF, "CALL_SYSTEM_OFF"),
        (SYSTEM_RESET, "CALL_SYSTEM_RESET"),
    ],
)
def test_what_concerns_more_than_registers_is_left_to_the_scheduler(
    guest: Guest, function: int, action: str
) -> None:
    """The call says what is to be done."""
    assert guest.call(function) == 0
    assert guest.action == getattr(lib, action)


def test_a_vcpu_is_switched_on_at_its_entry(guest: Guest) -> None:
    """With the context in x0; a second time it is on already."""
    assert guest.call(CPU_ON | WIDE, 1, 0x1_4000_0000, 0x1_0000_0007) == 0
    assert guest.action == lib.CALL_CPU_ON
    other = guest.vcpu(1)
    assert (other.state, other.fresh) == (lib.VCPU_READY, 1)
    assert (other.entry, other.argument) == (0x1_4000_0000, 0x1_0000_0007)
    assert guest.call(CPU_ON | WIDE, 1, 0x40000000, 7) == ALREADY_ON
    assert guest.action == lib.CALL_DONE


def test_the_32_bit_form_takes_32_bits_of_each_argument(guest: Guest) -> None:
    """Whatever the upper halves of the registers hold."""
    junk = 0xABCD_0000_0000
    assert guest.call(CPU_ON, junk | 1, junk | 0x40000000, junk | 9) == 0
    assert (guest.vcpu(1).entry, guest.vcpu(1).argument) == (0x40000000, 9)


@pytest.mark.parametrize(
    ("affinity", "entry", "error"),
    [
        (2, 0x40000000, INVALID),
        (0x100, 0x40000000, INVALID),
        (0x80000001, 0x40000000, INVALID),
        (1, 0x40000002, INVALID_ADDRESS),
        (0, 0x40000000, ALREADY_ON),
    ],
)
def test_a_vcpu_that_is_not_there_or_an_entry_that_cannot_be_is_refused(
    guest: Guest, affinity: int, entry: int, error: int
) -> None:
    """Nothing is started."""
    assert guest.call(CPU_ON | WIDE, affinity, entry, 0) == error
    assert guest.vcpu(1).state == lib.VCPU_OFF


def test_affinity_info_tells_who_is_on(guest: Guest) -> None:
    """Above level 0 there is one node, which is on as the caller is."""
    assert guest.call(AFFINITY_INFO, 0, 0) == 0
    assert guest.call(AFFINITY_INFO | WIDE, 1, 0) == 1
    assert guest.call(AFFINITY_INFO, 0x01, 1) == 0
    assert guest.call(AFFINITY_INFO, 0, 3) == 0


@pytest.mark.parametrize(
    ("affinity", "level"), [(2, 0), (0x100, 0), (0x100, 1), (0, 4), (1 << 24, 0), (1 << 32, 1)]
)
def test_affinity_info_of_nobody_is_invalid(guest: Guest, affinity: int, level: int) -> None:
    """A node that is not there, a level that is not there, a field that is none."""
    assert guest.call(AFFINITY_INFO | WIDE, affinity, level) == INVALID


def test_features_tells_what_is_there(guest: Guest) -> None:
    """Each function by its own id, and SMCCC_VERSION."""
    known = [VERSION, CPU_OFF, MIGRATE_INFO_TYPE, SYSTEM_OFF, SYSTEM_RESET, FEATURES, 0x80000000]
    known += [base | wide for base in (CPU_SUSPEND, CPU_ON, AFFINITY_INFO) for wide in (0, WIDE)]
    assert [guest.call(FEATURES, function) for function in known] == [0] * len(known)
    for function in (MIGRATE, 0x84000007, CPU_OFF | WIDE, 0x84000012, 0xFFFFFFFF):
        assert guest.call(FEATURES, function) == NOT_SUPPORTED


@pytest.mark.parametrize("function", [0x84000007, 0x84000012, 0x8400001F, 0xC400001F])
def test_what_the_platform_lacks_is_not_supported(guest: Guest, function: int) -> None:
    """The second reset, and the rest of the range."""
    assert guest.call(function) == NOT_SUPPORTED
    assert guest.action == lib.CALL_DONE


@pytest.mark.parametrize("function", [SYSTEM_SUSPEND, SYSTEM_SUSPEND | WIDE])
def test_the_last_vcpu_may_suspend_its_partition(guest: Guest, function: int) -> None:
    """It says where it wants to wake up, and with what in x0."""
    assert guest.call(FEATURES, function) == 0
    assert guest.call(function, 0x4000_1000, 7) == 0
    assert guest.action == lib.CALL_SYSTEM_SUSPEND
    assert (guest.vcpu().entry, guest.vcpu().argument) == (0x4000_1000, 7)


def test_nobody_suspends_what_others_run_in(guest: Guest) -> None:
    """Denied while another vCPU is on; an entry between two instructions is none."""
    assert guest.call(SYSTEM_SUSPEND, 0x4000_1002, 7) == INVALID_ADDRESS
    guest.vcpu(1).state = lib.VCPU_WAITING
    assert guest.call(SYSTEM_SUSPEND, 0x4000_1000, 7) == DENIED
    assert guest.action == lib.CALL_DONE


def test_who_nobody_can_ring_is_not_suspended(guest: Guest) -> None:
    """A persona without the pins of a PL061."""
    guest.partition.window_count = 0
    assert guest.call(FEATURES, SYSTEM_SUSPEND) == NOT_SUPPORTED
    assert guest.call(SYSTEM_SUSPEND, 0x4000_1000, 7) == NOT_SUPPORTED


def test_the_firmware_is_never_suspended(guest: Guest) -> None:
    """Who would ring?"""
    guest.config.kind = lib.MVP_REALTIME
    assert guest.call(FEATURES, SYSTEM_SUSPEND) == NOT_SUPPORTED
    assert guest.call(SYSTEM_SUSPEND, 0x4000_1000, 7) == NOT_SUPPORTED
