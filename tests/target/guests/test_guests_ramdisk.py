# SPDX-License-Identifier: Apache-2.0
"""MEM006 and IMG008 against Debian's own installer: what lint says is what its kernel does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from mvpsdk import image
from mvpsdk_cli.main import main
from workshop import boot, script

pytestmark = pytest.mark.target

HANDSET = """\
[handset]
name = "installer"
version = "1"
boards = ["qemu-virt"]

[[persona]]
name = "work"
kernel = "{folder}/linux"
ramdisk = "{folder}/initrd.gz"
memory = "{memory} MiB"
"""


@pytest.fixture(scope="session")
def installer() -> Path:
    """The folder with kernel and ramdisk of Debian's installer, as `prepare` fetches it."""
    folder: Path = script("prepare").installer()
    return folder


def fix(folder: Path, memory: int, capsys: pytest.CaptureFixture[str]) -> str:
    """What lint would have done about the ramdisk with so many MiB of RAM; "" for nothing."""
    Path("handset.toml").write_text(HANDSET.format(folder=folder, memory=memory))
    assert main(["lint", "--format", "json", "--select", "MEM006,IMG004,IMG008"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["summary"]["not-checked"] == 0
    return "".join(found["fix"] for found in report["findings"])


def unpacks(folder: Path, memory: int) -> bool:
    """Whether the kernel says that it has unpacked all of it; it finds no root device then."""
    line = "console=ttyAMA0 panic=-1 rdinit=/nowhere"
    system = ("-kernel", str(folder / "linux"), "-initrd", str(folder / "initrd.gz"))
    machine = ("-M", "virt", "-m", f"{memory}M", "-no-reboot")
    ended = boot(*machine, *system, "-append", line)
    assert "Trying to unpack rootfs image as initramfs" in ended.console
    return "Initramfs unpacking failed" not in ended.console


def test_the_least_memory_that_lint_asks_for_is_the_least_that_will_do(
    installer: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With it the kernel unpacks its ramdisk, with 8 MiB less it fails, and lint knows both."""
    monkeypatch.chdir(tmp_path)
    asked = re.match(r'memory = "([0-9]+) MiB"', fix(installer, 96, capsys))
    assert asked
    least = int(asked[1])
    assert fix(installer, least, capsys) == ""
    assert unpacks(installer, least)
    assert fix(installer, least - 8, capsys) != ""
    assert not unpacks(installer, least - 8)


def test_the_installer_s_modules_are_its_kernel_s(installer: Path) -> None:
    """All of its modules are read, by folder and by vermagic."""
    files = {"work/kernel": installer / "linux", "work/ramdisk": installer / "initrd.gz"}
    facts = image.open_all(files)
    kernel, ramdisk = facts["work/kernel"].contents, facts["work/ramdisk"].contents
    assert kernel is not None
    assert ramdisk is not None
    assert ramdisk.fault == ramdisk.unread == ""
    (modules,) = ramdisk.modules
    assert (modules.folder, modules.magic) == (kernel.release, kernel.release)
    assert modules.count > 500
    assert "virtio_net" in ramdisk.module_names
    assert "virtio_blk" not in ramdisk.module_names
