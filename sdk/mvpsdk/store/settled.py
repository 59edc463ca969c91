# SPDX-License-Identifier: Apache-2.0
"""Digests of files that have not changed since they were digested, told by their state.

A file that changes gets other times, unless it does so within the resolution of its file system's
clock. So nothing is noted of a file that has just changed: its times may not tell the next change.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from mvpsdk.errors import MvpError

if TYPE_CHECKING:
    from io import BufferedReader

    from mvpsdk.store.cache import Cache

__all__ = ["SETTLED", "digest_of_file"]

SETTLED = 2_000_000_000
"""Nanoseconds: the coarsest time of a file system in use (FAT's)."""
KIND = "digests"
"""The folder of the cache."""
MOST = 1 << 20
"""Bytes that are noted; the oldest go first."""


def digest_of_file(file: BufferedReader, cache: Cache | None = None) -> str:
    """Return the SHA-256 of a whole file that is open, hexadecimal.

    cache: where digests are noted by the files' states; without it, all is read. Whoever goes by
    the digest later on must find out by himself if the file has changed in the meantime.

    Raises OSError if the file can't be read.
    """
    begin = time.time_ns()
    state = os.fstat(file.fileno())
    key = _key(state)
    known = cache.note(KIND, key) if cache else None
    if known:
        return known.decode()
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").hexdigest()
    if cache and max(state.st_mtime_ns, state.st_ctime_ns) < begin - SETTLED:
        with suppress(MvpError):  # a cache that can't be written only costs time
            cache.jot(KIND, key, found.encode())
            cache.prune(KIND, MOST)
    return found


def _key(state: os.stat_result) -> str:
    """What changes whenever the file does (as for git's index)."""
    times = f"{state.st_mtime_ns} {state.st_ctime_ns}"
    text = f"{state.st_dev} {state.st_ino} {state.st_size} {times}"
    return hashlib.sha256(text.encode()).hexdigest()
