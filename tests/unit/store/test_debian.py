# SPDX-License-Identifier: Apache-2.0
"""Debian's packages by name: located by apt, pinned, and taken apart."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from mvpsdk.errors import InputError, MissingToolError, TimeoutError_, ToolFailedError
from mvpsdk.handset import Input
from mvpsdk.store import Cache, Lock, Pin, Store, debian, pin, unlocked
from mvpsdk.store import lock as locking
from mvpsdk.store.fetch import Patience
from packages import deb, tar

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.store.conftest import Behaviour

KERNEL = b"kernel" * 1000
PACKAGE = deb(tar({"./boot/linux": KERNEL, "./boot/initrd": b"initrd"}))
SHA256 = hashlib.sha256(KERNEL).hexdigest()
ARCHIVE = hashlib.sha256(PACKAGE).hexdigest()
SOURCE = Input(deb="acme-kernel", member="boot/linux")


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Behaviour) -> Path:
    """An apt that knows one package, which the server has; the script can be changed."""
    server.body = PACKAGE
    script = tmp_path / "bin" / "apt-get"
    script.parent.mkdir()
    script.write_text(
        '#!/bin/sh\n[ "$3" = acme-kernel ] || { echo "E: Unable to locate package $3" >&2;'
        f" exit 100; }}\necho \"'{server.url('x_1%2b1_all.deb')}' x 1 SHA256:{ARCHIVE}\"\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(script.parent), prepend=":")
    return script


@pytest.fixture
def store(cache: Cache) -> Store:
    """A store that asks servers, but not for long."""
    return Store(cache=cache, patience=Patience(connect=1, read=1, attempts=1, pause=0.001))


def locked(store: Store, lock: Lock, *, offline: bool = False) -> Store:
    """The same store with a lock."""
    return Store(cache=store.cache, lock=lock, offline=offline, patience=store.patience)


@pytest.mark.usefixtures("apt")
def test_a_package_is_pinned_by_what_apt_says(
    server: Behaviour, store: Store, tmp_path: Path
) -> None:
    """Where it is, what it must be, and what is taken out of it; both files by one download."""
    initrd = Input(deb="acme-kernel", member="boot/initrd")

    lock = pin({"a": SOURCE, "b": initrd}, store, tmp_path / "handset.lock")

    assert lock.pin("a") == Pin(
        name="a",
        url=server.url("x_1%2b1_all.deb"),
        deb="acme-kernel",
        member="boot/linux",
        archive=ARCHIVE,
        sha256=SHA256,
        size=len(KERNEL),
    )
    assert len(server.asked) == 1
    locking.save(lock, tmp_path / "handset.lock")
    assert locking.load(tmp_path / "handset.lock") == lock


@pytest.mark.usefixtures("apt")
def test_fetching_needs_no_apt(store: Store, tmp_path: Path, apt: Path) -> None:
    """The lock has the URL; the cache may be empty, or hold the file already."""
    lock = pin({"a": SOURCE}, store, tmp_path / "handset.lock")
    apt.unlink()
    elsewhere = Store(cache=Cache(tmp_path / "elsewhere"), lock=lock, patience=store.patience)

    assert elsewhere.locate("a", SOURCE).read_bytes() == KERNEL
    assert elsewhere.fetch("a", SOURCE, SHA256).read_bytes() == KERNEL
    assert locked(store, lock, offline=True).fetch("a", SOURCE, SHA256).read_bytes() == KERNEL


def test_a_member_of_a_url_needs_no_apt(server: Behaviour, store: Store, tmp_path: Path) -> None:
    """Any server's package or archive does; two files come by one download."""
    server.body = PACKAGE
    source = Input(url=server.url(), member="boot/linux")

    lock = pin({"a": source, "b": source}, store, tmp_path / "handset.lock")

    assert lock.pins[0].archive == ARCHIVE
    assert len(server.asked) == 1
    assert store.locate("a", Input(url=server.url(), member="boot/linux", sha256=SHA256)).is_file()


def test_a_package_that_is_not_locked_is_refused(store: Store) -> None:
    """Nothing says where it is: the next step is told."""
    for source in (SOURCE, Input(deb="acme-kernel", member="boot/linux", sha256=SHA256)):
        with pytest.raises(
            InputError, match="a is not pinned: boot/linux of acme-kernel"
        ) as caught:
            store.locate("a", source)
        assert "mvpsdk lock" in caught.value.hint


@pytest.mark.usefixtures("apt")
def test_another_member_or_package_is_not_what_is_locked(store: Store, tmp_path: Path) -> None:
    """A change in the handset file is told beside the lock."""
    lock = pin({"a": SOURCE}, store, tmp_path / "handset.lock")
    other = Input(deb="acme-kernel", member="boot/initrd")

    (fault,) = unlocked({"a": other}, {"a": SHA256}, lock, tmp_path / "handset.lock")

    assert fault.message == (
        "a comes from boot/initrd of acme-kernel, locked is boot/linux of acme-kernel"
    )
    assert unlocked({"a": SOURCE}, {"a": SHA256}, lock, tmp_path / "handset.lock") == []


@pytest.mark.usefixtures("apt")
def test_another_content_is_refused(store: Store, tmp_path: Path) -> None:
    """A digest in the handset file is held to; nothing is kept of what is wrong."""
    source = Input(deb="acme-kernel", member="boot/linux", sha256="ab" * 32)

    with pytest.raises(InputError, match=f"{SHA256} in this package, it should be abab"):
        pin({"a": source}, store, tmp_path / "handset.lock")

    assert store.cache.find(SHA256) is None
    assert list((store.cache.root / "partial").glob("*[!k]")) == []


@pytest.mark.usefixtures("apt")
def test_an_unknown_package_is_told(store: Store, tmp_path: Path) -> None:
    """In apt's own words, and what to do about it."""
    with pytest.raises(MissingToolError, match="Unable to locate package acme-krenel") as caught:
        pin({"a": Input(deb="acme-krenel", member="x")}, store, tmp_path / "handset.lock")

    assert "apt-get update" in caught.value.hint


def test_an_apt_that_talks_otherwise_is_told(apt: Path) -> None:
    """What has no digest can't be pinned."""
    apt.write_text("#!/bin/sh\necho \"'http://x' x 1 MD5Sum:00\"\n")

    with pytest.raises(ToolFailedError, match="no URL and SHA-256 of acme-kernel: 'http://x'"):
        debian.package("acme-kernel")


def test_an_apt_that_hangs_is_given_up(apt: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever."""
    apt.write_text("#!/bin/sh\nexec sleep 10\n")
    monkeypatch.setattr(debian, "PATIENCE", 0.1)

    with pytest.raises(TimeoutError_, match="did not say"):
        debian.package("acme-kernel")


def test_a_machine_without_apt_is_told_the_other_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way out without Debian stands in the error."""
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(MissingToolError, match="apt-get is not installed") as caught:
        debian.package("acme-kernel")

    assert "url" in caught.value.hint
