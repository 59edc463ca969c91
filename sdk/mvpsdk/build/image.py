# SPDX-License-Identifier: Apache-2.0
"""The hypervisor and the firmware as the build leaves them: judged, frozen, kept in the cache."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from mvpsdk.abi.features import CHOICES
from mvpsdk.build import compile as compiling
from mvpsdk.build import elf, gates, recipe, sizes
from mvpsdk.build.toolchain import Toolchain, find
from mvpsdk.errors import MvpError
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from mvpsdk.store import Cache

__all__ = ["Image", "firmware", "guest", "image"]

WINDOW = 2 * MIB
"""The hypervisor's own memory: MVP_WINDOW_SIZE of include/mvp/pack.h."""

_EDITION = 3
"""Of what is kept beside the program: how sizes are told apart."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """A program for the board, built from source."""

    name: str  # "hypervisor", "firmware" or "guest"
    binary: bytes  # flat, as it lies in memory
    elf: bytes  # the same with symbols and debug information
    sha256: str  # of the binary
    elf_sha256: str
    memory_size: int  # bytes at run time
    total: sizes.Sizes
    by_source: Mapping[str, sizes.Sizes]
    toolchain: str  # what compiler and linker say they are
    sources: str  # SHA-256 over all sources
    recipe: recipe.Recipe = field(repr=False, compare=False)


def image(
    driver: str,
    *,
    gic: int = 3,
    features: Collection[str] = CHOICES,
    trace: bool = False,
    toolchain: Toolchain | None = None,
    cache: Cache | None = None,
    core: Path = recipe.CORE,
) -> Image:
    """Return the hypervisor for boards with this console driver, such as "pl011" or "none".

    gic: the version of the boards' GIC. features: those of CHOICES that are in, as `wanted` finds
    them. trace: the core keeps a ring of what happened last, and a panic prints its tail; every
    exit costs a little more. Without a cache everything is compiled.

    Raises InputError for an unknown driver or feature, MissingToolError without a cross compiler,
    ToolFailedError if it doesn't compile or breaks a rule: FP or SIMD instructions, foreign
    relocations, no Image header, larger than its window.
    """
    what = recipe.hypervisor(driver, core, gic=gic, features=features, trace=trace)
    return _cached(what, toolchain or find(), cache, _hypervisor_gates)


def firmware(
    folder: Path,
    *,
    toolchain: Toolchain | None = None,
    cache: Cache | None = None,
    core: Path = recipe.CORE,
) -> Image:
    """Return realtime firmware made of a folder's sources and the runtime library.

    It is one static position-independent ELF, linked at address 0, which relocates itself.
    Raises as `image` does, and InputError if the folder holds no sources.
    """
    return _cached(recipe.firmware(folder, core), toolchain or find(), cache, _firmware_gates)


def guest(
    folder: Path,
    shared: Mapping[Path, str],
    *,
    toolchain: Toolchain | None = None,
    cache: Cache | None = None,
    core: Path = recipe.CORE,
) -> Image:
    """Return an operating system as an arm64 Image, made of a folder's sources and its `guest.ld`.

    It runs on any 2 MiB boundary, since it relocates itself. shared: folders of what the sources
    include, by name. Raises as `image` does.
    """
    return _cached(recipe.guest(folder, shared, core), toolchain or find(), cache, _guest_gates)


def _guest_gates(program: elf.Elf) -> None:
    gates.check_relocations(program)
    gates.check_header(program.binary)


def _hypervisor_gates(program: elf.Elf) -> None:
    gates.check_floating_point(program)
    gates.check_relocations(program)
    gates.check_header(program.binary)
    gates.check_window(program, WINDOW)


def _firmware_gates(program: elf.Elf) -> None:
    gates.check_relocations(program)


def _cached(
    what: recipe.Recipe,
    toolchain: Toolchain,
    cache: Cache | None,
    judge: Callable[[elf.Elf], None],
) -> Image:
    key = f"{what.name}-{_EDITION}-{what.key(toolchain)}"
    kept = cache.result(key) if cache else None
    found = _unpack(what, kept) if kept else None
    if found:
        return found
    built, stray = _make(what, toolchain, judge)
    if cache and not stray:
        _keep(cache, key, built, damaged=kept is not None)
    return built


def _make(
    what: recipe.Recipe, toolchain: Toolchain, judge: Callable[[elf.Elf], None]
) -> tuple[Image, bool]:
    """Build; and tell whether headers were used that the key knows nothing of."""
    program = compiling.make(what, toolchain)
    if program.warnings:
        _log.warning("%s", program.warnings.rstrip())
    parsed = elf.read(program.elf)
    judge(parsed)
    built = Image(
        name=what.name,
        binary=parsed.binary,
        elf=program.elf,
        sha256=hashlib.sha256(parsed.binary).hexdigest(),
        elf_sha256=hashlib.sha256(program.elf).hexdigest(),
        memory_size=parsed.memory_size,
        total=sizes.total(parsed),
        by_source=sizes.by_source(parsed, program.map),
        toolchain=toolchain.identity,
        sources=what.digest(),
        recipe=what,
    )
    return built, bool(program.stray)


_FACTS = ("name", "sha256", "elf_sha256", "memory_size", "toolchain", "sources")


def _keep(cache: Cache, key: str, built: Image, *, damaged: bool) -> None:
    """A cache that can't be written makes the next build slow, not this one fail."""
    facts = {
        **{name: getattr(built, name) for name in _FACTS},
        "total": asdict(built.total),
        "by_source": {source: asdict(row) for source, row in built.by_source.items()},
    }
    report = json.dumps(facts, sort_keys=True).encode()
    try:
        if damaged:
            cache.forget(key)
        cache.keep(key, {"binary": built.binary, "elf": built.elf, "report.json": report})
    except MvpError as error:
        _log.warning("not cached: %s", error)


def _unpack(what: recipe.Recipe, files: Mapping[str, bytes]) -> Image | None:
    """What the cache kept; None if it is damaged."""
    try:
        facts: dict[str, Any] = json.loads(files["report.json"])
        rows = facts.pop("by_source")
        found = Image(
            binary=files["binary"],
            elf=files["elf"],
            total=sizes.Sizes(**facts.pop("total")),
            by_source={source: sizes.Sizes(**row) for source, row in rows.items()},
            recipe=what,
            **facts,
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    sums = (hashlib.sha256(found.binary).hexdigest(), hashlib.sha256(found.elf).hexdigest())
    return found if sums == (found.sha256, found.elf_sha256) else None
