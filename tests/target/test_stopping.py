# SPDX-License-Identifier: Apache-2.0
"""A build that is stopped, hindered, or not alone, with the real compiler."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardship import on_a_small_disk, run, session, start, stop, with_small_files, without_rights
from phone_folder import write_phone
from refusing import everything

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.target

BUNDLE = ("bundle", ".", "--unsigned", "-o")


@pytest.fixture(autouse=True)
def phone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A phone's folder, and an empty cache."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MVPSDK_CACHE_DIR", str(tmp_path / "cache"))
    write_phone()


def compiling(process: subprocess.Popen[str]) -> None:
    """Wait until a compiler runs below a process."""
    while not [name for name in session(process.pid, patience=0) if name.startswith("cc1")]:
        assert process.poll() is None
        time.sleep(0.02)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("command", ["build . -o out", "bundle . --unsigned -o out.itb"])
def test_a_signal_ends_compilers_too(command: str, number: signal.Signals, code: int) -> None:
    """No output, no compiler left behind, nothing in the cache, no folder of temporary files."""
    before = everything(Path())
    temporary = Path("temporary")
    temporary.mkdir()
    process = start(*command.split(), TMPDIR=str(temporary.absolute()))
    compiling(process)

    ended = stop(process, number)

    assert (ended.code, ended.out) == (code, "")
    assert ended.err.splitlines()[-1].startswith("error: ")
    assert "Traceback" not in ended.err
    assert session(process.pid) == []
    assert list(temporary.iterdir()) == []
    temporary.rmdir()
    assert everything(Path()) == before
    assert not list(Path("cache/results").glob("hypervisor-*"))


def test_two_builds_with_one_empty_cache_agree() -> None:
    """Both compile, one keeps: the same bytes, and the next build takes them."""
    running = [start("build", ".", "-o", name) for name in ("one", "two")]
    said = [process.communicate() for process in running]

    assert [process.returncode for process in running] == [0, 0], said
    one, two = (Path(name, "hypervisor.bin").read_bytes() for name in ("one", "two"))
    assert one == two
    assert len(list(Path("cache/results").iterdir())) == 1


def test_two_bundles_at_once_are_the_same_bytes() -> None:
    """To two files, and to one: whole at every moment."""
    running = [start(*BUNDLE, name) for name in ("one.itb", "two.itb", "two.itb")]
    said = [process.communicate() for process in running]

    assert [process.returncode for process in running] == [0, 0, 0], said
    assert Path("one.itb").read_bytes() == Path("two.itb").read_bytes()
    assert run("inspect", "two.itb").code == 0
    assert not list(Path().glob(".mvpsdk-*"))


def test_a_read_only_cache_is_done_without() -> None:
    """Everything is compiled, nothing kept: the same bundle."""
    assert run(*BUNDLE, "one.itb").code == 0
    cache = Path(os.environ["MVPSDK_CACHE_DIR"])
    cache.rename("old")
    cache.mkdir(mode=0o555)

    ended = run(*BUNDLE, "two.itb", before=without_rights)

    assert ended.code == 0, ended.err
    assert Path("one.itb").read_bytes() == Path("two.itb").read_bytes()


def test_a_disk_that_is_full_gets_no_bundle_and_no_build() -> None:
    """Exit 3, where, and not a byte of it left; what was there before stays."""
    assert run(*BUNDLE, "out.itb").code == 0  # the cache is filled: only the output meets the limit
    before = everything(Path())
    Path("disk").mkdir()

    small = run(*BUNDLE, "out.itb", before=with_small_files(40 << 10))
    bundle = on_a_small_disk(Path("disk").absolute(), 64 << 10, *BUNDLE, "disk/out.itb")
    built = on_a_small_disk(Path("disk").absolute(), 64 << 10, "build", ".", "-o", "disk/out")

    Path("disk").rmdir()
    assert (small.code, bundle.code, built.code) == (3, 3, 3)
    assert "can't write: file too large" in small.err
    assert "can't write: no space left on device" in bundle.err
    assert "can't write: no space left on device" in built.err
    assert bundle.out.endswith("-----\n")
    assert built.out.endswith("-----\n")
    assert everything(Path()) == before
