# SPDX-License-Identifier: Apache-2.0
"""What `decode` has at hand: the log's bytes, and files that give its numbers names."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk import store
from mvpsdk.decode import Context, symbols
from mvpsdk.errors import InputError, MissingToolError
from mvpsdk.store.output import unreadable
from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from mvpsdk.core.facade import Pack, Verdict
    from mvpsdk.decode import Symbols

__all__ = ["Wanted", "context", "pieces"]

STDIN = Path("-")
PIECE = 64 * 1024  # bytes
ELF_MAX = 64 << 20  # bytes; ours has half a megabyte


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the user named."""

    bundle: Path | None
    handset: Path | None
    board: str | None
    board_dirs: tuple[Path, ...]
    elf: Path | None
    toolchain: str | None
    trace: bool


@contextmanager
def pieces(log: Path) -> Iterator[Iterator[bytes]]:
    """Give the bytes of a log, piece by piece. Raises InputError if it can't be read."""
    if log == STDIN:
        yield _read(sys.stdin.buffer, log)
        return
    with store.open_input(log) as file:
        yield _read(file, log)


def _read(file: BinaryIO, log: Path) -> Iterator[bytes]:
    try:
        while piece := file.read(PIECE):
            yield piece
    except OSError as error:
        raise unreadable(log, error) from error


def context(wanted: Wanted) -> Context:
    """Return what gives the log's numbers names. Raises MvpError for what can't be read or made."""
    if wanted.bundle and wanted.handset:
        hint = "the bundle that was flashed is the surer one"
        raise InputError("--bundle and --handset can't be used together", hint=hint)
    pack, verdict, found = None, None, None
    if wanted.bundle:
        pack, verdict = _of_bundle(wanted.bundle)
    elif wanted.handset:
        pack, verdict, found = _of_handset(wanted.handset, wanted)
    if wanted.elf:
        found = _of_elf(wanted.elf)
    return Context(pack=pack, verdict=verdict, symbols=found)


def _of_bundle(path: Path) -> tuple[Pack | None, Verdict | None]:
    from mvpsdk import bundle

    contents = bundle.open(path)
    return contents.pack, contents.verdict


def _of_handset(path: Path, wanted: Wanted) -> tuple[Pack, Verdict, Symbols | None]:
    """Plan the handset, and build its hypervisor anew: the very bytes that were flashed."""
    from mvpsdk import plan
    from mvpsdk.core.facade import pack_check, pack_read
    from mvpsdk_cli import pipeline

    request = pipeline.Request(
        handset=path,
        board=wanted.board,
        board_dirs=wanted.board_dirs,
        toolchain=wanted.toolchain,
        trace=wanted.trace,
    )
    prepared = pipeline.prepare(request)
    planned = prepared.planned()
    metadata = plan.metadata(planned)
    verdict = pack_check(metadata, size=planned.total_size)
    found = None
    if wanted.elf is None:
        try:
            found = symbols(pipeline.hypervisor(prepared, request).elf)
        except MissingToolError as error:
            render.note(f"note: places in the hypervisor get no names: {error.message}")
    return pack_read(metadata), verdict, found


def _of_elf(path: Path) -> Symbols:
    with store.open_input(path) as file:
        try:
            return symbols(file.read(ELF_MAX), path)
        except OSError as error:
            raise unreadable(path, error) from error
