# SPDX-License-Identifier: Apache-2.0
"""The good handset that defects are seeded into, made once."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import seeding
from mvpsdk import board as boards
from phone import once

if TYPE_CHECKING:
    from collections.abc import Callable

    from defects import Defect
    from mvpsdk.store import Cache

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def good(shared: Path, cache: Cache) -> Path:
    """The folder of the good handsets, with all of their files and their board's."""

    def make(folder: Path) -> Path:
        made = folder / "good"
        made.mkdir()
        for name in ("handset.toml", "linux.toml"):
            shutil.copyfile(HERE / name, made / name)
        board = made / "boards" / "qemu-virt" / "board.toml"
        board.parent.mkdir(parents=True)
        shutil.copyfile(boards.find()["qemu-virt"], board)
        (made / "firmware.elf").write_bytes(seeding.firmware("", folder / "plain", cache))
        lasting = seeding.firmware("", folder / "lasting", cache, ticks=seeding.TICKS)
        (made / "lasting.elf").write_bytes(lasting)
        seeding.persona(made / "persona.bin").with_suffix(".elf").unlink()
        return made

    return once(shared / "defects", make)


@pytest.fixture
def seeded(good: Path, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Defect], Path]:
    """A function that makes the handset of a case, and returns its file."""

    def make(case: Defect) -> Path:
        if case.base == "linux":
            debian = request.getfixturevalue("debian")
            for name in ("linux", "initrd.gz"):
                (tmp_path / name).symlink_to(debian / name)
        return seeding.changed(case, good, tmp_path)

    return make
