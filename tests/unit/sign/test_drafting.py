# SPDX-License-Identifier: Apache-2.0
"""The copy that is signed is made beside the opening of keys, and takes its name when whole."""

from __future__ import annotations

import errno
import io
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import sign
from mvpsdk.errors import BundleError, InputError, MissingToolError, Place, RefusedError
from mvpsdk.sign import drafting

if TYPE_CHECKING:
    from pathlib import Path


def left(folder: Path) -> list[str]:
    """What a folder holds."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the signed bundle goes: a folder of its own."""
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "signed.itb"


def test_copying_goes_on_while_keys_are_opened(plain: Path, signed: Path, out: Path) -> None:
    """In a thread that is done when the block still waits for its keys; the bytes are the same."""
    before = set(threading.enumerate())
    with sign.draft(plain, out) as draft:
        (copier,) = set(threading.enumerate()) - before
        copier.join()
        (copy,) = out.parent.iterdir()
        assert copy.stat().st_size == plain.stat().st_size
        assert not out.exists()
        made = draft.sign(sign.open_signers(["test:"]))

    assert out.read_bytes() == signed.read_bytes()
    assert made.size == signed.stat().st_size


def test_progress_is_told_of_every_byte_and_once(plain: Path, out: Path) -> None:
    """However much was copied before anybody asked."""
    told: list[int] = []
    sign.sign(plain, sign.open_signers(["test:"]), out, progress=told.append)
    assert sum(told) == plain.stat().st_size


def test_keys_that_are_refused_leave_nothing(plain: Path, out: Path) -> None:
    """The copying ends at once, what stood there still stands."""
    out.write_bytes(b"what stood there")
    with pytest.raises(RefusedError), sign.draft(plain, out):
        raise RefusedError("this key is not fit to sign")
    assert left(out.parent) == ["signed.itb"]
    assert out.read_bytes() == b"what stood there"


def test_what_is_given_up_is_not_copied_to_its_end(
    plain: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large bundle the rest stays where it is."""
    going = threading.Event()
    copied: list[Any] = []

    def slowly(*arguments: Any) -> int:
        copied.append(arguments)
        going.set()
        return 1 if len(copied) < plain.stat().st_size else 0

    def refuse() -> None:
        going.wait()
        raise RefusedError("this key is not fit to sign")

    monkeypatch.setattr(os, "copy_file_range", slowly)
    with pytest.raises(RefusedError), sign.draft(plain, out):
        refuse()
    assert len(copied) < plain.stat().st_size


def test_a_draft_that_nobody_signs_never_takes_the_name(plain: Path, out: Path) -> None:
    """An unsigned copy is no signed bundle: that is a fault of the program."""
    with pytest.raises(RuntimeError, match="not signed"), sign.draft(plain, out):
        pass
    assert left(out.parent) == []


def test_a_file_that_is_no_bundle_is_refused(tmp_path: Path, out: Path) -> None:
    """By what it is, with nothing left behind."""
    (tmp_path / "other").write_bytes(b"\xd0\x0d\xfe\xed" + bytes(100))
    with pytest.raises(BundleError, match="cut short"):
        sign.sign(tmp_path / "other", sign.open_signers(["test:"]), out)
    assert left(out.parent) == []


@pytest.mark.parametrize("errno", [errno.ENOSPC, errno.EIO])
def test_a_disk_that_takes_no_more_is_told_by_the_output_s_name(
    plain: Path, out: Path, monkeypatch: pytest.MonkeyPatch, errno: int
) -> None:
    """Copying runs in a thread: what befalls it there is not lost."""

    def fail(_: object) -> None:
        raise OSError(errno, os.strerror(errno))

    monkeypatch.setattr(drafting._Copying, "_copy", fail)
    with pytest.raises((MissingToolError, InputError), match="can't write") as caught:
        sign.sign(plain, sign.open_signers(["test:"]), out)
    assert caught.value.place == Place(file=str(out))
    assert left(out.parent) == []


def test_a_bundle_that_cannot_be_read_on_is_told_by_its_own_name(
    plain: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the kernel could copy of it."""

    def fail(*_: object) -> int:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    class Broken(io.FileIO):
        def read(self, _size: int | None = -1) -> bytes:
            return bytes(fail())

    monkeypatch.setattr(os, "copy_file_range", fail)
    with Broken(plain) as source, out.open("x+b") as file:
        copying = drafting._Copying(plain, source, file)
        copying.run()
    assert isinstance(copying.failure, InputError)
    assert "can't read" in copying.failure.message
    assert copying.failure.place == Place(file=str(plain))
