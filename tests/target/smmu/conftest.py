# SPDX-License-Identifier: Apache-2.0
"""The handset whose firmware has devices that reach memory by themselves, bundled once."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from phone import bundled_for, mvpsdk, once
from workshop import COMPILERS

HERE = Path(__file__).parent
BOARD = "qemu-virt-smmu"


def _victim(folder: Path) -> None:
    """Assemble the persona: victim.bin."""
    elf, script = folder / "victim.elf", HERE / "persona" / "victim.ld"
    gcc = [COMPILERS["gcc"], "-nostdlib", "-static", "-no-pie", f"-Wl,--build-id=none,-T,{script}"]
    subprocess.run([*gcc, str(HERE / "persona" / "victim.S"), "-o", str(elf)], check=True)
    flat = [COMPILERS["gcc"].replace("gcc", "objcopy"), "-O", "binary", str(elf)]
    subprocess.run([*flat, str(elf.with_suffix(".bin"))], check=True)


@pytest.fixture(scope="session")
def handset(shared: Path) -> Path:
    """The folder with `smmu.itb`, and out of it `hypervisor` and `pack`."""

    def make(folder: Path) -> Path:
        work, cache = folder / "handset", shared / "cache"
        shutil.copytree(HERE, work, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        _victim(work)
        bundled_for(work, BOARD, "smmu.itb", cache=cache)
        mvpsdk(work, "extract", "smmu.itb", "hypervisor", "pack", "-o", ".", cache=cache)
        return work

    return once(shared / "smmu", make)
