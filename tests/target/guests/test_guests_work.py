# SPDX-License-Identifier: Apache-2.0
"""The work persona's images on a plain machine, and how they are made."""

from __future__ import annotations

import gzip
import importlib.util
import io
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from workshop import EXAMPLE, boot, images

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

MACHINE = ("-M", "virt,gic-version=3", "-m", "128M")


@pytest.fixture(scope="session")
def initramfs() -> Any:
    """The example's module that makes the initramfs."""
    spec = importlib.util.spec_from_file_location("initramfs", EXAMPLE / "work" / "initramfs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["initramfs"] = module
    spec.loader.exec_module(module)
    return module


def test_debians_own_kernel_reaches_user_space_and_powers_off(work: Path) -> None:
    """The kernel as Debian built it, with the small initramfs, in the persona's 128 MiB."""
    system = ("-kernel", str(work / "linux"), "-initrd", str(work / "initrd.gz"))
    ended = boot(*MACHINE, *system, "-append", "console=ttyAMA0 demo", deterministic=True)
    assert ended.status == 0
    assert "Linux version 6.1." in ended.console
    assert "work: Debian's Linux 6.1." in ended.console
    assert "work: three rounds of SHA-256" in ended.console
    assert "reboot: Power down" in ended.console


def test_without_demo_there_is_a_shell(work: Path) -> None:
    """It obeys, and leaving it powers off."""
    system = ("-kernel", str(work / "linux"), "-initrd", str(work / "initrd.gz"))
    line = ("-append", "console=ttyAMA0 quiet")
    ended = boot(*MACHINE, *system, *line, prompt=b"work# ", keys=b"echo $((6 * 7))\nexit\n")
    assert "\n42\n" in ended.console
    assert "reboot: Power down" in ended.console


def test_the_initramfs_is_the_same_from_run_to_run(work: Path, tmp_path: Path) -> None:
    """Two folders, the same bytes."""
    again = images(tmp_path, "work")
    assert (again / "initrd.gz").read_bytes() == (work / "initrd.gz").read_bytes()


def test_cpio_reads_the_initramfs(work: Path) -> None:
    """GNU cpio lists what was written: device nodes, links, and the first process."""
    archive = gzip.decompress((work / "initrd.gz").read_bytes())
    listed = subprocess.run(["cpio", "-tv"], input=archive, capture_output=True, check=True)
    lines = [" ".join(line.split()) for line in listed.stdout.decode().splitlines()]
    assert any(
        line.startswith("crw------- 1 root root 5, 1 Jan 1 1970 dev/console") for line in lines
    )
    assert any(line.endswith("bin/sh -> busybox") or "bin/sh ->" in line for line in lines)
    assert any(
        line.startswith("-rwxr-xr-x 1 root root") and line.endswith(" init") for line in lines
    )


def test_an_archive_is_read_as_it_was_written(initramfs: Any) -> None:
    """Names, modes, contents and device numbers, for contents of every length modulo 4."""
    entries = [
        initramfs.Entry(name=f"file{n}", mode=0o100644, data=b"x" * n, device=(n, 2 * n))
        for n in range(6)
    ]
    assert list(initramfs.read(io.BytesIO(initramfs.write(entries)))) == entries


def test_an_archive_that_is_none_is_refused(initramfs: Any) -> None:
    """Cut off, another format, or an installer without the files: each is said."""
    whole = initramfs.write([initramfs.Entry(name="a", mode=0o100644, data=b"data")])
    with pytest.raises(ValueError, match="ends too soon"):
        list(initramfs.read(io.BytesIO(whole[:-200])))
    with pytest.raises(ValueError, match="not a newc archive"):
        list(initramfs.read(io.BytesIO(b"x" * 200)))
    with pytest.raises(ValueError, match="lacks bin/busybox"):
        initramfs.make(io.BytesIO(gzip.compress(whole)), b"")


def test_a_missing_tool_is_told_with_the_way_out(tmp_path: Path) -> None:
    """Exit status 3, one line of what and one of what next, and nothing half made."""
    done = subprocess.run(
        [sys.executable, EXAMPLE / "prepare", "--images", tmp_path / "images"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr.splitlines()[0] == "prepare: apt-get is not installed"
    assert done.stderr.splitlines()[1].startswith("  next: ")
    assert list((tmp_path / "images").iterdir()) == []
