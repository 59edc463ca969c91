# SPDX-License-Identifier: Apache-2.0
"""Downloads into the cache: resumed where they broke off, tried again, and checked by digest."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError
from urllib3.util.retry import Retry

from mvpsdk.errors import InputError, MvpError, Place, RefusedError, TimeoutError_
from mvpsdk.store.digest import CHUNK, file_digest
from mvpsdk.store.output import unwritable

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.store.cache import Cache

__all__ = ["Patience", "Progress", "fetch"]

_log = logging.getLogger(__name__)

Progress = Callable[[int, int | None], None]
"""Told how many bytes are there, and how many there will be if the server says so."""

_BUSY = (429, 500, 502, 503, 504)  # worth another try (RFC 9110, section 15)
_PARTIAL, _CLIENT_FAULT, _RANGE_REFUSED, _SERVER_FAULT = 206, 400, 416, 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long to wait for a server. Times in seconds."""

    connect: float = 10.0
    read: float = 30.0  # between two pieces of data
    attempts: int = 5  # in a row that bring nothing new
    pause: float = 0.5  # before the second attempt; doubles from there


def fetch(
    url: str,
    sha256: str,
    cache: Cache,
    *,
    progress: Progress | None = None,
    patience: Patience | None = None,
) -> Path:
    """Return the path of a URL's content in the cache, downloaded if it isn't there.

    With `sha256` empty, whatever the server sends is taken: for pinning it, not for using it.

    Raises InputError for a URL that can't be used or content of another digest, RefusedError if the
    server says no, TimeoutError_ if it can't be reached or breaks off again and again.
    """
    work = hashlib.sha256(f"{sha256} {url}".encode()).hexdigest()
    with cache.locked(work) as partial:
        found = cache.find(sha256) if sha256 else None
        if found:
            return found
        if not sha256:
            partial.unlink(missing_ok=True)
        _log.info("downloading %s", url)
        download = _Download(url, partial, progress or (lambda _done, _total: None))
        try:
            return _checked(download, sha256, cache, patience or Patience())
        except OSError as error:
            raise unwritable(partial, error) from error


def _checked(download: _Download, sha256: str, cache: Cache, patience: Patience) -> Path:
    """Download, and once more from the start if what an earlier run left behind was in the way."""
    leftover = download.size() > 0
    download.run(patience)
    digest, size = file_digest(download.partial)
    if leftover and digest != sha256:
        download.partial.unlink()
        download.run(patience)
        digest, size = file_digest(download.partial)
    if sha256 and digest != sha256:
        download.partial.unlink()
        raise InputError(
            f"the server sent {size} bytes with SHA-256 {digest}; expected SHA-256 {sha256}",
            place=Place(file=download.url),
            hint="if the new content is meant, correct the digest in the handset file"
            " and run: mvpsdk lock",
        )
    return cache.adopt(download.partial, digest)


class _Download:
    """One URL on its way into one partial file."""

    def __init__(self, url: str, partial: Path, progress: Progress) -> None:
        self.url = url
        self.partial = partial
        self.progress = progress
        self.validator = ""  # ETag or date of what the partial file is a part of

    def size(self) -> int:
        """Bytes that are already there."""
        return self.partial.stat().st_size if self.partial.exists() else 0

    def run(self, patience: Patience) -> None:
        """Receive all of it. Gives up after some attempts in a row that brought nothing new."""
        best, idle = self.size(), 0
        with _session(patience) as session:
            while True:
                try:
                    return self._receive(session, patience)
                except (requests.RequestException, HTTPError) as error:
                    problem = self._problem(error)
                    if not isinstance(problem, TimeoutError_):
                        raise problem from error
                    idle = 0 if self.size() > best else idle + 1
                    best = max(best, self.size())
                    if idle >= patience.attempts:
                        raise problem from error
                time.sleep(patience.pause * 2**idle)

    def _receive(self, session: requests.Session, patience: Patience) -> None:
        start = self.size()
        headers = {"Range": f"bytes={start}-"} if start else {}
        if start and self.validator:
            headers["If-Range"] = self.validator
        with session.get(
            self.url, headers=headers, stream=True, timeout=(patience.connect, patience.read)
        ) as response:
            if response.status_code == _RANGE_REFUSED and start:
                self.partial.unlink()
                return self._receive(session, patience)
            self._refuse(response)
            self.validator = _validator(response)
            resumed = response.status_code == _PARTIAL and _starts_at(response, start)
            with self.partial.open("ab" if resumed else "wb") as file:
                self._copy(response, file, start if resumed else 0)
        return None

    def _copy(self, response: requests.Response, file: BinaryIO, done: int) -> None:
        """Take the bytes as they are: a `.gz` must not be unpacked on the way."""
        length = response.headers.get("Content-Length", "")
        total = done + int(length) if length.isdecimal() else None
        for piece in response.raw.stream(CHUNK, decode_content=False):
            file.write(piece)
            done += len(piece)
            self.progress(done, total)

    def _refuse(self, response: requests.Response) -> None:
        status = f"{response.status_code} {response.reason}"
        place = Place(file=self.url)
        if response.status_code >= _SERVER_FAULT:
            raise TimeoutError_(f"the server answered {status}", place=place, hint=_LATER)
        if response.status_code >= _CLIENT_FAULT:
            hint = "check the URL in the handset file, and whether it needs a login"
            raise RefusedError(f"the server answered {status}", place=place, hint=hint)

    def _problem(self, error: Exception) -> MvpError:
        place = Place(file=self.url)
        if isinstance(error, (requests.exceptions.SSLError, requests.TooManyRedirects)):
            return RefusedError(f"no trustworthy answer: {error}", place=place, hint=_REFUSED)
        if isinstance(error, ValueError):  # InvalidURL, InvalidSchema, MissingSchema, ...
            return InputError(f"not a URL to download from: {error}", place=place, hint=_SCHEME)
        return TimeoutError_(f"the download broke off: {_cause(error)}", place=place, hint=_LATER)


def _cause(error: Exception) -> str:
    """What the operating system said, if it did: libraries wrap it in text about themselves."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            return seen.strerror.lower()
        seen = seen.__cause__ or seen.__context__
    return str(error)


_LATER = "try again later; what is there already is kept"
_REFUSED = "check the address, and the machine's certificates"
_SCHEME = 'write "https://..."'


def _session(patience: Patience) -> requests.Session:
    retry = Retry(
        total=patience.attempts,
        backoff_factor=patience.pause,
        status_forcelist=_BUSY,
        raise_on_status=False,
    )
    session = requests.Session()
    session.headers.update({"Accept-Encoding": "identity", "User-Agent": "mvpsdk"})
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=retry))
    return session


def _validator(response: requests.Response) -> str:
    """What names this version of the content (RFC 9110, section 13.1.5): no weak tags."""
    tag = response.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")


def _starts_at(response: requests.Response, start: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
