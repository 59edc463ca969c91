# SPDX-License-Identifier: Apache-2.0
"""The 8250 driver on a UART that QEMU models: a PCI card's 16550A, reached as memory."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

import packs
from mvpsdk.build import image
from mvpsdk.core import facade as core
from mvpsdk.store import Cache
from powered import powered

pytestmark = pytest.mark.target

HERE = Path(__file__).parent / "pci_serial"
MACHINE = (
    *("-M", "virt,virtualization=on,gic-version=3,highmem=off"),
    *("-chardev", "stdio,id=card", "-device", "pci-serial,addr=1,chardev=card"),
)
HYPERVISOR = 0x5000_0000  # where loader.S jumps to
PAGE, UART = 0x3EFF_1000, 0x3EFF_1000  # where it puts the card's ports
INTID = 36  # pin A of device 1: the second of the four from SPI 3 on (QEMU's hw/arm/virt.c)


def loader(folder: Path) -> Path:
    """Build the boot loader."""
    elf, binary = folder / "loader.elf", folder / "loader.bin"
    script = f"-Wl,--build-id=none,-T,{HERE / 'loader.ld'}"
    gcc = ["aarch64-linux-gnu-gcc", "-nostdlib", "-static", "-no-pie", script]
    subprocess.run([*gcc, str(HERE / "loader.S"), "-o", str(elf)], check=True)
    flat = ["aarch64-linux-gnu-objcopy", "-O", "binary", str(elf), str(binary)]
    subprocess.run(flat, check=True)
    return binary


def pack(folder: Path) -> Path:
    """A pack with that console and a boot menu; there are no images, so nobody really starts."""
    good = packs.good_pack()
    board = replace(
        good.boards[0],
        console_driver="8250",
        console_base=PAGE,
        console_register=UART,
        console_width=1,
        console_irq=INTID,
    )
    metadata = core.pack_write(replace(good, boards=(board,), menu_ms=60_000))
    path = folder / "pack"
    path.write_bytes(metadata.ljust(core.pack_read(metadata).total_size, b"\0"))
    return path


def test_the_boot_menu_is_shown_and_answers_a_key(tmp_path: Path) -> None:
    """The hypervisor speaks through the card, and the key reaches it by the card's interrupt."""
    hypervisor = tmp_path / "hypervisor.bin"
    hypervisor.write_bytes(image("8250", cache=Cache.default()).binary)
    place = f"loader,file={hypervisor},addr={HYPERVISOR:#x},force-raw=on"
    system = ("-kernel", str(loader(tmp_path)), "-initrd", str(pack(tmp_path)), "-device", place)
    with powered(*system, machine=MACHINE) as (keys, lines):
        heard = [next(lines) for _ in range(4)]
        assert heard[0].startswith(b"[mvp] hypervisor window=0x40200000 ")
        assert heard[1:] == [
            b"[mvp] boot menu, a key chooses:\r\n",
            b"[mvp]   1 = work\r\n",
            b"[mvp]   2 = personal\r\n",
        ]
        keys.write(b"2")
        keys.flush()
        said = (line for line in lines if b"index=0x2" in line)
        assert next(said).startswith(b"[mvp] partition crashed index=0x2 reason=0x40 ")
