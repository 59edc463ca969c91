# SPDX-License-Identifier: Apache-2.0
"""The demo handset, bundled once for all acceptance tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import phone
from mvpsdk import build
from phone import bundled, copied, once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def demo(shared: Path, debian: Path) -> Path:
    """The demo handset's bundle, in the folder of its inputs."""

    def make(folder: Path) -> Path:
        return bundled(copied(folder / "phone", debian), cache=shared / "cache")

    return once(shared / "demo", make)


@pytest.fixture(scope="session")
def bundled_for(shared: Path, demo: Path) -> Callable[[str], Path]:
    """The demo handset's bundle for one of its boards, of the same inputs."""

    def make(board: str) -> Path:
        def into(folder: Path) -> Path:
            made = phone.bundled_for(demo.parent, board, f"{board}.itb", cache=shared / "cache")
            return made.rename(folder / made.name)

        return demo if board == "qemu-virt" else once(shared / board, into)

    return make


@pytest.fixture(scope="session")
def hypervisor(shared: Path) -> Path:
    """The demo's for a board with a PL011, built without the command line."""

    def make(folder: Path) -> Path:
        made = folder / "hypervisor"
        made.write_bytes(build.image("pl011", features=("early-console", "menu", "rtc")).binary)
        return made

    return once(shared / "hypervisor", make)
