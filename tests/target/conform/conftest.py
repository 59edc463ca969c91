# SPDX-License-Identifier: Apache-2.0
"""What the conformance tests share: the objects of the sound core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import faulty
from phone import once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def sound(shared: Path) -> Callable[[int], Path]:
    """The objects of the sound core, by its GIC's version; shared with the hostile guest."""
    return lambda gic: once(
        shared / f"hostile-objects{gic}", lambda folder: faulty.objects(folder, gic)
    )
