# SPDX-License-Identifier: Apache-2.0
"""Files as media."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from io import BufferedReader
from pathlib import Path

import pytest

from mvpsdk.errors import CheckFailed, InputError, MissingToolError, RefusedError
from mvpsdk.flash.blocks import BLOCK, Extent, FileBlocks, MemoryBlocks, Window


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of four blocks."""
    path = tmp_path / "disk.img"
    path.write_bytes(b"".join(bytes([number]) * BLOCK for number in range(4)))
    return path


def test_reads_writes_and_grows(path: Path) -> None:
    """What was written is in the file; what is new reads as zeros."""
    with FileBlocks.open(path, writable=True) as device:
        assert device.size == 4 * BLOCK
        device.write(BLOCK, b"x" * BLOCK)
        device.grow(6 * BLOCK)
        device.flush()
        assert device.read(0, 10 * BLOCK) == path.read_bytes()
    data = path.read_bytes()
    assert (len(data), data[BLOCK : 2 * BLOCK], data[-BLOCK:]) == (3072, b"x" * BLOCK, bytes(BLOCK))


HOLD = """\
import fcntl, sys
with open(sys.argv[1], "rb+") as file:
    fcntl.lockf(file, fcntl.{}, 1, 100)
    print("held", flush=True)
    input()
"""


@pytest.mark.parametrize("lock", ["LOCK_SH", "LOCK_EX"])
def test_a_medium_that_another_program_has_is_refused(path: Path, lock: str) -> None:
    """QEMU holds shared locks on bytes from 100 on while a handset runs on the disk."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD.format(lock), path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout
        assert other.stdin
        other.stdout.readline()
        with pytest.raises(CheckFailed, match="another program has this medium open"):
            FileBlocks.open(path, writable=True)
        FileBlocks.open(path, writable=False).close()
        other.stdin.write(b"\n")
    FileBlocks.open(path, writable=True).close()


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    """And what may not be opened."""
    with pytest.raises(InputError, match="no such file"):
        FileBlocks.open(tmp_path / "none", writable=True)
    with pytest.raises(InputError, match="is a directory"):
        FileBlocks.open(tmp_path, writable=True)


def fails(code: int) -> object:
    """A system call that fails so."""

    def call(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    return call


def test_a_device_that_may_not_be_opened_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With who may."""
    monkeypatch.setattr(os, "open", fails(errno.EACCES))
    with pytest.raises(InputError, match="can't open the device: permission denied") as caught:
        FileBlocks.open(Path("/dev/null"), writable=False)
    assert "be root, or in the group" in caught.value.hint


def test_a_device_in_use_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel's EBUSY is a check that failed, not a file that can't be read."""

    def busy(*_: object) -> int:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(os, "open", busy)
    with pytest.raises(CheckFailed, match="is in use: mounted") as caught:
        FileBlocks.open(path, writable=True)
    assert "unmount" in caught.value.hint


def test_a_medium_that_fails_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worn-out medium has refused; a full disk lacks room; a read error is the input's."""
    with FileBlocks.open(path, writable=True) as device:
        monkeypatch.setattr(os, "pwrite", fails(errno.EIO))
        with pytest.raises(RefusedError, match="refused a write at byte 512: input/output error"):
            device.write(BLOCK, bytes(BLOCK))
        monkeypatch.setattr(os, "pwrite", fails(errno.ENOSPC))
        with pytest.raises(MissingToolError, match="no space left"):
            device.write(BLOCK, bytes(BLOCK))
        monkeypatch.setattr(os, "fsync", fails(errno.EIO))
        with pytest.raises(RefusedError, match="input/output error"):
            device.flush()
        monkeypatch.setattr(os, "ftruncate", fails(errno.EFBIG))
        with pytest.raises(MissingToolError, match="file too large"):
            device.grow(1 << 40)
        monkeypatch.setattr(os, "pread", fails(errno.EIO))
        with pytest.raises(InputError, match="can't read: input/output error"):
            device.read(0, 1)


def test_a_window_is_a_file() -> None:
    """Of the bytes of one partition, and no others."""
    device = MemoryBlocks(bytes(range(256)))
    file = BufferedReader(Window(device, Extent(16, 32)))
    assert file.seek(0, 2) == 32
    assert file.read() == b""
    assert file.seek(30) == 30
    assert file.read(10) == bytes([46, 47])
    assert file.seek(-32, 1) == 0
    assert file.read() == bytes(range(16, 48))
