# SPDX-License-Identifier: Apache-2.0
"""The lock file, and inputs held to it."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk.errors import InputError
from mvpsdk.store import Cache, Lock, Pin, Store, lock_path, pin, unlocked
from mvpsdk.store import lock as locking
from mvpsdk.store.fetch import Patience

if TYPE_CHECKING:
    from tests.unit.store.conftest import Behaviour

SHA256 = hashlib.sha256(b"kernel").hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()
QUICK = Patience(connect=1, read=1, attempts=1, pause=0.001)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@dataclass(frozen=True, kw_only=True)
class Input:
    """An input as a handset file names it."""

    path: Path | None = None
    url: str = ""
    deb: str = ""
    member: str = ""
    sha256: str = ""


@pytest.fixture
def store(cache: Cache) -> Store:
    """A store that asks servers, but not for long."""
    return Store(cache=cache, patience=QUICK)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.builds(
            Pin,
            name=TEXT,
            path=TEXT,
            url=st.just("") | TEXT,
            sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
            size=st.integers(0, 2**62),
        )
    )
)
def test_a_lock_reads_back_as_it_was_written(pins: list[Pin]) -> None:
    """Whatever the names hold, the file is TOML and says the same; order doesn't matter."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "handset.lock"
        locking.save(Lock(pins=tuple(pins)), path)

        assert sorted(locking.load(path).pins) == sorted(pins)
        assert str(Lock(pins=tuple(reversed(pins)))) == path.read_text(encoding="utf-8")


def test_the_lock_stands_beside_the_handset() -> None:
    """handset.toml is locked by handset.lock."""
    assert lock_path(Path("a/handset.toml")) == Path("a/handset.lock")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("version = 2\n", "version is 2, this SDK reads 1"),
        ("version = 1\nmore = 1\n", "unknown key more"),
        ("version = 1\ninput = 3\n", "no array of tables"),
        ("version = 1\ninput = [1]\n", "no array of tables"),
        ("version = [", "not a lock file"),
        ("\xff", "not a lock file"),
        ("version = 1\n[[input]]\n", "name: missing"),
        ("version = 1\n[[input]]\nsize = 'x'\n", "size: must be a number"),
        ("version = 1\n[[input]]\nsize = true\n", "size: must be a number"),
        ("version = 1\n[[input]]\nname = 1\n", "name: must be a string"),
        ("version = 1\n[[input]]\nsha256 = 'x'\n", "not 64 hexadecimal digits"),
        ("version = 1\n[[input]]\nname = 'x'\n", "neither path nor url"),
        ("version = 1\n[[input]]\nextra = 'x'\n", "extra: unknown key"),
    ],
)
def test_a_damaged_lock_is_refused(text: str, message: str, tmp_path: Path) -> None:
    """Each fault is named, with the file and the way out."""
    path = tmp_path / "handset.lock"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(InputError, match=message) as caught:
        locking.load(path)

    assert "mvpsdk lock" in caught.value.hint
    assert str(path) in str(caught.value)


def test_a_missing_lock_says_how_to_make_one(tmp_path: Path) -> None:
    """No lock is an error with its next step."""
    with pytest.raises(InputError, match="no lock file") as caught:
        locking.load(tmp_path / "handset.lock")

    assert caught.value.hint == "make it with: mvpsdk lock"


def test_an_unreadable_lock_is_named(tmp_path: Path) -> None:
    """A folder in the lock's place is an error, not a traceback."""
    with pytest.raises(InputError, match="this is a folder"):
        locking.load(tmp_path)


def test_files_and_urls_are_pinned(server: Behaviour, store: Store, tmp_path: Path) -> None:
    """The lock has what each input is, in the order of their names, paths relative to it."""
    server.body = b"other"
    (tmp_path / "kernel").write_bytes(b"kernel")
    sources = {
        "work/ramdisk": Input(url=server.url()),
        "work/kernel": Input(path=tmp_path / "kernel"),
    }

    lock = pin(sources, store, tmp_path / "handset.lock")

    assert lock.pins == (
        Pin(name="work/kernel", path="kernel", sha256=SHA256, size=6),
        Pin(name="work/ramdisk", url=server.url(), sha256=OTHER, size=5),
    )


def test_a_digest_in_the_handset_file_is_held_to(store: Store, tmp_path: Path) -> None:
    """A file that isn't what the handset file says can't be pinned."""
    (tmp_path / "kernel").write_bytes(b"kernel")

    with pytest.raises(InputError, match=f"{SHA256}, the handset file says {OTHER}"):
        pin({"k": Input(path=tmp_path / "kernel", sha256=OTHER)}, store, tmp_path / "x.lock")


def test_a_path_is_located_as_it_is(store: Store) -> None:
    """A file on this machine is used where it stands."""
    assert store.locate("k", Input(path=Path("x"))) == Path("x")


def test_a_url_is_located_in_the_cache(server: Behaviour, store: Store) -> None:
    """It is fetched at first, and then taken from the cache."""
    server.body = b"kernel"
    source = Input(url=server.url(), sha256=SHA256)

    assert store.locate("k", source).read_bytes() == b"kernel"
    assert store.locate("k", source).read_bytes() == b"kernel"
    assert len(server.asked) == 1


def test_a_url_may_be_pinned_by_the_lock(server: Behaviour, cache: Cache) -> None:
    """The lock's digest serves where the handset file has none."""
    server.body = b"kernel"
    lock = Lock(pins=(Pin(name="k", url=server.url(), sha256=SHA256, size=6),))
    store = Store(cache=cache, lock=lock, patience=QUICK)

    assert store.expected("k", Input(url=server.url())) == SHA256
    assert store.locate("k", Input(url=server.url())).read_bytes() == b"kernel"


def test_a_url_that_nothing_pins_is_refused(store: Store) -> None:
    """No digest, no use: the error says how to get one."""
    with pytest.raises(InputError, match="not pinned") as caught:
        store.locate("k", Input(url="http://127.0.0.1/x"))

    assert "mvpsdk lock" in caught.value.hint


def test_offline_takes_the_cache_alone(server: Behaviour, cache: Cache) -> None:
    """Offline, what isn't in the cache is an error; what is, is used."""
    server.body = b"kernel"
    source = Input(url=server.url(), sha256=SHA256)
    offline = Store(cache=cache, offline=True)

    with pytest.raises(InputError, match="not in the cache") as caught:
        offline.locate("k", source)
    assert "mvpsdk fetch" in caught.value.hint
    assert server.asked == []

    Store(cache=cache, patience=QUICK).locate("k", source)
    assert offline.locate("k", source).read_bytes() == b"kernel"
    assert offline.fetch("k", source, SHA256).read_bytes() == b"kernel"


def test_inputs_as_locked_have_no_fault(tmp_path: Path) -> None:
    """The same places and the same digests are what the lock is for."""
    lock = Lock(pins=(Pin(name="k", path="kernel", sha256=SHA256, size=6),))
    sources = {"k": Input(path=tmp_path / "kernel")}

    assert unlocked(sources, {"k": SHA256}, lock, tmp_path / "x.lock") == []


@pytest.mark.parametrize(
    ("source", "digest", "message"),
    [
        (Input(path=Path("kernel")), OTHER, f"k has SHA-256 {OTHER}, locked is {SHA256}"),
        (Input(path=Path("elsewhere")), SHA256, "k comes from elsewhere, locked is kernel"),
        (Input(url="http://x"), SHA256, "k comes from http://x, locked is kernel"),
        (
            Input(path=Path("kernel"), sha256=OTHER),
            SHA256,
            f"k shall have SHA-256 {OTHER}, locked is {SHA256}",
        ),
    ],
)
def test_what_differs_from_the_lock_is_named(
    source: Input, digest: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every difference is a fault with both values."""
    monkeypatch.chdir(tmp_path)
    lock = Lock(pins=(Pin(name="k", path="kernel", sha256=SHA256, size=6),))

    faults = unlocked({"k": source}, {"k": digest}, lock, Path("x.lock"))

    assert [fault.message for fault in faults] == [message]
    assert "mvpsdk lock" in faults[0].hint


def test_inputs_that_come_or_go_are_named() -> None:
    """A lock speaks for all inputs, and for no other."""
    lock = Lock(pins=(Pin(name="old", path="x", sha256=SHA256, size=6),))

    faults = unlocked({"new": Input(path=Path("x"))}, {}, lock, Path("x.lock"))

    assert [fault.message for fault in faults] == [
        "new is not locked",
        "old is locked, but no input any more",
    ]
