# SPDX-License-Identifier: Apache-2.0
"""The cross compiler: found, never configured."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal, get_args

from mvpsdk.build.tool import run
from mvpsdk.errors import InputError, MissingToolError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Family", "Toolchain", "find"]

Family = Literal["gcc", "clang", "zig"]

_COMPILERS: tuple[tuple[Family, str], ...] = (
    ("gcc", "aarch64-none-elf-gcc"),
    ("gcc", "aarch64-linux-gnu-gcc"),
    ("clang", "clang"),
    ("zig", "ziglang"),
)
_LINKER = {"gcc": "ld", "clang": "ld.lld"}
_CLANG = ("--target=aarch64-none-elf",)
_ZIG = ("cc", "-target", "aarch64-freestanding-none")
_HINT = """\
any machine:     pip install 'mvpsdk[toolchain]'
Debian, Ubuntu:  apt install gcc-aarch64-linux-gnu
Fedora:          dnf install gcc-aarch64-linux-gnu
macOS:           brew install llvm lld"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolchain:
    """A compiler for AArch64 with its linker."""

    family: Family
    compiler: tuple[str, ...]  # the command and what makes it target AArch64
    linker: tuple[str, ...]
    identity: str  # what the tools say they are: the same text, the same bytes

    def environment(self, work: Path) -> dict[str, str]:
        """Return what the tools' environment needs beside the user's; they may write into `work`.

        Zig keeps what it has compiled, by default in the user's home. A build leaves no trace
        there and takes nothing from there.
        """
        if self.family != "zig":
            return {}
        cache = str(work / "zig-cache")
        return {"ZIG_LOCAL_CACHE_DIR": cache, "ZIG_GLOBAL_CACHE_DIR": cache}


def find(family: str | None = None) -> Toolchain:
    """Return the first toolchain that is complete.

    In this order: GCC bare-metal, GCC for Linux, Clang with LLD, Zig as a Python package.

    Raises InputError for an unknown family, MissingToolError if there is none, with how to get one.
    """
    if family is not None and family not in get_args(Family):
        *others, last = get_args(Family)
        known = f"{', '.join(others)} or {last}"
        raise InputError(f"there is no toolchain {family}", hint=f"use {known}")
    problems = []
    for kind, name in _COMPILERS:
        if family in (None, kind):
            found = _zig(name) if kind == "zig" else _complete(kind, name)
            if isinstance(found, Toolchain):
                return found
            problems.append(found)
    raise MissingToolError(f"no AArch64 cross compiler: {', '.join(problems)}", hint=_HINT)


def _complete(family: Literal["gcc", "clang"], name: str) -> Toolchain | str:
    """The toolchain of this compiler, or what it lacks."""
    compiler = shutil.which(name)
    if not compiler:
        return f"no {name}"
    linker = shutil.which(run([compiler, f"-print-prog-name={_LINKER[family]}"]).strip())
    if not linker:
        return f"{name} without {_LINKER[family]}"
    return Toolchain(
        family=family,
        compiler=(compiler, *(_CLANG if family == "clang" else ())),
        linker=(linker,),
        identity=f"{_version(compiler)}; {_version(linker)}",
    )


def _zig(package: str) -> Toolchain | str:
    """Zig out of its Python package, which is not imported: to import it is to run it."""
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        program = shutil.which(os.path.join(folder, "zig"))  # noqa: PTH118 - .exe is which()'s care
        if program:
            return Toolchain(
                family="zig",
                compiler=(program, *_ZIG),
                linker=(program, "ld.lld"),
                identity=f"zig {run([program, 'version']).strip()}",
            )
    return f"no Python package {package}"


def _version(tool: str) -> str:
    return run([tool, "--version"]).partition("\n")[0].strip()
