# SPDX-License-Identifier: Apache-2.0
"""Folders that appear whole or not at all."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from mvpsdk.errors import InputError, MissingToolError
from mvpsdk.store import write_folder

if TYPE_CHECKING:
    from pathlib import Path

FILES = {"a": b"1", "b/c": b"2"}


def content(folder: Path) -> dict[str, bytes]:
    """Every file in a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_all_files_are_there(tmp_path: Path) -> None:
    """In a folder whose parents were not there, and nothing beside it."""
    write_folder(tmp_path / "x" / "y", FILES)

    assert content(tmp_path) == {"x/y/a": b"1", "x/y/b/c": b"2"}


def test_an_empty_folder_may_stand_there(tmp_path: Path) -> None:
    """Someone made it beforehand."""
    (tmp_path / "x").mkdir()
    write_folder(tmp_path / "x", FILES)

    assert content(tmp_path / "x") == FILES


def test_what_is_there_is_not_overwritten(tmp_path: Path) -> None:
    """Files of these names are told; a folder with other things is refused, too."""
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "c").write_bytes(b"mine")

    with pytest.raises(InputError, match=r"has b/c already") as caught:
        write_folder(tmp_path, FILES)
    assert "--force" in caught.value.hint
    with pytest.raises(InputError, match="other things in it"):
        write_folder(tmp_path, {"z": b""})

    assert content(tmp_path) == {"b/c": b"mine"}


def test_force_replaces_and_leaves_the_rest(tmp_path: Path) -> None:
    """What is not made anew stays."""
    write_folder(tmp_path / "x", FILES)
    (tmp_path / "x" / "mine").write_bytes(b"mine")

    write_folder(tmp_path / "x", {**FILES, "a": b"new"}, force=True)

    assert content(tmp_path) == {"x/a": b"new", "x/b/c": b"2", "x/mine": b"mine"}


def test_a_file_in_the_way_is_told(tmp_path: Path) -> None:
    """Not even by force does a file become a folder."""
    (tmp_path / "x").write_bytes(b"")

    with pytest.raises(InputError, match="it is no folder"):
        write_folder(tmp_path / "x", FILES, force=True)


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first file was written; neither it nor the folder is seen afterwards."""
    written: list[str] = []

    def sync(_handle: int) -> None:
        written.append("file")
        if len(written) > 1:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", sync)

    with pytest.raises(MissingToolError, match="no space left"):
        write_folder(tmp_path / "x", FILES)

    assert list(tmp_path.iterdir()) == []
