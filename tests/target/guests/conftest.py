# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the guests' tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workshop import EXAMPLE, images, personal_os

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The personal OS as GCC builds it."""
    return personal_os("gcc", tmp_path_factory.mktemp("personal-os"))


@pytest.fixture(scope="session")
def work() -> Path:
    """The example's images: Debian's kernel and the work persona's initramfs."""
    return images(EXAMPLE / "images", "work")


@pytest.fixture(params=["gcc", "clang"])
def compiler(request: pytest.FixtureRequest) -> str:
    """Each compiler family in turn."""
    return str(request.param)


@pytest.fixture(params=[2, 3], ids=["gic2", "gic3"])
def gic(request: pytest.FixtureRequest) -> int:
    """Each version of the GIC in turn."""
    return int(request.param)
