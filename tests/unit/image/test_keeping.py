# SPDX-License-Identifier: Apache-2.0
"""What was found in a file is found once."""

from __future__ import annotations

import os
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from mvpsdk.image import Stop, keeping, open_all, worker
from mvpsdk.image.worker import Answer
from mvpsdk.store import Cache

ANSWER = Answer(fields={"architecture": "arm64", "faults": ("one",)})
STOPPED = Answer(stopped=(Stop(reader="lief", failure="crashed", detail=""),))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty one."""
    return Cache(tmp_path / "cache")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[Any]]:
    """What the worker was asked."""
    calls: list[list[Any]] = []

    def ask(files: Any, done: Any, **_: object) -> list[Answer]:
        calls.append(files)
        for number in range(len(files)):
            done(number)
        return [STOPPED if path.name == "bad" else ANSWER for path, _ in files]

    monkeypatch.setattr(worker, "ask", ask)
    return calls


def write(folder: Path, **files: str) -> dict[str, Path]:
    """Files of these contents; the names are their roles, `a_kernel` being persona a's kernel."""
    for name, content in files.items():
        (folder / name).write_text(content)
    return {name.replace("_", "/"): folder / name for name in files}


def test_a_second_look_asks_nobody(tmp_path: Path, cache: Cache, asked: Any) -> None:
    """By content: neither the path nor the persona's name matters, but what the file is for."""
    first = open_all(write(tmp_path, a_kernel="x", b_ramdisk="x", c_kernel="x"), cache=cache)
    assert [part for _, part in asked.pop()] == ["kernel", "ramdisk"]
    assert {facts.role for facts in first.values()} == {"a/kernel", "b/ramdisk", "c/kernel"}

    again = open_all(write(tmp_path, d_kernel="x", e_ramdisk="x"), cache=cache)
    assert asked == []
    assert again["d/kernel"].faults == ("one",)
    assert again["d/kernel"].path == tmp_path / "d_kernel"

    open_all(write(tmp_path, a_rom="x", a_kernel="y"), cache=cache)
    assert [part for _, part in asked.pop()] == ["rom", "kernel"]


def test_progress_is_told_of_what_is_read(tmp_path: Path, cache: Cache, asked: Any) -> None:
    """In bytes; of what is known already there is none."""
    told: list[tuple[int, int | None]] = []
    for _ in range(2):
        files = write(tmp_path, a_kernel="xyz", a_ramdisk="12")
        open_all(files, cache=cache, progress=lambda *news: told.append(news))
    assert told == [(0, 5), (3, 5), (5, 5)]
    assert len(asked) == 1


def test_without_a_cache_everything_is_asked_again(tmp_path: Path, asked: Any) -> None:
    """And nothing is left behind."""
    for _ in range(2):
        open_all(write(tmp_path, a_kernel="x"))
    assert len(asked) == 2


def test_a_failure_is_not_kept(tmp_path: Path, cache: Cache, asked: Any) -> None:
    """Next time it may end otherwise."""
    files = {"realtime": write(tmp_path, bad="x")["bad"]}
    for _ in range(2):
        assert open_all(files, cache=cache)["realtime"].stopped == STOPPED.stopped
    assert len(asked) == 2


@pytest.mark.parametrize("part", ["reader", "library"])
def test_other_readers_may_find_other_facts(
    tmp_path: Path, cache: Cache, asked: Any, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """An edition is a digest over our own sources and the libraries' versions."""
    files = write(tmp_path, a_kernel="x")
    open_all(files, cache=cache)
    keeping.edition.cache_clear()
    if part == "reader":
        read = Path.read_bytes
        monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b"#")
    else:
        monkeypatch.setattr(keeping, "_version", lambda _name: "99")
    open_all(files, cache=cache)
    monkeypatch.undo()
    keeping.edition.cache_clear()
    assert len(asked) == 2


@pytest.mark.parametrize("damage", [b"", b"junk", b"deadbeef\n{}"])
def test_a_damaged_note_is_made_again(
    tmp_path: Path, cache: Cache, asked: Any, damage: bytes
) -> None:
    """The cache is a help, never a judge."""
    files = write(tmp_path, a_kernel="x")
    open_all(files, cache=cache)
    (kept,) = (cache.root / keeping.KIND).iterdir()
    whole = kept.read_bytes()
    kept.write_bytes(damage)
    assert open_all(files, cache=cache)["a/kernel"].faults == ("one",)
    assert len(asked) == 2
    assert kept.read_bytes() == whole


def test_a_note_that_is_no_fact_is_made_again(tmp_path: Path, cache: Cache, asked: Any) -> None:
    """Even if its digest is right."""
    files = write(tmp_path, a_kernel="x")
    open_all(files, cache=cache)
    (kept,) = (cache.root / keeping.KIND).iterdir()
    for data in (b"[1]", b"3", b'{"@": "model.Stop"}'):
        cache.jot(keeping.KIND, kept.name, data)
        assert open_all(files, cache=cache)["a/kernel"].faults == ("one",)
    assert len(asked) == 4


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path, asked: Any) -> None:
    """Lint works on a read-only home."""
    (tmp_path / "blocked").write_text("a file where a folder should be")
    facts = open_all(write(tmp_path, a_kernel="x"), cache=Cache(tmp_path / "blocked"))
    assert facts["a/kernel"].faults == ("one",)
    assert len(asked) == 1


def test_the_oldest_notes_go_first(cache: Cache) -> None:
    """Until the others fit."""
    for age, name in enumerate(("new", "old", "oldest")):
        cache.jot("notes", name, b"x" * 1000)
        os.utime(cache.root / "notes" / name, (10**9 - age, 10**9 - age))
    cache.prune("notes", 2200)
    assert {path.name for path in (cache.root / "notes").iterdir()} == {"new", "old"}
    cache.prune("notes", 0)
    assert list((cache.root / "notes").iterdir()) == []
    cache.prune("absent", 0)


def _fill(root: str, number: int) -> None:
    """One of many processes."""
    cache = Cache(Path(root))
    for turn in range(30):
        key = (f"{(turn + number) % 7}", "kernel")
        keeping.keep_all(cache, {key: ANSWER})
        kept = keeping.recall_all(cache, [key]).get(key)
        assert kept in (None, ANSWER)


def test_several_processes_may_keep_and_prune_at_once(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there is whole."""
    monkeypatch.setattr(keeping, "MOST", 500)
    context = get_context("fork")
    workers = [context.Process(target=_fill, args=(str(cache.root), n)) for n in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert [each.exitcode for each in workers] == [0, 0, 0]
