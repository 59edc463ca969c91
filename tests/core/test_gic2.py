# SPDX-License-Identifier: Apache-2.0
"""A GICv2's own forms: its list registers, and where its second page stands (Arm IHI 0048)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.core import facade
from mvpsdk.core._library import lib

PENDING, ACTIVE, HARDWARE, EOI = 1 << 62, 1 << 63, 1 << 61, 1 << 41


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (PENDING | 33, 0x1000_0021),
        (ACTIVE | 33, 0x2000_0021),
        (PENDING | ACTIVE | EOI | 34, 0x3008_0022),
        (PENDING | 1 << 60 | 34, 0x5000_0022),
        (PENDING | 0xA8 << 48 | 1019, 0x1A80_03FB),
        (PENDING | HARDWARE | 28 << 32 | 27, 0x9000_701B),
        (HARDWARE | 1019 << 32 | 1019, 0x800F_EFFB),
        (PENDING | 5 << 10 | 3, 0x1000_1403),
    ],
)
def test_a_list_register_has_its_fields_where_the_architecture_puts_them(
    value: int, expected: int
) -> None:
    """HW 31, Grp1 30, state 29:28, priority 27:23, physical 19:10, EOI 19, sender 12:10."""
    assert lib.gic2_lr(value) == expected
    assert lib.gic2_lr_value(expected) == value


def test_of_a_priority_the_upper_five_bits_are_kept() -> None:
    """As many as every list register has."""
    assert lib.gic2_lr_value(lib.gic2_lr(0xFF << 48)) == 0xF8 << 48


@given(st.integers(0, 2**32 - 1))
def test_every_register_of_the_hardware_comes_back(lr: int) -> None:
    """What the hardware shows is lost nowhere, its reserved bits apart."""
    bound = lr >> 31 == 1
    kept = lr & (0xFF80_0000 | (0xF_FFFF if bound else 0x8_1FFF))
    assert lib.gic2_lr(lib.gic2_lr_value(lr)) == kept


@pytest.mark.parametrize(
    ("size", "distance"), [(0x2000, 0x1000), (0x10000, 0x1000), (0x20000, 0x10000)]
)
def test_the_second_page_follows_the_first_but_for_64_kib_pages(size: int, distance: int) -> None:
    """A GIC-400 that is spaced for pages of 64 KiB has a window of 128 KiB."""
    assert facade.gic2_second_page(size) == distance
