# SPDX-License-Identifier: Apache-2.0
"""A console driver is one new file: in a copy of the core it is built, and it speaks on a board."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import packs
from mvpsdk import build
from mvpsdk.build.recipe import CORE
from mvpsdk.core import facade as core
from mvpsdk.core.drivers import console_drivers, driver_for, part_for
from powered import powered

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

# QEMU's PL011 stands for the toy: a driver that knows it by another name, and only sends.
TOY = r"""
#include "driver.h"
#include "registers.h"

static const struct console_part parts[] = {SERVES("toy,uart", 2, 4)};
CONSOLE_DRIVER(parts)

static struct uart uart;

void console_open(const struct uart *found)
{
    uart = *found;
}

void console_interrupts(void)
{
}

bool arch_console_put(uint8_t byte)
{
    if (uart.base != 0) {
        register_write(uart.base, uart.width, byte == '[' ? '<' : byte);
    }
    return true;
}

int32_t arch_console_get(void)
{
    return -1;
}
"""


@pytest.fixture(scope="module")
def toy_core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the core, with one file more."""
    folder = tmp_path_factory.mktemp("extended") / "core"
    ignored = shutil.ignore_patterns("__pycache__", "*.py", "*.so")
    shutil.copytree(CORE, folder, ignore=ignored)
    (folder / "drivers" / "console_toy.c").write_text(TOY)
    return folder


@pytest.fixture(scope="module")
def hypervisor(toy_core: Path) -> Path:
    """The hypervisor with that driver."""
    path = toy_core.parent / "hypervisor.bin"
    path.write_bytes(build.image("toy", core=toy_core).binary)
    return path


def pack(folder: Path, driver: str) -> Path:
    """A pack for QEMU's virt whose console has that driver; nobody gets as far as its images."""
    good = packs.good_pack()
    board = replace(good.boards[0], console_driver=driver, console_shift=2, console_width=4)
    metadata = core.pack_write(replace(good, boards=(board,)))
    path = folder / "pack"
    path.write_bytes(metadata.ljust(core.pack_read(metadata).total_size, b"\0"))
    return path


def test_it_is_found_by_its_file(toy_core: Path) -> None:
    """Its name, and what it serves: a vendor's tree can be matched with it."""
    assert console_drivers(toy_core) == tuple(sorted([*console_drivers(), "toy"]))
    assert driver_for(["acme,uart", "toy,uart"], toy_core) == "toy"
    found = part_for(["toy,uart"], toy_core)
    assert found is not None
    assert (found.register_shift, found.register_width) == (2, 4)
    assert driver_for(["toy,uart"]) is None


def test_the_hypervisor_speaks_through_it(hypervisor: Path, tmp_path: Path) -> None:
    """A pack that names it is started: `<mvp]` is the toy's way of writing."""
    system = ("-kernel", str(hypervisor), "-initrd", str(pack(tmp_path, "toy")))
    with powered(*system) as (_, lines):
        assert next(lines).startswith(b"<mvp] hypervisor window=0x40200000 ")
