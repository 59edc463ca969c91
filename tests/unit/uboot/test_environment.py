# SPDX-License-Identifier: Apache-2.0
"""U-Boot's environment as it lies in flash."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.errors import InputError
from mvpsdk.uboot import ENVIRONMENT_SIZE, environment

NAMES = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="="), min_size=1
)
VALUES = st.text(st.characters(min_codepoint=1, max_codepoint=126))


@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_a_reader_of_the_format_finds_every_variable(variables: dict[str, str]) -> None:
    """The checksum holds over all that follows it, and the texts end with an empty one."""
    found = environment(variables, 4096)
    assert len(found) == 4096
    assert int.from_bytes(found[:4], "little") == zlib.crc32(found[4:])
    texts = found[4:].partition(b"\0\0")[0] if variables else b""
    assert dict(text.decode().split("=", 1) for text in texts.split(b"\0") if text) == variables


def test_it_has_the_size_that_u_boot_was_built_with() -> None:
    """An empty one too."""
    assert len(environment({})) == ENVIRONMENT_SIZE


@pytest.mark.parametrize("name", ["", "a=b", "a\0b"])
def test_a_name_that_cant_stand_in_it_is_refused(name: str) -> None:
    """Else it would be read as another one."""
    with pytest.raises(InputError, match="no variable of U-Boot"):
        environment({name: "x"})


def test_more_than_fits_is_refused() -> None:
    """It is told how much there is, and how much room."""
    with pytest.raises(InputError, match="the environment has 4 KiB"):
        environment({"a": "x" * 4096}, 4096)
