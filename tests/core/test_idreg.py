# SPDX-License-Identifier: Apache-2.0
"""ID registers as a guest sees them (Arm DDI 0487, D17)."""

import pytest

from mvpsdk.core._library import ffi, lib

ALL = 0xFFFFFFFFFFFFFFFF
PFR0, PFR1, DFR0, MMFR0, MMFR1, MMFR2 = (4, 0), (4, 1), (5, 0), (7, 0), (7, 1), (7, 2)


def view(register: tuple[int, int], real: int, vgic: int = 3) -> int:
    """What a guest reads."""
    return int(lib.idreg_view(*register, real, vgic))


def field(register: tuple[int, int], shift: int, real: int = 1, vgic: int = 3) -> int:
    """A field of four bits of which the CPU has `real`."""
    return view(register, real << shift, vgic) >> shift & 15


@pytest.mark.parametrize(
    ("register", "shift"),
    [
        *[(PFR0, shift) for shift in (8, 12, 28, 32, 36, 40, 44, 52)],
        *[(PFR1, shift) for shift in range(8, 64, 4)],
        *[(DFR0, shift) for shift in (4, 8, 28, 32, 36, 40, 44, 48, 52)],
        *[((6, 0), 24), ((6, 1), 4), ((6, 1), 8), ((6, 1), 24), ((6, 1), 28), ((6, 1), 60)],
        *[((6, 2), 0), ((6, 2), 8), ((6, 2), 12), ((6, 2), 16)],
        *[(MMFR0, shift) for shift in (12, 32, 36, 40, 56, 60)],
        *[(MMFR1, shift) for shift in (4, 8, 16, 32, 40)],
        *[(MMFR2, shift) for shift in (12, 24, 40, 56)],
        *[((1, 0), 20), ((1, 0), 28), ((1, 1), 4), ((1, 1), 12), ((1, 2), 24)],
    ],
)
def test_what_is_not_kept_for_a_guest_is_hidden(register: tuple[int, int], shift: int) -> None:
    """EL2, EL3, SVE, SME, MTE, RAS, AMU, MPAM, PMU, trace, PAuth, VHE, nesting and their kin."""
    assert field(register, shift) == 0


@pytest.mark.parametrize(
    ("register", "shift", "real"),
    [
        *[(PFR0, 0, 2), (PFR0, 16, 1), (PFR0, 20, 1), (PFR0, 48, 1), (PFR0, 56, 1), (PFR0, 60, 1)],
        *[(PFR1, 0, 1), (PFR1, 4, 2)],
        *[((6, 0), 4, 2), ((6, 0), 12, 2), ((6, 0), 20, 2), ((6, 0), 60, 1), ((6, 1), 0, 2)],
        *[(MMFR0, 4, 2), (MMFR0, 20, 1), (MMFR0, 28, 0), (MMFR1, 0, 2), (MMFR1, 20, 2)],
        *[(MMFR2, 0, 1), (MMFR2, 4, 1), (MMFR2, 16, 1), (MMFR2, 60, 1)],
        *[((1, 1), 16, 1), ((2, 5), 4, 2), ((3, 0), 0, 2)],
    ],
)
def test_what_needs_nothing_kept_is_shown(register: tuple[int, int], shift: int, real: int) -> None:
    """As the CPU has it."""
    assert field(register, shift, real) == real


def test_floating_point_that_is_absent_stays_absent() -> None:
    """0xf means there is none."""
    assert field(PFR0, 16, 0xF) == 0xF


@pytest.mark.parametrize(("register", "shift"), [(PFR0, 24), ((1, 1), 28)])
def test_the_gic_field_follows_the_virtual_gic(register: tuple[int, int], shift: int) -> None:
    """Version 3 has system registers, version 2 has not; the board's own does not matter."""
    for real in (0, 1, 3):
        assert field(register, shift, real, vgic=3) == 1
        assert field(register, shift, real, vgic=2) == 0


def test_el1_is_for_aarch64_alone() -> None:
    """Though the CPU could do more."""
    assert field(PFR0, 4, 2) == 1


def test_a_speculation_mitigation_that_needs_state_is_shown_without_it() -> None:
    """CSV2 = 2 promises SCXTNUM registers, which are not switched."""
    assert [field(PFR0, 56, real) for real in range(4)] == [0, 1, 1, 1]


@pytest.mark.parametrize("real", [0, 0x110305408, ALL])
def test_debug_is_the_least_the_architecture_allows(real: int) -> None:
    """Version 8.0, two breakpoints, two watchpoints, no PMU, no trace."""
    assert view(DFR0, real) == 0x00101006


@pytest.mark.parametrize(("real", "shown"), [(0, 0), (3, 3), (6, 6), (8, 6), (0x0F000006, 6)])
def test_debug_for_aarch32_has_no_pmu_either(real: int, shown: int) -> None:
    """And no more than version 8.0."""
    assert view((1, 2), real) == shown


@pytest.mark.parametrize(("real", "shown"), [(0, 0), (2, 2), (5, 2)])
def test_physical_addresses_are_no_wider_than_stage_2_takes(real: int, shown: int) -> None:
    """40 bits."""
    assert field(MMFR0, 0, real) == shown


@pytest.mark.parametrize(
    "register", [(4, 2), (4, 3), (4, 4), (4, 5), (4, 6), (4, 7), (5, 1), (5, 4), (5, 5), (6, 3)]
)
def test_reserved_registers_and_those_of_hidden_features_read_zero(
    register: tuple[int, int],
) -> None:
    """Whatever the CPU has there."""
    assert view(register, ALL) == 0


def test_the_rest_of_the_space_reads_zero() -> None:
    """Reserved encodings, and group 0, which is not trapped this way."""
    zero = [(0, op2) for op2 in range(8)] + [(1, 3), (3, 3), (3, 5), (3, 7), (7, 3), (7, 4), (7, 7)]
    assert [view(register, ALL) for register in zero] == [0] * len(zero)


def test_two_cpus_have_in_common_what_each_field_has_at_least() -> None:
    """15 is "not there" in fields that can have it; equal registers stay as they are."""
    ids, other = ffi.new("uint64_t[64]"), ffi.new("uint64_t[64]")
    ids[32], other[32] = 0x00F0_0000_1122_0011, 0x0000_0000_1F10_0021
    ids[40] = other[40] = 0x8765_4321
    lib.idreg_common(ids, other)
    assert ids[32] == 0x00F0_0000_1F10_0011
    assert ids[40] == 0x8765_4321
