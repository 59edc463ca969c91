# SPDX-License-Identifier: Apache-2.0
"""A passphrase for a new key: what OpenSSL would not take is told before a key is made."""

from __future__ import annotations

import os

import pytest

from mvpsdk.errors import InputError
from mvpsdk_cli import passphrases


def given(text: str) -> str:
    """What comes of a passphrase on a file descriptor."""
    ours, theirs = os.pipe()
    try:
        os.write(theirs, text.encode())
        os.close(theirs)
        return passphrases.new(ours)
    finally:
        os.close(ours)


def test_the_longest_passphrase_is_taken_whole() -> None:
    """Its line's end is none of it."""
    assert given("x" * 1023 + "\n") == "x" * 1023


@pytest.mark.parametrize("text", ["x" * 1024, "ü" * 600, "x" * 5000])
def test_a_longer_one_is_told(text: str) -> None:
    """In bytes, as they count."""
    with pytest.raises(InputError, match="a key's has at most 1023"):
        given(f"{text}\n")
