# SPDX-License-Identifier: Apache-2.0
"""The cross compiler: found, never configured."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import Literal, get_args

from mvpsdk.build.tool import run
from mvpsdk.errors import InputError, MissingToolError

__all__ = ["Family", "Toolchain", "find"]

Family = Literal["gcc", "clang"]

_COMPILERS: tuple[tuple[Family, str], ...] = (
    ("gcc", "aarch64-none-elf-gcc"),
    ("gcc", "aarch64-linux-gnu-gcc"),
    ("clang", "clang"),
)
_LINKER = {"gcc": "ld", "clang": "ld.lld"}
_OBJDUMP = {"gcc": "objdump", "clang": "llvm-objdump"}
_TARGET: dict[Family, tuple[str, ...]] = {"gcc": (), "clang": ("--target=aarch64-none-elf",)}
_HINT = """\
Debian, Ubuntu:  apt install gcc-aarch64-linux-gnu
Fedora:          dnf install gcc-aarch64-linux-gnu
macOS:           brew install llvm lld"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Toolchain:
    """A compiler for AArch64 with its linker and disassembler."""

    family: Family
    compiler: tuple[str, ...]  # the command and what makes it target AArch64
    linker: str
    objdump: str
    identity: str  # what the tools say they are: the same text, the same bytes


def find(family: str | None = None) -> Toolchain:
    """Return the first toolchain that is complete: GCC bare-metal, GCC for Linux, Clang with LLD.

    Raises InputError for an unknown family, MissingToolError if there is none, with how to get one.
    """
    if family is not None and family not in get_args(Family):
        known = " or ".join(get_args(Family))
        raise InputError(f"there is no toolchain {family}", hint=f"use {known}")
    problems = []
    for kind, name in _COMPILERS:
        if family in (None, kind):
            found = _complete(kind, name)
            if isinstance(found, Toolchain):
                return found
            problems.append(found)
    raise MissingToolError(f"no AArch64 cross compiler: {', '.join(problems)}", hint=_HINT)


def _complete(family: Family, name: str) -> Toolchain | str:
    """The toolchain of this compiler, or what it lacks."""
    compiler = shutil.which(name)
    if not compiler:
        return f"no {name}"
    linker = _companion(compiler, _LINKER[family])
    objdump = _companion(compiler, _OBJDUMP[family])
    if not linker or not objdump:
        return f"{name} without {_OBJDUMP[family] if linker else _LINKER[family]}"
    return Toolchain(
        family=family,
        compiler=(compiler, *_TARGET[family]),
        linker=linker,
        objdump=objdump,
        identity=f"{_version(compiler)}; {_version(linker)}",
    )


def _companion(compiler: str, tool: str) -> str | None:
    """The tool that belongs to a compiler, by the compiler's own word."""
    return shutil.which(run([compiler, f"-print-prog-name={tool}"]).strip())


def _version(tool: str) -> str:
    return run([tool, "--version"]).partition("\n")[0].strip()
