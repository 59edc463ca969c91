# SPDX-License-Identifier: Apache-2.0
"""The cache: files by the SHA-256 of their content, results by that of what made them."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import MvpError
from mvpsdk.store.digest import file_digest
from mvpsdk.store.output import unwritable, write_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Cache"]

_TAKEN = (errno.EEXIST, errno.ENOTEMPTY)


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder that holds what can be had again. Safe for several processes at once.

    `files/<sha256>` holds content, `results/<key>/` the files that some work left behind, another
    folder notes of its kind. Nothing is ever changed in place: an entry is there whole, or not.
    """

    root: Path

    @classmethod
    def default(cls) -> Cache:
        """Return the user's cache: MVPSDK_CACHE_DIR, else the platform's place for caches."""
        named = os.environ.get("MVPSDK_CACHE_DIR")
        if named:
            return cls(Path(named))
        from platformdirs import user_cache_path

        return cls(user_cache_path("mvpsdk"))

    def file(self, sha256: str) -> Path:
        """Return where content of this digest stands, whether or not it is there."""
        return self.root / "files" / sha256[:2] / sha256

    def find(self, sha256: str) -> Path | None:
        """Return content of this digest, checked; None if the cache lacks it.

        Damaged content is taken away, so that it can be fetched again.
        """
        path = self.file(sha256)
        if not path.is_file():
            return None
        with suppress(MvpError):
            if file_digest(path)[0] == sha256:
                return path
        with suppress(OSError):
            path.unlink()
        return None

    def folder(self, *names: str) -> Path:
        """Make a folder inside the cache and return it. Raises MvpError if that can't be done."""
        path = self.root.joinpath(*names)
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _no_cache(self.root, error) from error
        return path

    def adopt(self, file: Path, sha256: str) -> Path:
        """Move a finished file of this digest from inside the cache to its place; return that."""
        target = self.file(sha256)
        self.folder("files", sha256[:2])
        try:
            file.replace(target)
        except OSError as error:
            raise _no_cache(self.root, error) from error
        return target

    def put(self, data: bytes) -> Path:
        """Bring content in and return where it stands. Raises MvpError if that can't be done."""
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.file(sha256)
        if not self.find(sha256):
            self.folder("files", sha256[:2])
            write_bytes(target, data)
        return target

    def result(self, key: str) -> dict[str, bytes] | None:
        """Return the files that were kept under this key, by name; None if there are none."""
        folder = self.root / "results" / key
        try:
            return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
        except OSError:
            return None

    def keep(self, key: str, files: Mapping[str, bytes]) -> Path:
        """Keep the files of a result. Who comes second with the same key finds it done.

        Raises MvpError if the cache can't be written: a caller may go on without.
        """
        import shutil

        parent = self.folder("results")
        beside = self.folder("results", f".{os.urandom(8).hex()}")
        try:
            for name, data in files.items():
                write_bytes(beside / name, data)
            beside.rename(parent / key)
        except OSError as error:
            if error.errno not in _TAKEN:
                raise _no_cache(self.root, error) from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return parent / key

    def note(self, kind: str, key: str) -> bytes | None:
        """Return what was last noted under a key of this kind; None if nothing, or damaged."""
        try:
            digest, _, data = (self.root / kind / key).read_bytes().partition(b"\n")
        except OSError:
            return None
        return data if hashlib.sha256(data).hexdigest().encode() == digest else None

    def jot(self, kind: str, key: str, data: bytes) -> None:
        """Note something small under a key, in place of what was noted before.

        Raises MvpError if the cache can't be written: a caller may go on without.
        """
        digest = hashlib.sha256(data).hexdigest().encode()
        write_bytes(self.folder(kind) / key, digest + b"\n" + data)

    def prune(self, kind: str, most: int) -> None:
        """Take the oldest notes of a kind away until they have no more than so many bytes."""
        with suppress(OSError):
            entries = [(path, path.stat()) for path in (self.root / kind).iterdir()]
            total = sum(state.st_size for _, state in entries)
            for path, state in sorted(entries, key=lambda entry: entry[1].st_mtime_ns):
                if total <= most:
                    break
                path.unlink(missing_ok=True)
                total -= state.st_size

    def forget(self, key: str) -> None:
        """Take a result away, so that it is made again."""
        import shutil

        shutil.rmtree(self.root / "results" / key, ignore_errors=True)

    @contextmanager
    def locked(self, name: str) -> Iterator[Path]:
        """Hold a name against other processes; yield the path of a work file that goes by it.

        A second run waits here until the first one is done.
        """
        path = self.folder("partial") / name
        try:
            lock = path.with_suffix(".lock").open("ab")
        except OSError as error:
            raise _no_cache(self.root, error) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield path


def _no_cache(root: Path, error: OSError) -> MvpError:
    refused = unwritable(root, error)
    hint = "make the cache folder writable, or set MVPSDK_CACHE_DIR to one that is"
    return type(refused)(f"the cache: {refused.message}", place=refused.place, hint=hint)
