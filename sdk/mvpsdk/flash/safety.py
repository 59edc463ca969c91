# SPDX-License-Identifier: Apache-2.0
"""Which disk of this machine is in use: what must not be overwritten by mistake.

The kernel is asked: mountinfo and swaps in /proc, and in /sys what stands on a disk, its
partitions and all that is stacked on them (device mapper, so LVM and encryption; md; loop).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Disk", "System", "Use", "disk", "uses", "uses_of_file"]

_SYSTEM = {"/", "/boot", "/boot/efi", "/usr", "/var", "/home"}
_ESCAPED = re.compile(r"\\([0-7]{3})")  # as proc_pid_mountinfo(5) writes blanks


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """Where the kernel answers; a test has folders of its own."""

    proc: Path = Path("/proc")
    sys: Path = Path("/sys")


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """Why a disk is in use."""

    name: str  # of the device that is: "sda2", "dm-0"
    why: str

    def __str__(self) -> str:
        """As a person would say it."""
        return f"{self.name} {self.why}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Disk:
    """A block device, as the kernel knows it."""

    name: str  # "sda"
    whole: str  # of the whole disk: differs if this is a partition
    what: str  # "ACME Flash, 7.5 GiB, removable"
    read_only: bool


def disk(number: str, system: System) -> Disk:
    """Return what there is to say of a block device; number: "8:0"."""
    folder = _folder(number, system)
    whole = _whole(folder)
    size = int(_text(folder / "size") or 0) * 512
    parts = [_text(whole / "device" / key) for key in ("vendor", "model", "name")]
    parts = [part for part in parts if not part.startswith("0x")]  # a number says nothing
    from mvpsdk.units import describe_size

    what = [" ".join(filter(None, parts)), describe_size(size)]
    what += ["removable"] if _text(whole / "removable") == "1" else []
    return Disk(
        name=folder.name,
        whole=whole.name,
        what=", ".join(filter(None, what)),
        read_only=_text(folder / "ro") == "1",
    )


def uses(number: str, system: System) -> tuple[Use, ...]:
    """Return all uses of a disk, of its partitions, and of what is stacked on them."""
    folders = {folder.name: folder for folder in _stack(_whole(_folder(number, system)))}
    names = {_text(folder / "dm" / "name"): name for name, folder in folders.items()}
    names |= {name: name for name in folders}
    names.pop("", None)
    numbers = {_text(folder / "dev"): name for name, folder in folders.items()}
    found = [*_mounts(names, numbers, system), *_swaps(names, system), *_holders(folders)]
    return tuple(dict.fromkeys(found))


def uses_of_file(path: Path, system: System) -> tuple[Use, ...]:
    """Return the loop devices that a regular file stands behind, and swapping into it."""
    real = str(path.resolve())
    behind = [
        Use(name=folder.parent.name, why=f"is a loop device on {real}")
        for folder in sorted(system.sys.glob("block/loop*/loop"))
        if _text(folder / "backing_file") == real
    ]
    swapped = [
        Use(name=path.name, why="is swapped to") for name in _swapped(system) if name == real
    ]
    return (*behind, *swapped)


def _folder(number: str, system: System) -> Path:
    return (system.sys / "dev" / "block" / number).resolve()


def _whole(folder: Path) -> Path:
    """The disk of a partition, which lies in the disk's folder."""
    return folder.parent if (folder / "partition").exists() else folder


def _stack(folder: Path) -> Iterator[Path]:
    """A device, its partitions, and what holds them; a device holds no device that holds it."""
    yield folder
    for partition in sorted(folder.glob("*/partition")):
        yield from _stack(partition.parent)
    for holder in sorted((folder / "holders").glob("*")):
        yield from _stack(holder.resolve())


def _mounts(names: dict[str, str], numbers: dict[str, str], system: System) -> Iterator[Use]:
    """By number, and by source where a file system has a number of its own (btrfs)."""
    for line in (system.proc / "self" / "mountinfo").read_text(errors="replace").splitlines():
        head, _, tail = line.partition(" - ")
        fields, source = head.split(), _plain((tail.split() or [""])[1:2])
        name = numbers.get(fields[2]) or (names.get(Path(source).name) if "/" in source else None)
        if name:
            point = _plain(fields[4:5])
            kind = "the system is on it: " if point in _SYSTEM else ""
            yield Use(name=name, why=f"is mounted ({kind}{point})")


def _swaps(names: dict[str, str], system: System) -> Iterator[Use]:
    for swapped in _swapped(system):
        name = names.get(Path(swapped).name) if swapped.startswith("/dev/") else None
        if name:
            yield Use(name=name, why="is swapped to")


def _swapped(system: System) -> Iterator[str]:
    path = system.proc / "swaps"
    for line in path.read_text(errors="replace").splitlines()[1:] if path.exists() else ():
        yield _plain(line.split()[:1])


def _holders(folders: dict[str, Path]) -> Iterator[Use]:
    for name, folder in folders.items():
        for holder in sorted((folder / "holders").glob("*")):
            known = _text(holder.resolve() / "dm" / "name")
            yield Use(name=name, why=f"is held by {holder.name}{f' ({known})' if known else ''}")


def _plain(words: list[str]) -> str:
    """The first word, with the blanks in it; none is "" ."""
    return _ESCAPED.sub(lambda code: chr(int(code[1], 8)), words[0]) if words else ""


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
