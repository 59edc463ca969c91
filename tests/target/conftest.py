# SPDX-License-Identifier: Apache-2.0
"""What tests of the target make once and use together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mvpsdk.store import Cache
from phone import once
from workshop import EXAMPLE, images

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def cache(shared: Path) -> Cache:
    """What one test has built, another has not to build again."""
    return Cache(shared / "cache")


@pytest.fixture(scope="session")
def sound(shared: Path) -> Callable[[int], Path]:
    """The objects of the sound core, by the version of the board's GIC."""
    import faulty  # most tests do without

    return lambda gic: once(
        shared / f"sound-objects{gic}", lambda folder: faulty.objects(folder, gic)
    )


@pytest.fixture(scope="session")
def debian(shared: Path) -> Path:
    """A folder with Debian's kernel and the work persona's initramfs."""
    return once(shared / "debian", lambda _: images(EXAMPLE / "images", "work"))
