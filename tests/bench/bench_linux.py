# SPDX-License-Identifier: Apache-2.0
"""What the start of a whole Linux costs: counted from outside, by a plugin of QEMU's (count.c)."""

from __future__ import annotations

import json
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench_machine import HERE, MACHINE, QEMU, Spread, build_firmware, exactly, mvpsdk, run
from mvpsdk.core import facade

__all__ = ["NAMES", "measure", "prepared"]

DEMO = Path(__file__).parents[2] / "examples/demo-handset"
IMAGES = Path(__file__).parents[2] / "build/bench/images"
NAMES = ("linux", "initrd.gz")
NATIVE_KERNEL = 0x4020_0000  # where QEMU puts an arm64 Image
PATIENCE = 500.0  # seconds
SHOWING, QUIET = "console=ttyAMA0", "console=ttyAMA0 quiet loglevel=0"  # the kernel's log


def prepared() -> Path:
    """The folder of the demo handset's images, prepared if they are not there yet."""
    run([sys.executable, str(DEMO / "prepare"), "--images", str(IMAGES)], timeout=600)
    return IMAGES


def measure(work: Path) -> dict[str, dict[str, Spread]]:
    """Count with no hypervisor and on ours, with and without the kernel's log: columns of rows."""
    run(["gcc", "-O2", "-fPIC", "-shared", str(HERE / "count.c"), "-o", str(work / "count.so")])
    images = prepared()
    with ThreadPoolExecutor(2) as pool:
        native = pool.map(lambda each: _native(images, work / f"native-{each}", each), (1, 0))
        ours = pool.map(lambda each: _ours(images, work / f"ours-{each}", each), (1, 0))
        showing, quiet = native
        with_log, without = ours
    return {
        "no hypervisor": {"linux": showing["all"], "linux-quiet": quiet["all"]},
        "ours": {
            **{("linux" if row == "all" else f"linux-{row}"): n for row, n in with_log.items()},
            **{f"linux-quiet{'' if row == 'all' else f'-{row}'}": n for row, n in without.items()},
        },
    }


def _native(images: Path, work: Path, log: int) -> dict[str, Spread]:
    work.mkdir()
    kernel, ramdisk = (str(images / name) for name in NAMES)
    words = SHOWING if log else QUIET
    linux = ["-kernel", kernel, "-initrd", ramdisk, "-append", words]
    found = _count(work, ["-M", MACHINE, "-m", "512M", *linux], kernel=NATIVE_KERNEL)
    return {"all": exactly(found["guest"])}


def _ours(images: Path, work: Path, log: int) -> dict[str, Spread]:
    work.mkdir()
    build_firmware(work)
    for name in NAMES:
        shutil.copyfile(images / name, work / name)
    text = (HERE / "linux.toml").read_text()
    (work / "linux.toml").write_text(text if log else text.replace(SHOWING, QUIET))
    mvpsdk(work, "bundle", "linux.toml", "--unsigned", "-o", "linux.itb")
    mvpsdk(work, "extract", "linux.itb", "hypervisor", "pack", "-o", ".")
    window, kernel = _places(work / "pack")
    files = ["-kernel", str(work / "hypervisor"), "-initrd", str(work / "pack")]
    machine = ["-M", f"{MACHINE},virtualization=on", "-m", "1G", *files]
    found = _count(work, machine, kernel=kernel, window=window)
    return {
        "all": exactly(found["guest"] + found["hypervisor"]),
        "own": exactly(found["hypervisor"]),
        "exits": exactly(found["exits"]),
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
    plugin = f"{work.parent / 'count.so'},out={out}{settings}"
    run([*QEMU, "-serial", "null", *machine, "-plugin", plugin], timeout=PATIENCE)
    found: dict[str, int] = json.loads(out.read_text())
    return found
