# SPDX-License-Identifier: Apache-2.0
"""A handset with firmware from source, bundled by the command line with a real compiler."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import acme
from mvpsdk import bundle

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

HANDSET = """\
[handset]
name = "acme-one"
version = "1.4.0"
boards = ["qemu-virt"]
rollback-index = 3

[realtime]
source = "firmware"
memory = "8 MiB"
map = "direct"
cpu = 0
priority = 10
devices = ["gpio"]

[[persona]]
name = "work"
kernel = "linux"
ramdisk = "initrd.gz"
memory = "64 MiB"
cpus = [0]

[boot]
mode = "exclusive"
default = "work"
menu-timeout = "3 s"
"""
FIRMWARE = """\
#include "mvp_rt.h"
#include <stdint.h>
uint32_t seen;
void rt_main(void)
{
    for (;;) {
        seen++;
    }
}
"""


def handset(folder: Path) -> Path:
    """Write the handset into a folder."""
    (folder / "firmware").mkdir(parents=True)
    (folder / "firmware" / "main.c").write_text(FIRMWARE)
    (folder / "handset.toml").write_text(HANDSET)
    noise = random.Random(7)  # noqa: S311 - the same in every folder
    header = acme.arm64_head(2 << 20)
    (folder / "linux").write_bytes(header + noise.randbytes(1_500_000))
    (folder / "initrd.gz").write_bytes(b"\x1f\x8b\x08" + noise.randbytes(700_000))
    return folder


def bundled(folder: Path, *before: str, toolchain: str = "gcc") -> Path:
    """Bundle the handset in its folder, by a command line with something before it."""
    command = [sys.executable, "-m", "mvpsdk_cli", "bundle", ".", "-o", "phone.itb", "--unsigned"]
    environment = {**os.environ, "MVPSDK_CACHE_DIR": str(folder / "cache")}
    done = subprocess.run(
        [*before, *command, "--toolchain", toolchain],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder / "phone.itb"


def test_two_folders_on_two_days_give_the_same_bundle(tmp_path: Path) -> None:
    """Neither the place nor the date leaves a trace, compiled parts included."""
    assert shutil.which("faketime"), "faketime is not installed"

    here = bundled(handset(tmp_path / "here"))
    there = bundled(handset(tmp_path / "some" / "where" / "else"), "faketime", "+1 day")

    assert here.read_bytes() == there.read_bytes()


@pytest.mark.parametrize("toolchain", ["gcc", "clang", "zig"])
def test_u_boots_tools_take_out_what_went_in(toolchain: str, tmp_path: Path) -> None:
    """The parts by dumpimage, and the images of the pack in it, are the inputs' bytes."""
    folder = handset(tmp_path)
    path = bundled(folder, toolchain=toolchain)
    contents = bundle.open(path)

    assert contents.manifest
    assert contents.manifest.features == ("early-console", "menu", "rtc")
    subprocess.run(["mkimage", "-l", str(path)], capture_output=True, check=True)
    for number, part in enumerate(contents.parts):
        subprocess.run(
            ["dumpimage", "-T", "flat_dt", "-p", str(number), "-o", part.name, str(path)],
            cwd=folder,
            capture_output=True,
            check=True,
        )
        assert (folder / part.name).read_bytes() == part.span.read()
    pack = bundle.open(folder / "pack")
    taken = bundle.extract(pack, ["work/kernel", "work/ramdisk"], folder / "out")
    for found, name in zip(taken, ("linux", "initrd.gz"), strict=True):
        assert found.read_bytes() == (folder / name).read_bytes()
    assert all(digest.ok for digest in bundle.verify(contents))
    assert [partition.name for partition in pack.pack.partitions] == ["realtime", "work"]  # type: ignore[union-attr]


SECTIONS = ("text", "rodata", "data", "bss")


@pytest.mark.parametrize("toolchain", ["gcc", "clang", "zig"])
def test_the_build_tells_sizes_by_section_and_by_source(toolchain: str, tmp_path: Path) -> None:
    """For hypervisor and firmware, as JSON and for people: the same figures, which add up.

    And the features that the handset has asked for.
    """
    folder = handset(tmp_path)
    told = json.loads(built(folder, toolchain, "--format", "json"))
    lines = [line.split() for line in built(folder, toolchain).splitlines()]

    assert [image["name"] for image in told["images"]] == ["hypervisor", "firmware"]
    for image in told["images"]:
        total, by_source = image["total"], image["by-source"]
        assert ["total", *(str(total[section]) for section in SECTIONS)] in lines
        for section in SECTIONS:
            assert sum(row[section] for row in by_source.values()) == total[section]
            assert all(row[section] >= 0 for row in by_source.values())
        assert by_source["(linker)"]["text"] < 0.1 * total["text"]
        for source, row in by_source.items():
            assert [source, *(str(row[section]) for section in SECTIONS)] in lines
    assert [image["features"] for image in told["images"]] == [["early-console", "menu", "rtc"], []]
    assert ["features:", "early-console,", "menu,", "rtc"] in lines
    hypervisor, firmware = (image["by-source"] for image in told["images"])
    assert {"core/src/sched.c", "core/arch/aarch64/vectors.S"} <= set(hypervisor)
    assert {"firmware/main.c", "core/rt/start.S"} <= set(firmware)


def built(folder: Path, toolchain: str, *options: str) -> str:
    """What `mvpsdk build` prints."""
    command = [sys.executable, "-m", "mvpsdk_cli", "build", ".", "--toolchain", toolchain, *options]
    environment = {**os.environ, "MVPSDK_CACHE_DIR": str(folder / "cache"), "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()
