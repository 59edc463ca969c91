# SPDX-License-Identifier: Apache-2.0
"""A handset that is bundled without a compiler: one persona, and a stand-in hypervisor."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk import board, build, bundle, handset, image, plan
from mvpsdk.build.recipe import Recipe
from mvpsdk.core.facade import FINGERPRINT
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from mvpsdk.plan import Plan

BOARD = Path(__file__).parents[3] / "boards" / "qemu-virt" / "board.toml"
HANDSET = """\
[handset]
name = "acme-one"
version = "1.4.0"
boards = ["qemu-virt"]
rollback-index = 3

[[persona]]
name = "work"
kernel = "kernel"
ramdisk = "ramdisk"
memory = "64 MiB"
cpus = [0]

[boot]
mode = "exclusive"
default = "work"
"""


def noise(size: int, seed: int) -> bytes:
    """The same bytes each time, without a pattern."""
    return hashlib.shake_128(seed.to_bytes(4)).digest(size)


def arm64_head(size: int) -> bytes:
    """What an arm64 Image of so many bytes begins with."""
    return struct.pack("<IIQQQ24s4sI", 0x91005A4D, 0, 0, size, 0xA, b"", b"ARM\x64", 0)


def arm64_image(size: int, seed: int) -> bytes:
    """An arm64 Image of so many bytes."""
    head = arm64_head(size)
    return head + noise(size - len(head), seed)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A handset planned on its board, with what goes into the bundle."""

    folder: Path
    plan: Plan
    files: dict[str, Path]
    hypervisor: build.Image

    def pack(self, name: str = "acme.itb") -> bundle.Bundle:
        """Make the bundle, in the case's folder."""
        return bundle.pack(self.plan, self.hypervisor, self.files, self.folder / name)

    def disk(self, name: str = "phone.img", **more: Any) -> bundle.Delivery:
        """Make a disk, in the case's folder; `more` are fields of Wanted."""
        wanted = bundle.Wanted(output=self.folder / name, **more)
        return bundle.make(self.plan, self.hypervisor, self.files, wanted, container="disk")

    def userdata(self, size: int = 3 * MIB + 77, at: int = MIB) -> Path:
        """Make user data that are mostly nothing, in the case's folder."""
        path = self.folder / "userdata"
        with path.open("wb") as file:
            file.truncate(size)
            file.seek(at)
            file.write(noise(100_000, 4))
        return path


def stand_in(binary: bytes) -> build.Image:
    """A hypervisor that nobody compiled."""
    recipe = Recipe(
        name="hypervisor",
        sources=(),
        includes=(),
        script=Path(),
        entry="",
        names={},
        features=("early-console", "menu", "rtc"),
        fingerprint=FINGERPRINT.hex(),
    )
    return build.Image(
        name="hypervisor",
        binary=binary,
        elf=b"",
        sha256=hashlib.sha256(binary).hexdigest(),
        elf_sha256="",
        memory_size=len(binary),
        total=build.Sizes(),
        by_source={},
        toolchain="none",
        sources="",
        recipe=recipe,
    )


def prepare(folder: Path, more: str = "") -> Case:
    """Write a handset into a folder and plan it. more: keys of its persona."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "handset.toml").write_text(HANDSET.replace("cpus = [0]\n", f"cpus = [0]\n{more}"))
    if more:
        (folder / "config").write_text("# Linux/arm64 6.1.176 Kernel Configuration\n")
    (folder / "kernel").write_bytes(arm64_image(300_001, 1))
    (folder / "ramdisk").write_bytes(noise(123_457, 2))
    return planned(folder)


def planned(folder: Path) -> Case:
    """Plan the handset that stands in a folder."""
    loaded = handset.load(folder / "handset.toml")
    files = {role: source.path for role, source in loaded.inputs().items() if source.path}
    facts = {role: image.open(path, role) for role, path in files.items()}
    made = plan.make(board.load(BOARD), loaded, facts)
    return Case(folder=folder, plan=made, files=files, hypervisor=stand_in(arm64_image(5001, 3)))
