# SPDX-License-Identifier: Apache-2.0
"""A third machine, of another vendor: its GIC-400 is spaced for pages of 64 KiB, RAM is at 0.

QEMU's xlnx-zcu102 has a UART for which there is no driver, so the hypervisor is mute: the host
looks into the memory instead.
"""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
import threading
import time
from typing import TYPE_CHECKING

import pytest

from gdb import wrapper
from mvpsdk import bundle, run
from mvpsdk.core.facade import ImageKind, RegionKind
from mvpsdk.units import Pa, Range
from phone import bundled_for

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.core.facade import Pack

pytestmark = [pytest.mark.target, pytest.mark.timeout(300)]

BOARD = """\
[board]
name = "zcu102"
vendor = "Xilinx"
compatible = "xlnx,zynqmp-zcu102"
el2 = "free"

[cpu]
core = "cortex-a53"
count = 4
bring-up = "psci-smc"

[[memory]]
base = 0x0
size = "2 GiB"

[interrupt-controller]
version = 2
distributor = 0xf901_0000
cpu-interface = 0xf902_0000
cpu-interface-size = "128 KiB"
hypervisor-interface = 0xf904_0000
hypervisor-interface-size = "128 KiB"
virtual-interface = 0xf906_0000
virtual-interface-size = "128 KiB"

[virtual]
machine = "xlnx-zcu102,virtualization=on"
cpu = "cortex-a53"
memory = "2 GiB"
"""
TREE = """\
/dts-v1/;
/ {
    #address-cells = <2>;
    #size-cells = <2>;
    compatible = "xlnx,zynqmp-zcu102";
    chosen { };
    memory@0 { device_type = "memory"; reg = <0 0 0 0x80000000>; };
};
"""
MAGIC = b"VMDLINE1"  # firmware/firmware.c: struct record
RECORD = struct.Struct("<QQQQQ")
IN_USER_SPACE = b"Run /init as init process"  # as it stands in Linux' log, not in its image
ENOUGH = 2000  # deadlines
PATIENCE = 200  # seconds of the host's time, on a busy host


def ram_of(pack: Pack, name: str) -> Range[Pa]:
    """Where a partition's RAM is."""
    index = [partition.name for partition in pack.partitions].index(name)
    owned = (row for row in pack.regions if row.partition == index)
    ram = next(row for row in owned if row.kind is RegionKind.RAM)
    return Range(Pa(ram.pa), ram.size)


def deadlines(memory: bytes, base: int) -> tuple[int, int]:
    """Deadlines met and missed by the firmware's record, which knows its own address."""
    for found in re.finditer(MAGIC, memory[: 1 - RECORD.size]):
        _, own, met, missed, _ = RECORD.unpack_from(memory, found.start())
        if own == base + found.start():
            return met, missed
    return 0, 0


@pytest.fixture
def bundled(demo: Path, shared: Path, tmp_path: Path) -> Path:
    """The demo handset for this board, of the same inputs."""
    phone = shutil.copytree(demo.parent, tmp_path / "phone")
    text = (phone / "handset.toml").read_text()
    (phone / "handset.toml").write_text(text.replace('["qemu-virt", ', '["zcu102", "qemu-virt", '))
    (phone / "boards" / "zcu102").mkdir(parents=True)
    (phone / "boards" / "zcu102" / "board.toml").write_text(BOARD)
    return bundled_for(phone, "zcu102", "zcu102.itb", cache=shared / "cache")


def test_the_same_images_run_where_frames_are_spaced_for_large_pages(
    bundled: Path, demo: Path, tmp_path: Path
) -> None:
    """Linux gets to its user space, and the firmware has met 2000 deadlines and missed none."""
    pack, other = bundle.open(bundled).pack, bundle.open(demo).pack
    assert pack
    assert other
    same = {image.name: image.digest for image in other.images if image.kind is not ImageKind.DTB}
    assert same.items() <= {image.name: image.digest for image in pack.images}.items()

    tree = tmp_path / "tree.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", str(tree)], input=TREE.encode(), check=True)
    qemu = wrapper(tmp_path, "-dtb", str(tree), "-display", "none")
    own, work = ram_of(pack, "realtime"), ram_of(pack, "work")
    with run.start(bundled, run.Options(persona="work", qemu=str(qemu))) as session:
        follower = threading.Thread(target=list, args=(session,))
        follower.start()
        met = missed = 0
        started = False
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and not (met >= ENOUGH and started):
            time.sleep(1)
            met, missed = deadlines(session.read_memory(own.base, own.size), own.base)
            started = IN_USER_SPACE in session.read_memory(work.base, work.size)
        session.leave()
        follower.join()
    assert (met >= ENOUGH, missed, started) == (True, 0, True)
