# SPDX-License-Identifier: Apache-2.0
"""A machine with disks, as its kernel shows it in /proc and /sys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.flash.safety import System, uses

if TYPE_CHECKING:
    from pathlib import Path

MOUNTS = """\
22 1 0:21 / /proc rw,relatime - proc proc rw
27 1 {root} / / rw,relatime shared:1 - ext4 {source} rw
31 27 8:18 / /media/my\\040card rw - vfat /dev/sdb2 rw
40 27 0:44 /home /mnt/data rw - btrfs /dev/sdc1 rw
"""


class Machine:
    """A machine with some disks, as /proc and /sys show it."""

    def __init__(self, folder: Path) -> None:
        """Begin with the disks sda to sdf, of which some have partitions."""
        self.folder = folder
        self.system = System(proc=folder / "proc", sys=folder / "sys")
        (folder / "proc/self").mkdir(parents=True)
        (folder / "sys/dev/block").mkdir(parents=True)
        (folder / "sys/block").mkdir()
        self.mounts(root="8:1", source="/dev/sda1")
        for row, name in enumerate(("sda", "sdb", "sdc", "sdd", "sde", "sdf")):
            self.disk(name, 16 * row, partitions=3)

    def mounts(self, **values: str) -> None:
        """What is mounted."""
        (self.folder / "proc/self/mountinfo").write_text(MOUNTS.format(**values))

    def disk(self, name: str, minor: int, *, partitions: int = 0, major: int = 8) -> Path:
        """A disk and its partitions; a link by name, and one by number, as in sysfs."""
        folder = self.folder / "sys/devices/bus" / name
        for number in range(partitions + 1):
            one = folder / f"{name}{number}" if number else folder
            (one / "holders").mkdir(parents=True)
            self.write(one / "dev", f"{major}:{minor + number}")
            self.write(one / "size", "15728640")
            self.write(one / "ro", "0")
            if number:
                self.write(one / "partition", str(number))
            (self.folder / "sys/dev/block" / f"{major}:{minor + number}").symlink_to(one)
        (self.folder / "sys/block" / name).symlink_to(folder)
        return folder

    def holds(self, holder: Path, held: str) -> None:
        """Something is stacked on a device."""
        bus = self.folder / "sys/devices/bus"
        folder = bus / held if (bus / held).exists() else bus / held[:-1] / held
        (folder / "holders" / holder.name).symlink_to(holder)

    @staticmethod
    def write(path: Path, text: str) -> None:
        """An attribute."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")

    def uses(self, number: str) -> list[str]:
        """What a disk is used for."""
        return [str(use) for use in uses(number, self.system)]
