# SPDX-License-Identifier: Apache-2.0
"""The handset whose vendor updates a persona, made once."""

from __future__ import annotations

import pytest

import parts_handset
from parts_handset import Apart
from phone import once


@pytest.fixture(scope="session")
def apart(tmp_path_factory: pytest.TempPathFactory) -> Apart:
    """Whichever process of the test run comes first makes it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    cache = shared / "cache"
    folder = once(
        shared / "apart", lambda folder: parts_handset.made(folder / "handset", cache).folder
    )
    return Apart(folder=folder, cache=cache)
