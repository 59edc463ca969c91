# SPDX-License-Identifier: Apache-2.0
"""The handset whose vendor updates a persona, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import parts_handset
from parts_handset import Apart
from phone import once

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def apart(shared: Path) -> Apart:
    """Whichever process of the test run comes first makes it."""
    cache = shared / "cache"
    folder = once(
        shared / "apart", lambda folder: parts_handset.made(folder / "handset", cache).folder
    )
    return Apart(folder=folder, cache=cache)
