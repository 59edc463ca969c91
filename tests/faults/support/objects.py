# SPDX-License-Identifier: Apache-2.0
"""Compiles the core's files one by one, and never the same one twice: build/objects keeps them."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.core import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[3]
CORE = ROOT / "sdk" / "mvpsdk" / "core"
KEPT = ROOT / "build" / "objects"
HOST_FOLDERS = ("include", "src", "arch/host")
WARNINGS = ("-Wall", "-Wextra", "-Wconversion")


class BuildError(Exception):
    """What the compiler said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Compiler:
    """A compiler for this machine, with the flags that all files get."""

    command: str
    flags: tuple[str, ...]


GCC = Compiler(command="gcc", flags=("-std=c11", "-O1", "-g0", "-fPIC"))


def run(command: Iterable[str | Path]) -> None:
    """Run a tool; BuildError if it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise BuildError(f"{' '.join(words)}\n{done.stdout}{done.stderr}")


def _digest(*parts: bytes) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "little") + part)
    return total.hexdigest()[:24]


def place(path: Path, content: bytes) -> Path:
    """Write a file as a whole; others may read it at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
    Path(file.name).replace(path)
    return path


@cache
def generated() -> Path:
    """The folder with the fingerprint of the sources as they are, for whatever is built of them."""
    value = fingerprint.header(fingerprint.digest()).encode()
    folder = KEPT / _digest(value)
    if not (folder / "fingerprint_value.h").exists():
        place(folder / "fingerprint_value.h", value)
    return folder


def headers(core: Path) -> list[Path]:
    """All that a source of the host's build may include."""
    return sorted(path for name in HOST_FOLDERS for path in (core / name).rglob("*.h"))


@cache
def _headers(core: Path) -> bytes:
    """A digest of them; a core is altered before anything is compiled of it."""
    return _digest(*(path.read_bytes() for path in headers(core))).encode()


@cache
def _value() -> bytes:
    return (generated() / "fingerprint_value.h").read_bytes()


def compiled(
    source: Path, compiler: Compiler, core: Path = CORE, extra: tuple[str, ...] = ()
) -> Path:
    """Return a source's object, made if nobody has made it of the same bytes before."""
    flags = (*compiler.flags, *extra)
    includes = [f"-I{core / name}" for name in HOST_FOLDERS]
    beside = sorted(source.parent.glob("*.h"))
    key = _digest(
        compiler.command.encode(),
        *(flag.encode() for flag in flags),
        *(path.read_bytes() for path in (source, *beside)),
        _headers(core),
        _value(),
    )
    kept = KEPT / f"{source.stem}-{key}.o"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = KEPT / f"{source.stem}-{key}.{os.getpid()}-{threading.get_ident()}.tmp"
        run([compiler.command, *flags, *includes, f"-I{generated()}", "-c", source, "-o", made])
        made.replace(kept)
    return kept


def core_objects(
    compiler: Compiler, core: Path = CORE, extra: tuple[str, ...] = ("-ffreestanding",)
) -> list[Path]:
    """Return the objects of core/src and of its host twins."""
    sources = sorted([*core.glob("src/*.c"), *core.glob("arch/host/*.c")])
    return [compiled(source, compiler, core, extra) for source in sources]


def _bindings() -> Path:
    """The C that cffi writes for the headers; from the sound core, whose headers are the same."""
    recipe = CORE / "bindings.py"
    sources = [*CORE.glob("src/*.c"), *CORE.glob("arch/host/*.c")]
    inputs = sorted([recipe, *headers(CORE), *sources])
    folder = KEPT / _digest(*(path.read_bytes() for path in inputs))
    made = folder / "_lib.c"
    if not made.exists():
        with tempfile.TemporaryDirectory() as work:
            fresh = Path(work) / "_lib.c"
            run([sys.executable, "-m", "cffi.gen_src", "exec-python", recipe, fresh])
            place(made, fresh.read_bytes())
    return made


def shared_library(core: Path, path: Path) -> Path:
    """Link the host's library of a core at path, for MVPSDK_CORE_LIB. Returns path."""
    python = f"-I{sysconfig.get_path('include')}"
    glue = compiled(_bindings(), GCC, CORE, (python, "-DPy_LIMITED_API=0x030B0000", "-w"))
    run(["gcc", "-shared", glue, *core_objects(GCC, core), "-o", path])
    return path
