# SPDX-License-Identifier: Apache-2.0
"""A file that has not changed is digested once."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk.store import Cache, settled

if TYPE_CHECKING:
    from pathlib import Path

DATA = b"a kernel" * 1000


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty one."""
    return Cache(tmp_path / "cache")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of some bytes."""
    (tmp_path / "kernel").write_bytes(DATA)
    return tmp_path / "kernel"


@pytest.fixture
def old(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some seconds pass between the file's last change and what is done with it."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + settled.SETTLED * 2)


def digest(path: Path, cache: Cache | None) -> str:
    """Of a file that is opened for it."""
    with path.open("rb") as opened:
        return settled.digest_of_file(opened, cache)


def read(path: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the file's bytes are read for its digest."""
    real = hashlib.file_digest
    calls: list[str] = []

    def counted(opened: Any, name: str) -> Any:
        calls.append(name)
        return real(opened, name)

    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", counted)
        assert digest(path, cache) == hashlib.sha256(path.read_bytes()).hexdigest()
    return bool(calls)


@pytest.mark.usefixtures("old")
def test_the_second_time_nothing_is_read(
    file: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another name, too: the file is the same."""
    assert read(file, cache, monkeypatch)
    assert not read(file, cache, monkeypatch)
    link = file.with_name("link")
    link.symlink_to(file)
    assert not read(link, cache, monkeypatch)


@pytest.mark.usefixtures("old")
@pytest.mark.parametrize("how", ["in place", "another file in its place"])
def test_what_changes_is_read_again(
    file: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Of the same size, too."""
    read(file, cache, monkeypatch)
    new = file.with_name("new") if how != "in place" else file
    new.write_bytes(DATA[::-1])
    new.replace(file)
    assert read(file, cache, monkeypatch)


def test_of_what_has_just_changed_nothing_is_noted(
    file: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of its file system may not tell the next change."""
    assert read(file, cache, monkeypatch)
    assert read(file, cache, monkeypatch)


@pytest.mark.usefixtures("old")
def test_a_note_that_is_damaged_does_not_count(
    file: Path, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does a cache that can't be written stop anything."""
    read(file, cache, monkeypatch)
    (note,) = (cache.root / settled.KIND).iterdir()
    note.write_bytes(note.read_bytes()[:-1] + b"?")
    assert read(file, cache, monkeypatch)
    blocked = Cache(file)
    assert digest(file, blocked) == digest(file, None)
