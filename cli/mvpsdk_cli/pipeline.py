# SPDX-License-Identifier: Apache-2.0
"""The way from a handset file to a plan and what it was made of: the rooms, strung together.

Nothing is decided here. Each step calls one room; the commands take from a `Prepared` what they
show or write.
"""

from __future__ import annotations

import atexit
import difflib
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk import board as boards
from mvpsdk import build, handset, image, plan, store
from mvpsdk.errors import Fault, InputError, MvpError, Place, PlanError
from mvpsdk.store import lock as locking
from mvpsdk_cli import downloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from mvpsdk.board import Board
    from mvpsdk.bundle import Supply
    from mvpsdk.handset import Handset
    from mvpsdk.image import ImageFacts
    from mvpsdk.plan import Plan
    from mvpsdk.store import Cache, Store

__all__ = [
    "Inputs",
    "Prepared",
    "Request",
    "board_names",
    "build_all",
    "each_board",
    "gather",
    "hypervisor",
    "open_handset",
    "prepare",
    "prepared",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What the user asked for."""

    handset: Path
    board: str | None = None  # None: the handset's only one
    board_dirs: tuple[Path, ...] = ()
    locked: bool = False
    offline: bool = False
    toolchain: str | None = None  # None: the first that is found
    trace: bool = False  # the hypervisor keeps a trace
    release: bool = False  # the profile: it is judged as what ships
    deep: bool = False  # all that can be found in the images, which takes a while
    recall: bool = True  # what was found in them before need not be found again
    done: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)
    """What this run has built and read for another of the handset's boards."""

    @property
    def cache(self) -> Cache:
        """The user's cache."""
        return store.Cache.default()


@dataclass(frozen=True, kw_only=True, slots=True)
class Inputs:
    """Every image of a handset on one board: where it is and what it is, by role."""

    files: dict[str, Path]
    facts: dict[str, ImageFacts]
    firmware: build.Image | None  # built from source; None: there is none, or it is an input
    pinned: frozenset[str] = frozenset()  # the roles that the lock pins
    lock: store.Lock | None = None

    @property
    def supply(self) -> Supply:
        """What a bundle's papers tell of them."""
        from mvpsdk.bundle import Supply

        return Supply(facts=self.facts, lock=self.lock, firmware=self.firmware)


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A handset on one board, planned as far as that goes."""

    board: Board
    handset: Handset  # with the board's differences merged in
    inputs: Inputs
    plan: Plan | None
    faults: tuple[Fault, ...] = field(default=())  # why there is no plan

    def planned(self) -> Plan:
        """Return the plan. Raises PlanError with all that is in its way."""
        if self.plan is None:
            raise PlanError.of(self.faults)
        return self.plan


@contextmanager
def open_handset(request: Request) -> Iterator[tuple[Handset, Store]]:
    """Load the handset, and the store as its lock and the user want it. Raises MvpError."""
    loaded = handset.load(request.handset)
    lock_file = store.lock_path(loaded.path)
    needed = request.locked or lock_file.exists()  # REP001 says what a release without one lacks
    lock = locking.load(lock_file) if needed else None
    with downloads.bars() as progress:
        yield (
            loaded,
            store.Store(cache=request.cache, lock=lock, offline=request.offline, progress=progress),
        )


def prepare(request: Request) -> Prepared:
    """Go as far as the plan for one board. Raises MvpError for what stands in the way before it."""
    with open_handset(request) as (loaded, inputs):
        return _prepare(loaded, _only_board(loaded, request), inputs, request)


def each_board(request: Request) -> Iterator[Callable[[], Prepared]]:
    """Yield what does the same for each board of the handset, or the one that was named."""
    with open_handset(request) as (loaded, inputs):
        for name in board_names(loaded, request):
            yield partial(_prepare, loaded, name, inputs, request)


def _prepare(loaded: Handset, name: str, inputs: Store, request: Request) -> Prepared:
    board = boards.named(name, request.board_dirs, loaded.path.parent)
    return prepared(loaded, board, inputs, request)


def board_names(loaded: Handset, request: Request) -> tuple[str, ...]:
    """Return the handset's boards, or the one that was named. Raises InputError: it is not one."""
    if request.board is None:
        return loaded.boards
    if request.board in loaded.boards:
        return (request.board,)
    close = difflib.get_close_matches(request.board, loaded.boards, n=1)
    guess = f'did you mean "{close[0]}"?' if close else f"it is for: {', '.join(loaded.boards)}"
    raise InputError(
        f'handset {loaded.name} is not made for board "{request.board}"; {guess}',
        place=loaded.place("handset.boards"),
        hint="add it to handset.boards, or name another by --board",
    )


def _only_board(loaded: Handset, request: Request) -> str:
    if request.board:
        return board_names(loaded, request)[0]
    if len(loaded.boards) == 1:
        return loaded.boards[0]
    raise InputError(
        f"handset {loaded.name} is made for several boards: {', '.join(loaded.boards)}",
        place=loaded.place("handset.boards"),
        hint="choose one with --board",
    )


def prepared(loaded: Handset, board: Board, inputs: Store, request: Request) -> Prepared:
    """Go as far as the plan for this board. Raises MvpError."""
    merged = loaded.for_board(board.name)
    found = gather(merged, inputs, request)
    made, faults = _plan(board, loaded, found)
    return Prepared(board=board, handset=merged, inputs=found, plan=made, faults=faults)


def _plan(board: Board, loaded: Handset, inputs: Inputs) -> tuple[Plan | None, tuple[Fault, ...]]:
    try:
        return plan.make(board, loaded, inputs.facts), ()
    except PlanError as error:
        return None, error.faults


def gather(merged: Handset, inputs: Store, request: Request) -> Inputs:
    """Find, fetch or build every image, and read what its bytes say. Raises MvpError."""
    sources = merged.inputs()
    files = {role: inputs.locate(role, source) for role, source in sources.items()}
    firmware = None
    if merged.realtime and merged.realtime.source:
        firmware, files["realtime"] = _firmware(merged.realtime.source, request)
    facts = _facts(files, request)
    _hold(merged, inputs, facts, locked=request.locked or request.release)
    pinned = frozenset(pin.name for pin in inputs.lock.pins) if inputs.lock else frozenset()
    return Inputs(files=files, facts=facts, firmware=firmware, pinned=pinned, lock=inputs.lock)


def _firmware(source: Path, request: Request) -> tuple[build.Image, Path]:
    """Build firmware, once for all boards; return where it lies, too."""
    if source not in request.done:
        made = build.firmware(source, toolchain=build.find(request.toolchain), cache=request.cache)
        request.done[source] = made, _file_of(made.elf, request.cache)
    found: tuple[build.Image, Path] = request.done[source]
    return found


def _facts(files: dict[str, Path], request: Request) -> dict[str, ImageFacts]:
    """Read images, as deeply as is asked, once for all boards that have the same."""
    key = tuple(files.items())
    if key not in request.done:
        request.done[key] = _read(files, request)
    found: dict[str, ImageFacts] = request.done[key]
    return found


def _read(files: dict[str, Path], request: Request) -> dict[str, ImageFacts]:
    if not request.deep:
        return {role: image.open(path, role) for role, path in files.items()}
    cache = request.cache if request.recall else None
    with downloads.bars("reading images") as progress:
        return image.open_all(files, cache=cache, progress=progress)


def _file_of(data: bytes, cache: Cache) -> Path:
    """Firmware as a file: in the cache, or in a folder that goes when the program ends."""
    try:
        return cache.put(data)
    except MvpError:
        folder = Path(tempfile.mkdtemp(prefix="mvpsdk-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        path = folder / "firmware.elf"
        path.write_bytes(data)
        return path


def _hold(merged: Handset, inputs: Store, facts: dict[str, ImageFacts], *, locked: bool) -> None:
    """Hold what was read to the digests that the handset file and the lock name."""
    sources = merged.inputs()
    faults = [
        fault
        for role, source in sources.items()
        for fault in _wrong(
            role, facts[role], _expected(role, source, inputs), remote=not source.path
        )
    ]
    if locked and inputs.lock:
        digests = {role: facts[role].sha256 for role in sources}
        faults += store.unlocked(sources, digests, inputs.lock, store.lock_path(merged.path))
    if faults:
        raise InputError.of(faults)


def _expected(role: str, source: store.Source, inputs: Store) -> str:
    """A file on this machine may change under an old lock, unless --locked; a download may not."""
    return source.sha256 if source.path else inputs.expected(role, source)


def _wrong(role: str, facts: ImageFacts, expected: str, *, remote: bool) -> Iterable[Fault]:
    if expected and facts.sha256 != expected:
        damaged = "the cache is damaged: mend it with mvpsdk fetch"
        yield Fault(
            message=f"{role} has SHA-256 {facts.sha256}, it should be {expected}",
            place=Place(file=str(facts.path)),
            hint=damaged if remote else "correct the file, or the digest in the handset file",
        )


def build_all(
    request: Request, toolchain: build.Toolchain, *, cached: bool = True
) -> tuple[str, list[build.Image]]:
    """Build the hypervisor, and the firmware if there are sources; return the board's name too."""
    loaded = handset.load(request.handset)
    name = _only_board(loaded, request)
    board = boards.named(name, request.board_dirs, loaded.path.parent)
    cache = request.cache if cached else None
    merged = loaded.for_board(board.name)
    images = [_hypervisor(board, merged, toolchain, cache, trace=request.trace)]
    realtime = merged.realtime
    if realtime and realtime.source:
        images.append(build.firmware(realtime.source, toolchain=toolchain, cache=cache))
    return board.name, images


def hypervisor(made: Prepared, request: Request) -> build.Image:
    """Build the hypervisor for a handset on its board. Raises MvpError."""
    chain = build.find(request.toolchain)
    return _hypervisor(made.board, made.handset, chain, request.cache, trace=request.trace)


def _hypervisor(
    board: Board,
    merged: Handset,
    toolchain: build.Toolchain,
    cache: Cache | None,
    *,
    trace: bool,
) -> build.Image:
    """Build the hypervisor with the drivers of its board, and what the handset asks for."""
    driver = board.console.driver if board.console else "none"
    version = board.interrupt_controller.version
    return build.image(
        driver,
        gic=version,
        features=build.wanted(merged, board),
        trace=trace,
        toolchain=toolchain,
        cache=cache,
    )
