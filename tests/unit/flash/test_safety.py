# SPDX-License-Identifier: Apache-2.0
"""Which disks are in use is read from the kernel's own answers; here from folders like them."""

from __future__ import annotations

from pathlib import Path

import pytest

from machine import Machine
from mvpsdk.flash.safety import System, disk, uses, uses_of_file


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine of the usual kind."""
    return Machine(tmp_path)


def test_a_disk_that_nobody_uses(machine: Machine) -> None:
    """Nothing speaks against it."""
    assert machine.uses("8:48") == []


@pytest.mark.parametrize("number", ["8:0", "8:1", "8:2"])
def test_the_system_s_disk_is_known(machine: Machine, number: str) -> None:
    """By any of its partitions: the table is the whole disk's."""
    assert machine.uses(number) == ["sda1 is mounted (the system is on it: /)"]


def test_mounted_disks_are_known(machine: Machine) -> None:
    """By number; by name where a file system has a number of its own; blanks are read."""
    assert machine.uses("8:16") == ["sdb2 is mounted (/media/my card)"]
    assert machine.uses("8:32") == ["sdc1 is mounted (/mnt/data)"]


def test_swap_is_known(machine: Machine) -> None:
    """A partition that is swapped to; a file in /dev/sdd's name is none."""
    swaps = "Filename Type Size Used Priority\n/dev/sdd3 partition 9 0 -2\n/swap/sde1 file 9 0 -3\n"
    machine.write(machine.folder / "proc/swaps", swaps)
    assert machine.uses("8:48") == ["sdd3 is swapped to"]
    assert machine.uses("8:64") == []


def test_what_is_stacked_is_known(machine: Machine) -> None:
    """LVM on encryption on a partition, with the system on it: the disk below is the system's."""
    crypt = machine.disk("dm-0", 0, major=253)
    root = machine.disk("dm-1", 1, major=253)
    machine.write(crypt / "dm/name", "sde2_crypt")
    machine.write(root / "dm/name", "vg-root")
    machine.holds(crypt, "sde2")
    machine.holds(root, "dm-0")
    assert machine.uses("8:64") == [
        "sde2 is held by dm-0 (sde2_crypt)",
        "dm-0 is held by dm-1 (vg-root)",
    ]
    machine.mounts(root="253:1", source="/dev/mapper/vg-root")
    assert machine.uses("8:64")[0] == "dm-1 is mounted (the system is on it: /)"
    machine.mounts(root="0:50", source="/dev/mapper/vg-root")
    assert machine.uses("8:64")[0] == "dm-1 is mounted (the system is on it: /)"
    assert machine.uses("8:0") == []


def test_a_raid_member_is_known(machine: Machine) -> None:
    """Held without being mounted, and without a name."""
    machine.holds(machine.disk("md0", 0, major=9), "sdf1")
    assert machine.uses("8:80") == ["sdf1 is held by md0"]


def test_a_file_behind_a_loop_device_is_known(machine: Machine, tmp_path: Path) -> None:
    """By the loop device's own word; another file is free."""
    path, other = tmp_path / "disk.img", tmp_path / "other.img"
    loop = machine.disk("loop0", 0, major=7)
    machine.write(loop / "loop/backing_file", str(path))
    machine.write(machine.folder / "proc/swaps", f"Filename\n{other} file 9 0 -2\n")
    assert list(map(str, uses_of_file(path, machine.system))) == [
        f"loop0 is a loop device on {path}"
    ]
    assert list(map(str, uses_of_file(other, machine.system))) == ["other.img is swapped to"]
    assert uses_of_file(tmp_path / "third.img", machine.system) == ()


def test_a_disk_is_described(machine: Machine) -> None:
    """So that somebody who is asked knows which one it is."""
    folder = machine.folder / "sys/devices/bus/sdb"
    machine.write(folder / "device/vendor", "ACME")
    machine.write(folder / "device/model", "Card reader")
    machine.write(folder / "removable", "1")
    machine.write(folder / "ro", "1")
    found = disk("8:16", machine.system)
    assert (found.name, found.whole) == ("sdb", "sdb")
    assert found.what == "ACME Card reader, 7.5 GiB, removable"
    assert found.read_only
    assert (disk("8:17", machine.system).name, disk("8:17", machine.system).whole) == (
        "sdb1",
        "sdb",
    )


def test_this_machine_s_own_root_is_in_use() -> None:
    """The real kernel: whatever device "/" has, if it has one, is found to be the system's."""
    root = Path("/proc/self/mountinfo").read_text()
    numbers = [line.split()[2] for line in root.splitlines() if line.split()[4] == "/"]
    real = [number for number in numbers if Path("/sys/dev/block", number).exists()]
    found = [str(use) for number in real for use in uses(number, System())]
    assert bool(real) == any("the system is on it: /)" in use for use in found)
