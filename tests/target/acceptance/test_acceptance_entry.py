# SPDX-License-Identifier: Apache-2.0
"""Entered wrongly, the hypervisor says why on the console where it knows one, and stops."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING

import pytest

from gdb import Gdb
from mvpsdk.core.facade import Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

pytestmark = [pytest.mark.target, pytest.mark.timeout(150)]

EL1 = "virt,gic-version=3"
EL2 = "virt,gic-version=3,virtualization=on"
WINDOW = 0x4020_0000  # where QEMU puts a kernel
WFI = (0xD503_207F).to_bytes(4, "little")
PATIENCE = 20.0  # seconds; a boot takes a fraction of one


def command(machine: str, *arguments: str) -> list[str]:
    """QEMU with a console and nothing else."""
    quiet = ("-display", "none", "-monitor", "none", "-nic", "none", "-nodefaults")
    board = ("-machine", machine, "-cpu", "cortex-a53", "-m", "1G", "-serial", "stdio")
    return ["qemu-system-aarch64", *board, *quiet, *arguments]


def first_line(arguments: Sequence[str]) -> str:
    """What the console shows first."""
    with subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as machine:
        guard = Timer(PATIENCE, machine.kill)
        guard.start()
        assert machine.stdout
        line = machine.stdout.readline()
        guard.cancel()
        machine.kill()
    return line.decode().strip()


@pytest.fixture
def linux_ramdisk(tmp_path: Path) -> Path:
    """A ramdisk that is no pack."""
    path = tmp_path / "initrd.gz"
    path.write_bytes(b"\x1f\x8b\x08" + bytes(100_000))
    return path


def test_entered_at_el1_it_says_so(hypervisor: Path, linux_ramdisk: Path) -> None:
    """A machine without EL2 for us: that comes before all that is wrong with the ramdisk."""
    line = first_line(command(EL1, "-kernel", str(hypervisor), "-initrd", str(linux_ramdisk)))
    assert line.startswith(f"[mvp] stop reason={Reason.ENTRY_NOT_EL2:#x} ")


def test_without_a_ramdisk_it_says_so(hypervisor: Path) -> None:
    """A boot loader that was told of no ramdisk."""
    line = first_line(command(EL2, "-kernel", str(hypervisor)))
    assert line.startswith(f"[mvp] stop reason={Reason.ENTRY_NO_INITRD:#x} ")


def test_a_ramdisk_that_is_no_pack_is_told(hypervisor: Path, linux_ramdisk: Path) -> None:
    """A boot loader that was given some Linux's ramdisk."""
    line = first_line(command(EL2, "-kernel", str(hypervisor), "-initrd", str(linux_ramdisk)))
    assert line.startswith(f"[mvp] stop reason={Reason.PACK_NOT_FOUND:#x} ")


@pytest.mark.parametrize("machine", [EL1, EL2])
def test_without_a_device_tree_it_stops_in_silence(machine: str, hypervisor: Path) -> None:
    """x0 = 0: no console is known, none is guessed; the CPU sleeps inside the hypervisor."""
    load = f"loader,file={hypervisor},addr={WINDOW:#x},cpu-num=0,force-raw=on"
    with tempfile.TemporaryDirectory(prefix="gdb-") as folder, ExitStack() as stack:
        server = Path(folder, "gdb")
        debug = ("-S", "-gdb", f"unix:{server},server=on,wait=off")
        arguments = command(machine, "-device", load, *debug)
        qemu = stack.enter_context(subprocess.Popen(arguments, stdout=subprocess.PIPE))
        stack.callback(qemu.kill)
        asleep = sleeps(Gdb(server))
        qemu.kill()
        assert qemu.stdout
        assert (asleep, qemu.stdout.read()) == (True, b"")


def sleeps(gdb: Gdb) -> bool:
    """Whether the CPU comes to stand behind a WFI of the hypervisor's."""
    with closing(gdb):
        for _ in range(100):
            pc = gdb.run_for(PATIENCE / 100).pc
            if pc - WINDOW in range(4, 0x20_0000) and gdb.word(pc - 4) == WFI:
                return True
    return False
