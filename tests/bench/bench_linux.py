# SPDX-License-Identifier: Apache-2.0
"""What the start of a whole Linux costs: counted from outside, by a plugin of QEMU's (count.c)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from bench_machine import HERE, MACHINE, QEMU, Spread, build_firmware, exactly, mvpsdk, run
from mvpsdk.core import facade

__all__ = ["IMAGES", "is_here", "measure"]

IMAGES = Path(__file__).parents[2] / "examples/demo-handset/images"
NAMES = ("linux", "initrd.gz")
NATIVE_KERNEL = 0x4020_0000  # where QEMU puts an arm64 Image
PATIENCE = 300.0  # seconds


def is_here() -> bool:
    """Whether the demo handset's Debian has been prepared."""
    return all((IMAGES / name).is_file() for name in NAMES)


def measure(work: Path) -> dict[str, dict[str, Spread]]:
    """Count with no hypervisor and on ours: columns of rows."""
    plugin = work / "count.so"
    run(["gcc", "-O2", "-fPIC", "-shared", str(HERE / "count.c"), "-o", str(plugin)])
    for name in NAMES:
        shutil.copyfile(IMAGES / name, work / name)
    return {"no hypervisor": _native(work), "ours": _ours(work)}


def _native(work: Path) -> dict[str, Spread]:
    kernel, ramdisk = (str(work / name) for name in NAMES)
    linux = ["-kernel", kernel, "-initrd", ramdisk, "-append", "console=ttyAMA0"]
    found = _count(work, ["-M", MACHINE, "-m", "512M", *linux], kernel=NATIVE_KERNEL)
    return {"linux": exactly(found["guest"])}


def _ours(work: Path) -> dict[str, Spread]:
    build_firmware(work)
    shutil.copyfile(HERE / "linux.toml", work / "linux.toml")
    mvpsdk(work, "bundle", "linux.toml", "--unsigned", "-o", "linux.itb")
    mvpsdk(work, "extract", "linux.itb", "hypervisor", "pack", "-o", ".")
    window, kernel = _places(work / "pack")
    files = ["-kernel", str(work / "hypervisor"), "-initrd", str(work / "pack")]
    machine = ["-M", f"{MACHINE},virtualization=on", "-m", "1G", *files]
    found = _count(work, machine, kernel=kernel, window=window)
    return {
        "linux": exactly(found["guest"] + found["hypervisor"]),
        "linux-own": exactly(found["hypervisor"]),
        "linux-exits": exactly(found["exits"]),
    }


def _places(path: Path) -> tuple[int, int]:
    """Physical addresses: the hypervisor's window, the kernel's first instruction."""
    pack = facade.pack_read(path.read_bytes())
    persona = pack.default_persona
    assert persona is not None
    ram = next(
        region
        for region in pack.regions
        if region.partition == persona and region.kind is facade.RegionKind.RAM
    )
    return pack.boards[0].window, pack.partitions[persona].entry - ram.ipa + ram.pa


def _count(work: Path, machine: list[str], **places: int) -> dict[str, int]:
    out = work / "count.json"
    settings = "".join(f",{name}={place:#x}" for name, place in places.items())
    plugin = f"{work / 'count.so'},out={out}{settings}"
    run([*QEMU, "-serial", "null", *machine, "-plugin", plugin], timeout=PATIENCE)
    found: dict[str, int] = json.loads(out.read_text())
    return found
