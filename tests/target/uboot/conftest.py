# SPDX-License-Identifier: Apache-2.0
"""A small signed bundle, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import small_phone
from phone import once

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def signed(shared: Path) -> Path:
    """The bundle, signed with the published test keys."""

    def make(folder: Path) -> Path:
        handset = small_phone.handset(folder / "handset", shared / "cache")
        return small_phone.signed(handset, "signed.itb", cache=shared / "cache")

    return once(shared / "small-phone", make)
