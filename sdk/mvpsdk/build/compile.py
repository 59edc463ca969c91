# SPDX-License-Identifier: Apache-2.0
"""Compiling and linking: a recipe goes in, an ELF file and the linker's map come out."""

from __future__ import annotations

import json
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.build.tool import run
from mvpsdk.errors import ToolFailedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.build.recipe import Recipe, Source
    from mvpsdk.build.toolchain import Toolchain

__all__ = ["Program", "compile_commands", "make"]

_JOBS = min(os.cpu_count() or 1, 8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    """What the linker made."""

    elf: bytes
    map: str  # the linker's: which source gave which bytes
    warnings: str  # what the compiler had to say
    stray: tuple[Path, ...]  # headers that the recipe's key does not cover


def make(recipe: Recipe, toolchain: Toolchain) -> Program:
    """Compile every source and link them. Raises MvpError, with the compiler's words."""
    with tempfile.TemporaryDirectory(prefix="mvpsdk-build-") as name:
        work = Path(name)
        for header, text in recipe.generated.items():
            (work / header).write_text(text, encoding="ascii")
        flags = [*recipe.compile_flags(toolchain, work), f"-ffile-prefix-map={work}=generated"]
        warnings = _compile(recipe, toolchain, flags, work)
        elf, linker_map = work / "program.elf", work / "program.map"
        objects = [str(_object(recipe, source, work)) for source in recipe.sources]
        target = [f"-Map={linker_map}", "-o", str(elf)]
        _link([*toolchain.linker, *recipe.link_flags(), *target, *objects], work)
        return Program(
            elf=elf.read_bytes(),
            map=linker_map.read_text(encoding="utf-8").replace(f"{work}{os.sep}", ""),
            warnings=warnings,
            stray=_stray(recipe, work),
        )


def _link(command: list[str], work: Path) -> None:
    """Link; a complaint names sources, not objects in a folder that is gone by then."""
    try:
        run(command)
    except ToolFailedError as error:
        text = error.message.replace(f"{work / 'objects'}{os.sep}", "").replace(command[0], "ld")
        raise ToolFailedError(text, hint=error.hint) from error


def compile_commands(recipes: Sequence[Recipe], toolchain: Toolchain, generated: Path) -> bytes:
    """Return a compilation database (JSON, Clang's format), for editors and clang-tidy.

    generated: where the headers are that the build makes.
    """
    folder = generated.absolute()
    entries = [
        {
            "directory": str(source.folder),
            "file": source.name,
            "arguments": [
                *toolchain.compiler,
                *recipe.compile_flags(toolchain, folder),
                *recipe.source_flags(source, toolchain),
            ],
        }
        for recipe in recipes
        for source in recipe.sources
    ]
    return json.dumps(entries, indent=2).encode() + b"\n"


def _compile(recipe: Recipe, toolchain: Toolchain, flags: list[str], work: Path) -> str:
    """Compile in a small pool; at the first failure what hasn't begun is dropped."""

    def one(source: Source) -> str:
        target = _object(recipe, source, work)
        target.parent.mkdir(parents=True, exist_ok=True)
        own = recipe.source_flags(source, toolchain)
        command = [*toolchain.compiler, *flags, *own, "-MMD", "-o", str(target)]
        return run(command, cwd=source.folder, environment=toolchain.environment(work))

    pool = ThreadPoolExecutor(max_workers=_JOBS)
    try:
        return "".join(pool.map(one, recipe.sources))
    finally:
        pool.shutdown(cancel_futures=True)


def _object(recipe: Recipe, source: Source, work: Path) -> Path:
    """Where a source's object goes: `objects/core/src/pack.c.o` inside the work folder."""
    return work / "objects" / f"{recipe.object(source)}.o"


def _stray(recipe: Recipe, work: Path) -> tuple[Path, ...]:
    """Headers by the compiler's dependency files (make's format) that lie outside the recipe."""
    found: set[Path] = set()
    for source in recipe.sources:
        text = _object(recipe, source, work).with_suffix(".d").read_text(encoding="utf-8")
        listed = text.replace("\\\n", " ").partition(": ")[2]
        words = [word.replace("\\ ", " ") for word in re.split(r"(?<!\\)\s+", listed) if word]
        found.update(Path(os.path.normpath(source.folder / word)) for word in words)
    return tuple(sorted(p for p in found if not recipe.covers(p) and not p.is_relative_to(work)))
