# SPDX-License-Identifier: Apache-2.0
"""The update handset, bundled once for each of its boards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import updating
from phone import once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def update(shared: Path) -> Callable[[str], Path]:
    """A function of a board's name: the folder with hypervisor and pack."""

    def make(board: str) -> Path:
        def into(folder: Path) -> Path:
            return updating.bundled(updating.handset(folder / "phone"), board, shared / "cache")

        return once(shared / f"update-{board}", into)

    return make
