# SPDX-License-Identifier: Apache-2.0
"""Inputs of a handset: pinned in the lock, found on the disk or in the cache, or fetched."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mvpsdk.errors import Fault, InputError, Place
from mvpsdk.store.archive import member_pieces
from mvpsdk.store.debian import Package, package
from mvpsdk.store.digest import file_digest
from mvpsdk.store.lock import Lock, Pin, relative
from mvpsdk.store.output import unwritable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mvpsdk.store.cache import Cache
    from mvpsdk.store.fetch import Patience, Progress

__all__ = ["Source", "Store", "pin", "unlocked"]


class Source(Protocol):
    """Where an input comes from: a file on this machine, a URL, or a package of Debian's.

    A handset's inputs are that.
    """

    @property
    def path(self) -> Path | None:
        """The file; None: there is a URL."""

    @property
    def url(self) -> str:
        """The URL; "": there is a path or a package."""

    @property
    def deb(self) -> str:
        """The name of a package of Debian's; "": there is a path or a URL."""

    @property
    def member(self) -> str:
        """The file in the package or the archive; "": the URL's content as it is."""

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
                f"{name} is not pinned: {_origin(source)} has no SHA-256",
                hint="pin it with: mvpsdk lock HANDSET",
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
        """Return the path of an input's content, checked. Raises what `fetch.fetch` does."""
        if not source.member:
            return self.download(name, source.url, digest)
        found = self.cache.find(digest) if digest else None
        if found:
            return found
        archive = self._archive(name, source)
        return self.unpack(
            name, self.download(name, archive.url, archive.sha256), source.member, digest
        )

    def _archive(self, name: str, source: Source) -> Package:
        """Return what the member is in, as the lock has it. Raises InputError if nothing has."""
        pinned = self.lock.pin(name) if self.lock else None
        if pinned and _origin(pinned) == _origin(source):
            return Package(url=pinned.url, sha256=pinned.archive)
        if source.deb:
            hint = "find and pin it with: mvpsdk lock HANDSET"
            raise InputError(f"{name} is not pinned: {_origin(source)}", hint=hint)
        return Package(url=source.url, sha256="")

    def download(self, name: str, url: str, digest: str) -> Path:
        """Return the path of a URL's content, checked. Raises what `fetch.fetch` does."""
        if self.offline:
            found = self.cache.find(digest)
            if found:
                return found
            raise InputError(
                f"{name} is not in the cache: {url}, SHA-256 {digest or 'unknown'}",
                hint="fill the cache with: mvpsdk fetch",
            )
        from mvpsdk.store import fetch as downloads  # slow to import

        return downloads.fetch(
            url, digest, self.cache, progress=self.progress, patience=self.patience
        )

    def unpack(self, name: str, archive: Path, member: str, digest: str) -> Path:
        """Return the path of a file that was in an archive. Raises InputError if it is another."""
        place = Place(file=str(archive))
        work = hashlib.sha256(f"{archive} {member}".encode()).hexdigest()
        with self.cache.locked(work) as partial:
            try:
                with partial.open("wb") as file:
                    file.writelines(member_pieces(archive, member, place))
            except OSError as error:
                raise unwritable(partial, error) from error
            found, _ = file_digest(partial)
            if digest and found != digest:
                partial.unlink()
                raise InputError(
                    f"{name} has SHA-256 {found} in this package, it should be {digest}",
                    place=place,
                    hint="if the new content is meant, correct the digest in the handset file"
                    " and run: mvpsdk lock",
                )
            return self.cache.adopt(partial, found)


def _origin(source: Source | Pin) -> str:
    """Where an input comes from, in a word."""
    if source.member:
        return f"{source.member} of {source.deb or source.url}"
    return source.url


def pin(sources: Mapping[str, Source], store: Store, lock_file: Path) -> Lock:
    """Return a lock of all inputs as they are now. Raises MvpError.

    A digest in the handset file is held to; a URL without one is downloaded and taken at its word,
    a package is taken at that of Debian's signed lists.
    """
    archives: dict[str, Path] = {}  # each is downloaded once, whatever is taken from it
    pins = (_pin(name, sources[name], store, lock_file, archives) for name in sorted(sources))
    return Lock(pins=tuple(pins))


def _pin(
    name: str, source: Source, store: Store, lock_file: Path, archives: dict[str, Path]
) -> Pin:
    if source.member:
        return _pin_member(name, source, store, archives)
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


def _pin_member(name: str, source: Source, store: Store, archives: dict[str, Path]) -> Pin:
    found = package(source.deb) if source.deb else Package(url=source.url, sha256="")
    if found.url not in archives:
        archives[found.url] = store.download(name, found.url, found.sha256)
    archive = archives[found.url]
    path = store.unpack(name, archive, source.member, source.sha256)
    return Pin(
        name=name,
        url=found.url,
        deb=source.deb,
        member=source.member,
        archive=archive.name,  # in the cache a file is called by its digest
        sha256=path.name,
        size=path.stat().st_size,
    )


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
    was, now = pinned.path or _origin(pinned), written or _origin(source)
    if was != now:
        yield _fault(f"{name} comes from {now}, locked is {was}", lock_file)
    for found, whose in ((digest, "has"), (source.sha256, "shall have")):
        if found and found != pinned.sha256:
            yield _fault(f"{name} {whose} SHA-256 {found}, locked is {pinned.sha256}", lock_file)


def _fault(message: str, lock_file: Path) -> Fault:
    hint = "if the change is meant, renew the lock with: mvpsdk lock"
    return Fault(message=message, place=Place(file=str(lock_file)), hint=hint)
