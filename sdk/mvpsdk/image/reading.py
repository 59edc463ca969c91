# SPDX-License-Identifier: Apache-2.0
"""From image files to their facts.

The headers of one file are read at once; all that can be found in files is read by the worker, and
what was found before is recalled by the files' content.
"""

from __future__ import annotations

import stat
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import ImageError, Place
from mvpsdk.image import headers, views
from mvpsdk.image.model import ImageFacts, Stop
from mvpsdk.image.raw import mapped
from mvpsdk.image.wrappers import HEAD_SIZE, recognise
from mvpsdk.store.settled import digest_of_file
from mvpsdk.units import GIB, describe_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mvpsdk.image.worker import Answer
    from mvpsdk.store.cache import Cache

__all__ = ["open_all", "open_image", "open_own"]

LARGEST = 4 * GIB
"""No file that goes into RAM may be larger, in bytes."""


def open_image(path: Path | str, role: str) -> ImageFacts:
    """Read what an image's headers say.

    role: what it is for: "realtime", "NAME/kernel", "NAME/ramdisk". Whatever the file holds, this
    returns: a damaged one has its damage told in `faults`.

    Raises ImageError if the file can't be read, is empty, or is larger than 4 GiB.
    """
    file = _look(Path(path), role)
    with _told(file.path, role), mapped(file.path, file.part) as raw:
        try:
            return _facts(file, headers.read(raw), ())
        except Exception as error:  # noqa: BLE001 - hostile files make a reader raise anything
            stop = Stop(reader="headers", failure="failed", detail=repr(error)[:200])
            return _facts(file, {}, (stop,))


def open_own(path: Path | str, role: str) -> ImageFacts:
    """Read all that can be found in a file that one has made oneself, in this very process.

    Raises what a reader raises; for any other file, use `open_all`.
    """
    from mvpsdk.image.readers import READERS

    file = _look(Path(path), role)
    with mapped(file.path, file.part) as raw:
        for read in READERS.values():
            raw.found.update(read(raw))
        return _facts(file, raw.found, ())


def open_all(
    files: Mapping[str, Path],
    *,
    cache: Cache | None = None,
    jobs: int = 0,
    progress: Callable[[int, int | None], None] | None = None,
) -> dict[str, ImageFacts]:
    """Read all that can be found in files, by role; no file can harm this process.

    jobs: files that are read at a time; 0: as many as there are processors.
    progress: is told how many bytes of how many have been read, unless all is known already.

    Raises ImageError as `open_image` does, and for a file that changes while it is read.
    """
    from mvpsdk.image import keeping

    looked = _looked(files, cache)
    found = keeping.recall_all(cache, {file.key for file in looked.values()})
    missing = {file.key: file for file in looked.values() if file.key not in found}
    if missing:
        answers = _asked(missing, jobs, progress)
        keeping.keep_all(cache, answers)
        found |= answers
    return {
        role: _facts(file, found[file.key].fields, found[file.key].stopped)
        for role, file in looked.items()
    }


def _asked(
    files: Mapping[tuple[str, str], _File],
    jobs: int,
    progress: Callable[[int, int | None], None] | None,
) -> dict[tuple[str, str], Answer]:
    """Ask the worker. Raises ImageError for a file that has changed in the meantime."""
    from mvpsdk.image import worker

    rows = list(files.values())
    total, read = sum(file.size for file in rows), 0

    def done(index: int) -> None:
        nonlocal read
        read += rows[index].size
        if progress:
            progress(read, total)

    if progress:
        progress(0, total)
    answers = worker.ask([(file.path, file.part) for file in rows], jobs=jobs, done=done)
    for file in rows:
        _unchanged(file)
    return dict(zip(files, answers, strict=True))


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    """A file as it was when it was hashed."""

    path: Path
    role: str
    size: int
    sha256: str
    format: str
    state: tuple[int, ...]

    @property
    def part(self) -> str:
        """What it is for; no name of a persona."""
        return self.role.rpartition("/")[2]

    @property
    def key(self) -> tuple[str, str]:
        """All that facts depend on: its content, and what it is for."""
        return self.sha256, self.part


def _looked(files: Mapping[str, Path], cache: Cache | None) -> dict[str, _File]:
    """Hash files side by side: SHA-256 lets other threads run. Raises ImageError."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda role: _look(files[role], role, cache), files)
        return dict(zip(files, found, strict=True))


def _look(path: Path, role: str, cache: Cache | None = None) -> _File:
    """Hash a file, unless that has been done. Raises ImageError if it can't be read."""
    with _told(path, role):
        state = _check_file(path, role)
        with path.open("rb") as stream:
            head = stream.read(HEAD_SIZE)
            digest = digest_of_file(stream, cache)
        return _File(
            path=path,
            role=role,
            size=state[0],
            sha256=digest,
            format=recognise(head),
            state=state,
        )


def _facts(file: _File, fields: dict[str, Any], stopped: tuple[Stop, ...]) -> ImageFacts:
    return ImageFacts(
        path=file.path,
        role=file.role,
        size=file.size,
        sha256=file.sha256,
        format=file.format,
        stopped=stopped,
        **{
            "architecture": "",
            **fields,
            "views": views.complete(fields.get("views"), stopped),
            "inside": _inside(file, fields.get("inside")),
        },
    )


def _inside(file: _File, found: Any) -> ImageFacts | None:  # noqa: ANN401 - an Inside, or None
    """The facts of what is inside of a container, as if it lay there as a file."""
    if found is None:
        return None
    part = replace(file, size=found.size, sha256=found.sha256, format=found.format)
    return _facts(part, found.fields, found.stopped)


def _unchanged(file: _File) -> None:
    with _told(file.path, file.role):
        if _check_file(file.path, file.role) != file.state:
            hint = "don't build while linting"
            raise _error(file.path, file.role, "it has changed while it was read", hint)


@contextmanager
def _told(file: Path, role: str) -> Iterator[None]:
    """Tell what the operating system says as an ImageError."""
    try:
        yield
    except FileNotFoundError:
        hint = "check the path; in a handset file it is relative to that file"
        raise _error(file, role, "there is no such file", hint) from None
    except (OSError, ValueError) as wrong:
        reason = (getattr(wrong, "strerror", "") or str(wrong)).lower()
        hint = "check the path, and who may read it"
        raise _error(file, role, f"can't be read: {reason}", hint) from None


def _check_file(file: Path, role: str) -> tuple[int, ...]:
    """Return the file's size, and what else changes when it does. Raises ImageError."""
    state = file.stat()
    if not stat.S_ISREG(state.st_mode):
        what = "a folder" if stat.S_ISDIR(state.st_mode) else "no regular file"
        raise _error(file, role, f"is {what}", "name the image file itself")
    if state.st_size == 0:
        raise _error(file, role, "the file is empty", "build or fetch it again")
    if state.st_size > LARGEST:
        raise _error(
            file,
            role,
            f"{describe_size(state.st_size)} is more than {describe_size(LARGEST)}, the most that"
            " an image in RAM may have",
            "was a disk image meant? A kernel, a ramdisk or a firmware is needed",
        )
    return (state.st_size, state.st_ino, state.st_mtime_ns)


def _error(file: Path, role: str, what: str, hint: str) -> ImageError:
    message = f"{role}: {what}" if role else what
    return ImageError(message, place=Place(file=str(file)), hint=hint)
