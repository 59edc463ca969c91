# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the core's tests."""

import pytest

import packs
from mvpsdk.core import facade as core


@pytest.fixture(scope="session")
def pack() -> core.Pack:
    """A pack that the core accepts."""
    return packs.good_pack()


@pytest.fixture(scope="session")
def metadata(pack: core.Pack) -> bytes:
    """Its header and tables as bytes."""
    return core.pack_write(pack)
