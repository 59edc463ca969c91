# SPDX-License-Identifier: Apache-2.0
"""The cache: content by digest, results by key."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from mvpsdk.errors import InputError
from mvpsdk.store import Cache, file_digest, open_input, write_bytes

SHA256 = hashlib.sha256(b"content").hexdigest()


def put(cache: Cache, data: bytes = b"content") -> Path:
    """Bring content into the cache."""
    file = cache.folder("partial") / "x"
    file.write_bytes(data)
    return cache.adopt(file, SHA256)


def test_the_environment_names_the_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """MVPSDK_CACHE_DIR goes before the platform's own place."""
    monkeypatch.setenv("MVPSDK_CACHE_DIR", "/some/where")
    assert Cache.default().root == Path("/some/where")

    monkeypatch.delenv("MVPSDK_CACHE_DIR")
    assert Cache.default().root.name == "mvpsdk"


def test_content_is_found_by_its_digest(cache: Cache) -> None:
    """What went in under a digest comes out under it."""
    assert cache.find(SHA256) is None
    put(cache)
    assert cache.find(SHA256) == cache.file(SHA256)


def test_damaged_content_is_taken_away(cache: Cache) -> None:
    """Content that is no longer what its name says is not used again."""
    put(cache, b"damaged")

    assert cache.find(SHA256) is None
    assert not cache.file(SHA256).exists()


def test_a_result_is_kept_once(cache: Cache) -> None:
    """Whoever comes second with the same key finds it done and harms nothing."""
    assert cache.result("key") is None

    cache.keep("key", {"a": b"1", "b": b"2"})
    cache.keep("key", {"a": b"other"})

    assert cache.result("key") == {"a": b"1", "b": b"2"}
    assert [path.name for path in (cache.root / "results").iterdir()] == ["key"]


def test_a_result_can_be_forgotten(cache: Cache) -> None:
    """A forgotten result is made again."""
    cache.keep("key", {"a": b"1"})
    cache.forget("key")
    assert cache.result("key") is None


USES = {
    "folder": lambda cache: cache.folder("x"),
    "keep": lambda cache: cache.keep("x", {}),
    "locked": lambda cache: cache.locked("x").__enter__(),
}


@pytest.mark.parametrize("use", sorted(USES))
def test_a_cache_that_cannot_be_written_says_how_to_move_it(use: str) -> None:
    """The error names the cache and the variable that puts it elsewhere."""
    cache = Cache(Path("/proc/nowhere"))

    with pytest.raises(InputError, match="the cache: can't write") as caught:
        USES[use](cache)

    assert "MVPSDK_CACHE_DIR" in caught.value.hint


def test_a_place_that_is_taken_is_an_error(cache: Cache) -> None:
    """A folder where a file should go, a file where a folder should go: named, no traceback."""
    cache.file(SHA256).mkdir(parents=True)
    with pytest.raises(InputError, match="the cache"):
        put(cache)
    (cache.folder("partial") / "y.lock").mkdir()
    with pytest.raises(InputError, match="the cache"), cache.locked("y"):
        pass
    (cache.folder("results") / "key").write_bytes(b"")
    with pytest.raises(InputError, match="the cache"):
        cache.keep("key", {"a": b""})


def test_a_digest_is_taken_in_pieces(tmp_path: Path) -> None:
    """A file that exceeds memory's comfort (sparse here) is digested all the same."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(3 << 20)

    assert file_digest(path) == (hashlib.sha256(bytes(3 << 20)).hexdigest(), 3 << 20)


@pytest.mark.parametrize(("name", "what"), [("missing", "no such file"), (".", "is a folder")])
def test_an_unreadable_input_is_named(name: str, what: str, tmp_path: Path) -> None:
    """The error says what is wrong with which path."""
    with pytest.raises(InputError, match=what) as caught:
        open_input(tmp_path / name)

    assert caught.value.place
    assert str(tmp_path) in caught.value.place.file


def test_a_file_that_fails_while_being_read_is_named() -> None:
    """A read error, here of another process's memory, is put into words."""
    with pytest.raises(InputError, match="can't read"):
        file_digest(Path("/proc/self/mem"))


def test_write_bytes_writes(tmp_path: Path) -> None:
    """The short form of output."""
    write_bytes(tmp_path / "x", b"1")
    assert (tmp_path / "x").read_bytes() == b"1"


def test_content_can_be_put_in(cache: Cache) -> None:
    """Bytes are found by their digest from then on; putting them in twice does no harm."""
    assert cache.put(b"content") == cache.file(SHA256)
    assert cache.put(b"content").read_bytes() == b"content"


def test_a_note_is_what_was_noted_last(cache: Cache) -> None:
    """Notes are replaced, whole."""
    assert cache.note("replies", "x") is None
    cache.jot("replies", "x", b"1")
    cache.jot("replies", "x", b"2\n3")
    assert cache.note("replies", "x") == b"2\n3"
    assert [path.name for path in (cache.root / "replies").iterdir()] == ["x"]


def test_a_damaged_note_is_none(cache: Cache) -> None:
    """A bit that changed, an end that is missing, a file that is empty."""
    cache.jot("replies", "x", b"content")
    path = cache.root / "replies" / "x"
    whole = path.read_bytes()
    for damaged in (whole[:-1], whole[:-1] + b"T", whole[1:], b""):
        path.write_bytes(damaged)
        assert cache.note("replies", "x") is None
