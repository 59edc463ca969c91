# SPDX-License-Identifier: Apache-2.0
"""SHA-256 as the board computes it."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

MILLION_A = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
TWO_BLOCKS = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", TWO_BLOCKS),
        (b"a" * 1_000_000, MILLION_A),
    ],
)
def test_the_examples_of_the_standard(message: bytes, digest: str) -> None:
    """FIPS 180-4's own messages."""
    assert digest == core.sha256(message).hex()


@pytest.mark.parametrize("size", [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128])
def test_every_way_to_pad(size: int) -> None:
    """The length fits the last block, or just not."""
    message = bytes(range(size))

    assert hashlib.sha256(message).digest() == core.sha256(message)


@settings(max_examples=100, deadline=None)
@given(message=st.binary(max_size=600))
def test_a_step_needs_no_more_than_the_blocks_so_far(message: bytes) -> None:
    """The board copies a block, and hashes it in two steps before it copies the next."""
    state = ffi.new("struct sha256 *")
    digest = ffi.new("uint8_t[32]")
    copy = ffi.new("uint8_t[]", len(message) + 1)
    lib.sha256_init(state)
    steps = 0
    ended = False
    while not ended:
        end = min((steps // 2 + 1) * 64, len(message))
        ffi.memmove(copy, message[:end], end)
        ended = lib.sha256_step(state, copy, len(message))
        steps += 1
    lib.sha256_digest(state, digest)

    assert steps == 2 * ((len(message) + 8) // 64 + 1)
    assert hashlib.sha256(message).digest() == bytes(ffi.buffer(digest))
