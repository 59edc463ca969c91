# SPDX-License-Identifier: Apache-2.0
"""The demo handset, bundled once for all acceptance tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from phone import bundled, copied, once
from workshop import EXAMPLE, images

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of the test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def debian(shared: Path) -> Path:
    """A folder with Debian's kernel and the work persona's initramfs."""
    return once(shared / "debian", lambda _: images(EXAMPLE / "images", "work"))


@pytest.fixture(scope="session")
def demo(shared: Path, debian: Path) -> Path:
    """The demo handset's bundle, in the folder of its inputs."""
    return once(shared / "demo", lambda folder: bundled(copied(folder / "phone", debian)))
