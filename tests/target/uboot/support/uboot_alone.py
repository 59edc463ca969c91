# SPDX-License-Identifier: Apache-2.0
"""U-Boot by itself on QEMU's virt, with a script of a test's own."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from mvpsdk import board as boards
from mvpsdk import uboot
from mvpsdk.run import Machine
from mvpsdk.run.command import executable, machine_arguments
from mvpsdk.run.via import u_boot
from mvpsdk.units import Pa, Range

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mvpsdk.sign import PublicKey

__all__ = ["TARGET", "command", "control", "tree", "typed"]

LIMIT = 200  # seconds of the host's time that a machine may take, on a busy host
FLASH = 64 << 20  # bytes
TARGET = uboot.Target(
    compatible="linux,dummy-virt",
    storage=uboot.Storage.parse("virtio 0"),
    room=Range(Pa(0x4400_0000), 0x3800_0000),
)


def command(name: str = "qemu-virt", shift: int | None = None) -> list[str]:
    """QEMU for a board, as the virtual handset builds it; shift: with time that is counted."""
    virtual = boards.named(name).virtual
    assert virtual
    machine = Machine(machine=virtual.machine, cpu=virtual.cpu, memory=virtual.memory)
    return [executable(), *machine_arguments(machine, shift=shift)]


def tree(folder: Path) -> bytes:
    """The tree that QEMU makes for it."""
    return u_boot.dumped(command(), folder)


def control(folder: Path, keys: Sequence[PublicKey]) -> bytes:
    """A control tree for it with these keys, and the boot script that requires them."""
    script = uboot.boot_script(TARGET, [uboot.key_node(key) for key in keys])
    return uboot.control_tree(tree(folder), keys, script=script)


def typed(
    control: bytes, disk: Path, folder: Path, *, keys: bytes = b"", flash: bytes = b""
) -> str:
    """Run U-Boot with this control tree until it powers off, and return what it says.

    keys: are typed on its console as fast as it takes them. flash: begins with its environment.

    Fails the test if it doesn't power off in time.
    """
    path = folder / "control.dtb"
    path.write_bytes(control)
    bank = folder / "flash.img"
    with bank.open("wb") as file:
        file.write(flash)
        file.truncate(FLASH)
    words = [
        *(*command(), "-serial", "stdio", "-bios", str(u_boot.PROGRAM), "-dtb", str(path)),
        *("-drive", f"if=none,id=disk,format=raw,file={disk}"),
        *("-device", "virtio-blk-device,drive=disk"),
        *("-drive", f"if=pflash,unit=1,format=raw,file={bank}"),
    ]
    done = subprocess.run(words, input=keys, capture_output=True, timeout=LIMIT, check=True)
    return done.stdout.decode(errors="replace").replace("\r", "")
