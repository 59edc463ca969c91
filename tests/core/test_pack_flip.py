# SPDX-License-Identifier: Apache-2.0
"""Damage: no byte of header, configuration or tables can change unnoticed; no bytes do harm."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

import packs
from mvpsdk.core import facade as core
from mvpsdk.core._library import FINGERPRINT, ffi, lib

R = core.Reason


def test_every_flipped_bit_pattern_of_every_byte_is_refused(metadata: bytes) -> None:
    """Inverted, and each single bit, byte by byte over all of the metadata."""
    buffer = packs.as_buffer(metadata.ljust(core.META_MAX, b"\0"))
    at = ffi.cast("uint8_t *", buffer)
    verdict = ffi.new("struct mvp_verdict *")
    seen = set()

    for index in range(len(metadata)):
        for pattern in (0xFF, *(1 << bit for bit in range(8))):
            at[index] ^= pattern
            seen.add(lib.mvp_pack_check(buffer, packs.FILE_SIZE, FINGERPRINT, verdict))
            at[index] ^= pattern
    assert R.OK not in seen
    assert {R.PACK_CHECKSUM, R.PACK_NOT_FOUND, R.PACK_FORMAT, R.PACK_TRUNCATED} == seen


def test_each_byte_counts_even_with_a_right_checksum(metadata: bytes) -> None:
    """Any byte may be hostile: whatever it becomes, the judge answers and reads inside bounds."""
    buffer = packs.as_buffer(metadata.ljust(core.META_MAX, b"\0"))
    at = ffi.cast("uint8_t *", buffer)
    header = packs.header_of(buffer)
    verdict = ffi.new("struct mvp_verdict *")
    known = {int(reason) for reason in R}

    for index in range(len(metadata)):
        for pattern in (0xFF, 0x01, 0x80):
            at[index] ^= pattern
            if header.meta_size == len(metadata):
                header.checksum = lib.mvp_pack_checksum(buffer, len(metadata))
                assert lib.mvp_pack_check(buffer, packs.FILE_SIZE, FINGERPRINT, verdict) in known
            at[index] ^= pattern


def test_random_entries_are_judged_without_harm(metadata: bytes) -> None:
    """Random 8-byte values anywhere behind the header, with a checksum that fits."""
    source = random.Random(7)  # noqa: S311 - repeatable on purpose
    edges = [
        0,
        1,
        0xFFF,
        0x1000,
        0x40000000,
        1 << 39,
        1 << 48,
        (1 << 64) - 1,
        1 << 63,
        (1 << 64) - 0x1000,
    ]
    verdict = ffi.new("struct mvp_verdict *")

    for _ in range(3000):
        buffer = packs.as_buffer(metadata)
        for _ in range(source.randrange(1, 6)):
            value = source.choice(edges) if source.random() < 0.7 else source.getrandbits(64)
            buffer[source.randrange(32, len(metadata) // 8)] = value
        packs.header_of(buffer).checksum = lib.mvp_pack_checksum(buffer, len(metadata))
        assert (
            lib.mvp_pack_check(buffer, packs.FILE_SIZE, FINGERPRINT, verdict)
            in R.__members__.values()
        )


@settings(max_examples=200, deadline=None)
@given(data=st.binary(max_size=5000))
def test_any_bytes_are_judged(data: bytes) -> None:
    """Noise is not found to be a pack, with or without the magic before it."""
    assert not core.pack_check(data).ok
    assert not core.pack_check(core.PACK_MAGIC + data).ok
