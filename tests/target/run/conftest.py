# SPDX-License-Identifier: Apache-2.0
"""A tiny machine for the virtual handset, assembled for the test."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import run
from mvpsdk.board import named
from mvpsdk.build import toolchain

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(__file__).parent / "guest.S"


def assemble(folder: Path, limit: int) -> Path:
    """An Image of guest.S that powers off after so many milliseconds."""
    gcc = toolchain.find("gcc")
    elf, image = folder / "guest.elf", folder / "guest.bin"
    flags = [
        "-nostdlib",
        "-static",
        "-Wl,-Ttext=0",
        "-Wl,--build-id=none",
        "-Wl,-e,0",
        f"-DLIMIT={limit}",
    ]
    subprocess.run([*gcc.compiler, *flags, str(SOURCE), "-o", str(elf)], check=True)
    objcopy = gcc.compiler[0].removesuffix("gcc") + "objcopy"
    subprocess.run([objcopy, "-O", "binary", str(elf), str(image)], check=True)
    return image


@pytest.fixture
def handset(tmp_path: Path) -> Callable[..., run.Session]:
    """A function that boots the guest on QEMU's virt: `handset(limit_ms, expect=…)`."""
    virtual = named("qemu-virt").virtual
    assert virtual

    def boot(
        limit: int,
        machine: str = virtual.machine,
        **options: Any,
    ) -> run.Session:
        image = assemble(tmp_path, limit)
        built = run.Machine(
            machine=machine,
            cpu=virtual.cpu,
            memory=virtual.memory,
            clock=virtual.clock,
        )
        bootable = run.Bootable(hypervisor=image, pack=image, machine=built)
        return run.boot(bootable, run.Options(**{"timeout": 60, **options}))

    return boot
