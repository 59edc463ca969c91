# SPDX-License-Identifier: Apache-2.0
"""Inputs of a handset: pinned in the lock, found on the disk or in the cache, or fetched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mvpsdk.errors import Fault, InputError, Place
from mvpsdk.store.digest import file_digest
from mvpsdk.store.lock import Lock, Pin, relative

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mvpsdk.store.cache import Cache
    from mvpsdk.store.fetch import Patience, Progress

__all__ = ["Source", "Store", "pin", "unlocked"]


class Source(Protocol):
    """Where an input comes from: a file on this machine, or a URL. A handset's inputs are that."""

    @property
    def path(self) -> Path | None:
        """The file; None: there is a URL."""

    @property
    def url(self) -> str:
        """The URL; "": there is a path."""

    @property
    def sha256(self) -> str:
        """What the content must be; "": the handset file doesn't say."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Store:
    """Where inputs are taken from, and how strictly."""

    cache: Cache
    lock: Lock | None = None
    offline: bool = False  # never ask a server
    progress: Progress | None = None
    patience: Patience | None = None

    def expected(self, name: str, source: Source) -> str:
        """Return the digest that an input must have; "" if nothing pins it."""
        pinned = self.lock.pin(name) if self.lock else None
        return source.sha256 or (pinned.sha256 if pinned else "")

    def pinned(self, name: str, source: Source) -> str:
        """Return the digest that an input must have. Raises InputError if nothing pins it."""
        digest = self.expected(name, source)
        if not digest:
            raise InputError(
                f"{name} is not pinned: {source.url} has no SHA-256",
                hint="pin it with: mvpsdk lock",
            )
        return digest

    def locate(self, name: str, source: Source) -> Path:
        """Return a path where the input's bytes are, fetched if need be.

        Whoever reads the bytes compares their digest with `expected`: they are read once only.
        Raises MvpError: InputError for an input that nothing pins or that isn't at hand offline,
        and what `fetch` raises.
        """
        if source.path:
            return source.path
        digest = self.pinned(name, source)
        cached = self.cache.file(digest)
        return cached if cached.is_file() else self.fetch(name, source, digest)

    def fetch(self, name: str, source: Source, digest: str) -> Path:
        """Return the path of a URL's content, checked. Raises what `fetch.fetch` does."""
        if self.offline:
            found = self.cache.find(digest)
            if found:
                return found
            raise InputError(
                f"{name} is not in the cache: {source.url}, SHA-256 {digest or 'unknown'}",
                hint="fill the cache with: mvpsdk fetch",
            )
        from mvpsdk.store import fetch as downloads  # slow to import

        return downloads.fetch(
            source.url, digest, self.cache, progress=self.progress, patience=self.patience
        )


def pin(sources: Mapping[str, Source], store: Store, lock_file: Path) -> Lock:
    """Return a lock of all inputs as they are now. Raises MvpError.

    A digest in the handset file is held to; a URL without one is downloaded and taken at its word.
    """
    return Lock(pins=tuple(_pin(name, sources[name], store, lock_file) for name in sorted(sources)))


def _pin(name: str, source: Source, store: Store, lock_file: Path) -> Pin:
    path = source.path or store.fetch(name, source, source.sha256)
    digest, size = file_digest(path)
    if source.sha256 and digest != source.sha256:
        raise InputError(
            f"{name} has SHA-256 {digest}, the handset file says {source.sha256}",
            place=Place(file=str(path)),
            hint="correct whichever is wrong",
        )
    written = relative(source.path, lock_file) if source.path else ""
    return Pin(name=name, path=written, url=source.url, sha256=digest, size=size)


def unlocked(
    sources: Mapping[str, Source], digests: Mapping[str, str], lock: Lock, lock_file: Path
) -> list[Fault]:
    """Return what differs between a lock and the inputs as they are (their digests by role)."""
    faults = [
        fault
        for name in sorted(sources)
        for fault in _differences(name, sources[name], digests.get(name, ""), lock, lock_file)
    ]
    gone = sorted(pin.name for pin in lock.pins if pin.name not in sources)
    return faults + [_fault(f"{name} is locked, but no input any more", lock_file) for name in gone]


def _differences(
    name: str, source: Source, digest: str, lock: Lock, lock_file: Path
) -> Iterator[Fault]:
    pinned = lock.pin(name)
    if not pinned:
        yield _fault(f"{name} is not locked", lock_file)
        return
    written = relative(source.path, lock_file) if source.path else ""
    if (written, source.url) != (pinned.path, pinned.url):
        was, now = pinned.path or pinned.url, written or source.url
        yield _fault(f"{name} comes from {now}, locked is {was}", lock_file)
    for found, whose in ((digest, "has"), (source.sha256, "shall have")):
        if found and found != pinned.sha256:
            yield _fault(f"{name} {whose} SHA-256 {found}, locked is {pinned.sha256}", lock_file)


def _fault(message: str, lock_file: Path) -> Fault:
    hint = "if the change is meant, renew the lock with: mvpsdk lock"
    return Fault(message=message, place=Place(file=str(lock_file)), hint=hint)
