# SPDX-License-Identifier: Apache-2.0
"""A machine that is in trouble: nothing is left half-written, and the memory stays what it was."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from hardship import on_a_small_disk, run, start, with_small_files, without_rights
from phone_folder import BOARD, kernel, sparse
from refusing import everything

MIB = 1 << 20
BUNDLE = ["bundle", ".", "-o", "out.itb", "--unsigned"]
"""Commands that write; a compiler is not needed to be refused by the disk."""

pytestmark = pytest.mark.usefixtures("bundled")


# ---- a file of 5 GiB ----

ROLES = {
    "kernel": ("linux", "lint ."),
    "ramdisk": ("initrd", "lint ."),
    "firmware": ("firmware.elf", "lint ."),
    "handset": ("handset.toml", "lint ."),
    "board": (BOARD, "lint ."),
    "lock": ("handset.lock", "lint ."),
    "image alone": ("linux", "lint --image linux"),
    "board alone": (BOARD, f"lint {BOARD}"),
    "handset to be locked": ("handset.toml", "lock ."),
    "bundle to be inspected": ("phone.itb", "inspect phone.itb"),
    "bundle to be extracted": ("phone.itb", "extract phone.itb -o out"),
    "bundle to be run": ("phone.itb", "run phone.itb"),
}


@pytest.mark.parametrize("role", ROLES)
def test_5_gib_take_no_more_memory_than_a_small_file(role: str) -> None:
    """It is refused by its size, unread."""
    name, words = ROLES[role]
    sparse(Path(name))
    before = everything(Path())

    ended = run(*words.split())

    assert (ended.code, ended.out) == (2, "")
    assert "5 GiB" in ended.err
    assert "next: " in ended.err
    assert ended.peak < 200 * MIB
    assert everything(Path()) == before


def test_a_large_kernel_takes_no_more_memory_than_a_small_one() -> None:
    """What is no mistake is read in pieces: 600 MiB of kernel, digested by lint."""
    small = run("lint", ".", "--select", "IMG").peak
    with Path("linux").open("r+b") as file:
        file.truncate(600 * MIB)

    large = run("lint", ".", "--select", "IMG")

    assert large.code == 1, large.err  # it is larger than it says, and than its RAM
    assert large.peak - small < 650 * MIB  # pages of the mapped file, which the system takes back


# ---- a file that may not be read ----


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("lint .", "linux"),
        ("lint .", "firmware.elf"),
        ("lint .", "handset.toml"),
        ("lint .", "handset.lock"),
        ("lint boards/lab", BOARD),
        ("plan .", BOARD),
        ("lock .", "initrd"),
        (" ".join(BUNDLE), "linux"),
    ],
)
def test_a_file_that_may_not_be_read(command: str, name: str) -> None:
    """Its path, and why; root without its rights is as anybody else."""
    Path(name).chmod(0)
    before = everything(Path())

    ended = run(*command.split(), before=without_rights)

    assert (ended.code, ended.out) == (2, "")
    assert f"at:   {name}" in ended.err
    assert "permission denied" in ended.err
    assert "next: " in ended.err
    assert everything(Path()) == before


@pytest.mark.parametrize(
    "command", ["inspect phone.itb", "extract phone.itb -o out", "run phone.itb"]
)
def test_a_bundle_that_may_not_be_read(command: str) -> None:
    """The same for what reads bundles, and in JSON."""
    Path("phone.itb").chmod(0)
    form = "jsonl" if command.startswith("run") else "json"

    ended = run(*command.split(), "--format", form, before=without_rights)

    assert ended.code == 2
    (error,) = json.loads(ended.out)["errors"]
    assert "phone.itb" in f"{error['message']} {error['place']}"
    assert error["hint"]


# ---- a folder that may not be written ----

WRITING = {
    "lock .": "handset.lock",
    "extract phone.itb -o .": "hypervisor",
    "extract phone.itb -o new": "new",
}


@pytest.mark.parametrize("command", WRITING)
def test_a_folder_that_may_not_be_written(command: str) -> None:
    """The output's path, and nothing of it there."""
    Path("handset.lock").unlink()
    before = everything(Path())
    Path().chmod(0o555)
    try:
        ended = run(*command.split(), before=without_rights)
    finally:
        Path().chmod(0o755)

    assert (ended.code, ended.out) == (2, "")
    assert f"at:   {WRITING[command]}" in ended.err
    assert "can't write: permission denied" in ended.err
    assert everything(Path()) == before


# ---- a cache that may not be written ----


@pytest.mark.parametrize(
    ("command", "there"),
    [("lint .", False), ("lint .", True), ("lock .", False), ("inspect phone.itb", False)],
)
def test_a_cache_that_is_read_only_is_done_without(command: str, there: bool) -> None:
    """Empty or filled: the same answer, only later."""
    spoken = run(*command.split())
    cache = Path(os.environ["MVPSDK_CACHE_DIR"])
    if not there:
        cache.rename("old")
        cache.mkdir()
    for path in [cache, *cache.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)

    ended = run(*command.split(), before=without_rights)

    assert (ended.code, ended.out) == (spoken.code, spoken.out) == (0, spoken.out)
    assert "error" not in ended.err


# ---- a disk that is full ----


@pytest.mark.parametrize(
    "command", ["extract phone.itb -o disk", "extract phone.itb work/kernel -o disk/deep/er"]
)
def test_a_full_disk(command: str) -> None:
    """The part that did not fit, what to do, and not a byte of it on the disk."""
    Path("disk").mkdir()
    Path("phone.itb").chmod(0o444)

    ended = on_a_small_disk(Path("disk").absolute(), 32 << 10, *command.split())

    out, _, left = ended.out.partition("-----\n")
    assert (ended.code, out) == (3, "")
    assert "can't write: no space left on device" in ended.err
    assert "next: make room on that disk, or write somewhere else" in ended.err
    assert "Traceback" not in ended.err
    assert left == ""


def test_a_file_that_may_not_grow() -> None:
    """A quota, a limit of the shell, a file system without large files: the same."""
    before = everything(Path())

    ended = run("extract", "phone.itb", "pack", "-o", ".", before=with_small_files(4096))

    assert (ended.code, ended.out) == (3, "")
    assert "can't write: file too large" in ended.err
    assert everything(Path()) == before


def test_a_full_disk_keeps_the_old_lock() -> None:
    """What stood there stays as it was, byte for byte."""
    old = Path("handset.lock").read_bytes()
    Path("linux").write_bytes(kernel(0x1_2000))

    ended = run("lock", ".", before=with_small_files(64))

    assert ended.code == 3
    assert Path("handset.lock").read_bytes() == old
    assert [path.name for path in Path().glob(".mvpsdk-*")] == []


# ---- two runs at once ----


def test_two_locks_at_once_are_one_lock() -> None:
    """Whoever is last wins; the file is whole at every moment."""
    whole = Path("handset.lock").read_bytes()
    running = [start("lock", ".") for _ in range(4)]
    while any(process.poll() is None for process in running):
        assert Path("handset.lock").read_bytes() == whole
    said = [process.communicate() for process in running]
    assert {out for out, _ in said} == {said[0][0]}
    assert [process.returncode for process in running] == [0, 0, 0, 0]
    assert [path.name for path in Path().glob(".mvpsdk-*")] == []


def test_two_checks_with_one_empty_cache_agree() -> None:
    """Both fill it, neither harms the other."""
    Path(os.environ["MVPSDK_CACHE_DIR"]).rename("old")
    running = [start("lint", ".") for _ in range(3)]
    said = [process.communicate() for process in running]
    assert {out for out, _ in said} == {said[0][0]}
    assert [process.returncode for process in running] == [0, 0, 0]
