# SPDX-License-Identifier: Apache-2.0
"""The pack's checksum, against the definition done the slow way."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

FIELD = 16  # where the header keeps its checksum, bytes


def fletcher(data: bytes) -> int:
    """Fletcher-64 with a modulo at each step."""
    first = second = 0
    for (word,) in struct.iter_unpack("<I", data):
        first = (first + word) % 0xFFFFFFFF
        second = (second + first) % 0xFFFFFFFF
    return second << 32 | first


@given(words=st.lists(st.integers(0, 0xFFFFFFFF), max_size=70))
def test_it_is_fletchers(words: list[int]) -> None:
    """Odd and even numbers of words."""
    data = struct.pack(f"<{len(words)}I", *words)

    assert fletcher(data) == core.checksum(data)


@pytest.mark.parametrize("count", [16384, 16385, 40001])
def test_the_late_modulo_loses_nothing(count: int) -> None:
    """The sums' worst case: all ones, more of them than go without a modulo."""
    data = b"\xff\xff\xff\xff" * (count - 1) + b"\x07\0\0\0"

    assert fletcher(data) == core.checksum(data)


def test_the_packs_own_field_counts_as_zero(metadata: bytes) -> None:
    """So that it can be written into what it is over."""
    blank = metadata[:FIELD] + bytes(8) + metadata[FIELD + 8 :]
    buffer = ffi.from_buffer("uint8_t[]", bytearray(metadata))

    assert fletcher(blank) == lib.mvp_pack_checksum(buffer, len(metadata))
    assert fletcher(blank) == int.from_bytes(metadata[FIELD : FIELD + 8], "little")
