# SPDX-License-Identifier: Apache-2.0
"""The copy of a bundle that is to be signed, made beside whatever else signing takes.

A signed bundle takes its name only when it is whole, so all of it is copied, by the kernel.
Meanwhile the key's owner is asked for a passphrase, and Python loads what reads keys: so nothing of
that is imported here before the copying has begun.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.errors import InputError
from mvpsdk.store.digest import CHUNK, open_input
from mvpsdk.store.output import output, unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from mvpsdk.bundle import Bundle
    from mvpsdk.sign.model import Signer

__all__ = ["Draft", "draft", "sign"]

_AT_ONCE = 16 << 20  # bytes that the kernel is asked to copy
_MOMENT = 0.05  # seconds between two looks at how far the copying is


@contextmanager
def draft(path: Path, target: Path | None = None) -> Iterator[Draft]:
    """Begin to copy a bundle's file, beside it or to the target; the block signs the copy.

    The file is whole at any time: the copy takes its name when the block ends, if it was signed.

    Raises InputError if the file can't be read or the target not written.
    """
    place = target or path
    with open_input(path) as source, output(place, sync=False) as file:
        copying = _Copying(path, source, file)
        copying.start()
        begun = Draft(path, place, file, copying)
        try:
            yield begun
        finally:
            copying.given_up.set()
            copying.join()
        if not begun.signed:
            raise RuntimeError("a draft was not signed")


def sign(
    path: Path,
    signers: Sequence[Signer],
    target: Path | None = None,
    *,
    progress: Callable[[int], None] | None = None,
) -> Bundle:
    """Sign a bundle's file, or write a signed one beside it. Raises as `draft` and `seal` do."""
    with draft(path, target) as begun:
        return begun.sign(signers, progress=progress)


class Draft:
    """A bundle that is being copied, to be signed."""

    def __init__(self, path: Path, target: Path, file: BinaryIO, copying: _Copying) -> None:
        self.path = path
        self.target = target
        self.signed = False
        self._file = file
        self._copying = copying

    def sign(
        self, signers: Sequence[Signer], *, progress: Callable[[int], None] | None = None
    ) -> Bundle:
        """Sign it, once it is copied. Raises as `seal` does, InputError if it can't be copied."""
        from mvpsdk.bundle import Bundle
        from mvpsdk.bundle.manifest import parse
        from mvpsdk.sign.sealing import opened, seal

        with open_input(self.path) as source:
            opened(source, self.path)
        self._wait(progress or (lambda _: None))
        manifest = parse(seal(self._file, signers, self.path))
        size = self._file.seek(0, os.SEEK_END)
        self.signed = True
        return Bundle(path=self.target, size=size, manifest=manifest)

    def _wait(self, progress: Callable[[int], None]) -> None:
        told = 0
        while self._copying.is_alive():
            self._copying.join(_MOMENT)
            progress(self._copying.done - told)
            told = self._copying.done
        progress(self._copying.done - told)
        if self._copying.failure:
            raise self._copying.failure


class _Copying(Thread):
    """A file on its way into another: by the kernel, which may share blocks; else by pieces."""

    def __init__(self, path: Path, source: BinaryIO, file: BinaryIO) -> None:
        super().__init__(name="copying")
        self.given_up = Event()
        self.failure: Exception | None = None
        self.done = 0  # bytes
        self._path = path
        self._source = source
        self._file = file

    def run(self) -> None:
        """Copy; what stops that is the failure."""
        try:
            self._copy()
        except (InputError, OSError) as error:  # it can't be read; or not be written
            self.failure = error

    def _copy(self) -> None:
        size = os.fstat(self._source.fileno()).st_size
        with suppress(OSError, AttributeError):  # between file systems, or not on Linux
            self._by_kernel(size)
        self._source.seek(self.done)
        self._file.seek(self.done)
        while not self.given_up.is_set() and (piece := self._read()):
            self._file.write(piece)
            self.done += len(piece)

    def _read(self) -> bytes:
        try:
            return self._source.read(CHUNK)
        except OSError as error:
            raise unreadable(self._path, error) from error

    def _by_kernel(self, size: int) -> None:
        ends = (self._source.fileno(), self._file.fileno())
        while self.done < size and not self.given_up.is_set():
            count = os.copy_file_range(*ends, min(_AT_ONCE, size - self.done), self.done, self.done)
            if not count:
                return
            self.done += count
