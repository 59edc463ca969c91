# SPDX-License-Identifier: Apache-2.0
"""Debian on four vCPUs of two CPUs: they come and go under load, the phone sleeps, and it rings."""

from __future__ import annotations

import gzip
import io
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mvpsdk import run
from phone import mvpsdk, played
from workshop import COMPILERS, script

pytestmark = [pytest.mark.target, pytest.mark.timeout(900)]

HERE = Path(__file__).parent
CYCLES = 200
MODULE = "gpio_keys.ko"
SLOW = 3  # eight nanoseconds an instruction: what Linux waits for costs the host less
FINAL = re.compile(r"final: met (\d+) missed (\d+) worst (\d+) us")


def insmod(folder: Path) -> bytes:
    """Build what loads the module."""
    made = folder / "insmod"
    flags = ("-O2", "-ffreestanding", "-nostdlib", "-static", "-Wl,--build-id=none")
    command = [COMPILERS["gcc"], *flags, str(HERE / "insmod.c"), "-o", str(made)]
    subprocess.run(command, check=True)
    return made.read_bytes()


def initramfs(installer: Path, folder: Path, archives: Any) -> bytes:
    """The example's initramfs with our first process, and Debian's module for keys at GPIOs."""
    with gzip.open(installer / "initrd.gz") as whole:
        module = next(entry for entry in archives.read(whole) if entry.name.endswith(f"/{MODULE}"))
    with (installer / "initrd.gz").open("rb") as whole:
        made = archives.make(whole, (HERE / "init").read_bytes())
    more = {MODULE: (0o644, module.data), "insmod": (0o755, insmod(folder))}
    entries = [
        *archives.read(io.BytesIO(gzip.decompress(made))),
        *(
            archives.Entry(name=name, mode=stat.S_IFREG | mode, data=data)
            for name, (mode, data) in more.items()
        ),
    ]
    ordered = sorted(entries, key=lambda entry: str(entry.name))
    return gzip.compress(archives.write(ordered), 6, mtime=0)


@pytest.fixture
def handset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The bundle of handset.toml."""
    monkeypatch.setattr(sys, "path", [*sys.path])  # prepare adds to it
    installer = script("prepare").installer()
    archives = script("work/initramfs.py")
    folder = tmp_path / "phone"
    shutil.copytree(HERE, folder)
    (folder / "images").mkdir()
    shutil.copy(installer / "linux", folder / "images")
    (folder / "images" / "initrd.gz").write_bytes(initramfs(installer, tmp_path, archives))
    mvpsdk(folder, "bundle", ".", "-o", "cores.itb", "--unsigned", cache=tmp_path / "cache")
    return folder / "cores.itb"


def test_linux_comes_and_goes_on_its_cores_and_wakes_when_it_rings(handset: Path) -> None:
    """Two hundred hotplug cycles under load, suspended to RAM, woken; no deadline is missed."""
    lines, end = played(handset, run.Options(until_exit=True, timeout=800, shift=SLOW))
    said = "\n".join(lines["work"])
    final = FINAL.fullmatch(lines["realtime"][-1])

    print(f"\n{said}\n{lines['realtime'][-1]}")  # noqa: T201 - the figures are for whoever looks
    assert (end.reason, end.ok) == ("powered-off", True)
    assert "on 4 CPUs" in said
    assert f"work: {CYCLES} hotplug cycles, 0 failed, 4 CPUs after them" in said
    digests = re.search(r"work: (\d+) digests, 1 different", said)
    assert digests
    assert int(digests[1]) >= CYCLES // 10, "all the while there was a load"
    assert any("partition suspended" in line for line in lines["mvp"])
    assert "work: is awake, with 4 CPUs" in said
    assert re.search(r": +2 .*\bring$", said, re.MULTILINE), "it rang, and the line fell again"
    assert final
    assert int(final[1]) > CYCLES
    assert int(final[2]) == 0
