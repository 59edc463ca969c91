# SPDX-License-Identifier: Apache-2.0
"""Outputs appear whole or not at all."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mvpsdk.errors import InputError, MissingToolError
from mvpsdk.store import output, write_bytes


def names(folder: Path) -> list[str]:
    """What stands in a folder."""
    return [path.name for path in folder.iterdir()]


def test_a_file_appears_whole(tmp_path: Path) -> None:
    """After the block the file is there, and nothing else."""
    with output(tmp_path / "x") as file:
        file.write(b"one")
        assert not (tmp_path / "x").exists()
        file.write(b"two")

    assert (tmp_path / "x").read_bytes() == b"onetwo"
    assert names(tmp_path) == ["x"]


def test_a_failing_block_leaves_the_old_file_alone(tmp_path: Path) -> None:
    """An exception in the block leaves no trace and passes through."""
    (tmp_path / "x").write_bytes(b"old")

    with pytest.raises(ZeroDivisionError), output(tmp_path / "x") as file:
        file.write(bytes(1 // (file.write(b"new") - 3)))

    assert (tmp_path / "x").read_bytes() == b"old"
    assert names(tmp_path) == ["x"]


def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    """An interrupted writer in a process of its own leaves an empty folder."""
    code = (
        "import sys, time; from pathlib import Path; from mvpsdk.store import output\n"
        "with output(Path(sys.argv[1])) as file:\n"
        "    file.write(bytes(100000)); file.flush(); print('ready', flush=True); time.sleep(60)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "x")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with process:
        assert process.stdout
        process.stdout.readline()
        assert len(names(tmp_path)) == 1

        process.send_signal(signal.SIGINT)
        process.wait(20)

    assert names(tmp_path) == []


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    """When the system takes no more bytes the error says it and nothing stays behind."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, old[1]))
    try:
        with pytest.raises(MissingToolError, match="can't write: file too large") as caught:
            write_bytes(tmp_path / "x", bytes(20_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, before)

    assert "room" in caught.value.hint
    assert names(tmp_path) == []


def test_a_folder_is_no_output(tmp_path: Path) -> None:
    """A folder's name is refused before anything is written."""
    with pytest.raises(InputError, match="this is a folder"):
        write_bytes(tmp_path, b"")


def test_a_device_is_no_output(tmp_path: Path) -> None:
    """A device is never replaced by a file."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(InputError, match="no regular file"):
        write_bytes(tmp_path / "pipe", b"")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """The error says which folder is missing, and how to make it."""
    with pytest.raises(InputError, match="does not exist") as caught:
        write_bytes(tmp_path / "no" / "x", b"")

    assert caught.value.hint == f"make it first: mkdir -p {tmp_path / 'no'}"


def test_a_folder_that_takes_no_files_is_named() -> None:
    """Where nobody may write, not even root, the error says that."""
    with pytest.raises(InputError, match="can't write"):
        write_bytes(Path("/proc/x"), b"")


def test_a_link_is_followed(tmp_path: Path) -> None:
    """The link stays a link; what it points at is replaced."""
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")

    write_bytes(tmp_path / "link", b"new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_other_errors_of_the_block_keep_their_own_words(tmp_path: Path) -> None:
    """A file that the block can't read isn't blamed on the output."""
    with pytest.raises(FileNotFoundError), output(tmp_path / "x"):
        (tmp_path / "missing").read_bytes()


def test_two_writers_leave_one_whole_file(tmp_path: Path) -> None:
    """Of two runs at once, the last to finish gives the file its content, whole."""
    with output(tmp_path / "x") as one, output(tmp_path / "x") as two:
        one.write(b"a" * 1000)
        two.write(b"b" * 500)
        time.sleep(0)

    assert (tmp_path / "x").read_bytes() == b"a" * 1000
    assert names(tmp_path) == ["x"]
