# SPDX-License-Identifier: Apache-2.0
"""What the conformance tests share: a cache, and the objects of the sound core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import faulty
from mvpsdk.store import Cache
from phone import once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of the test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def cache(shared: Path) -> Cache:
    """What one test has built, another has not to build again; that of the hostile guest, too."""
    return Cache(shared / "cache")


@pytest.fixture(scope="session")
def sound(shared: Path) -> Callable[[int], Path]:
    """The objects of the sound core, by its GIC's version; shared with the hostile guest."""
    return lambda gic: once(
        shared / f"hostile-objects{gic}", lambda folder: faulty.objects(folder, gic)
    )
