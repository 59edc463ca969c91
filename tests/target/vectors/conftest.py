# SPDX-License-Identifier: Apache-2.0
"""The interpreter, built for the host and for the target, and what each answers."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import packs
from mvpsdk.build import recipe, toolchain
from mvpsdk.core import fingerprint

HERE = Path(__file__).parent
CORE = recipe.CORE
LIST_AT = 0x4800_0000  # LIST of on_target.c
FLAGS = (
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-Wconversion",
    "-Wsign-conversion",
    "-Wshadow",
    "-Wmissing-prototypes",
    *(f"-I{folder}" for folder in (CORE / "include", CORE / "src", CORE / "arch/host", HERE)),
)
HOST_FLAGS = ("-O1",)
TARGET_FLAGS = (
    "-O2",
    "-ffreestanding",
    "-mgeneral-regs-only",
    "-mstrict-align",  # the MMU stays off
    "-mno-outline-atomics",
    "-fno-stack-protector",
    "-fno-tree-loop-distribute-patterns",
    "-fno-pie",
    "-no-pie",
    "-nostdlib",
    "-static",
    f"-Wl,-T,{HERE / 'target.ld'}",
    "-Wl,--build-id=none",
    "-Wl,--no-warn-rwx-segments",
)
QEMU = (
    "qemu-system-aarch64",
    *("-M", "virt,gic-version=3", "-cpu", "cortex-a53", "-m", "256M", "-nic", "none"),
    *("-display", "none", "-monitor", "none", "-serial", "none"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What the core said to a list of vectors."""

    host: list[int]
    target: list[int]


def _build(compiler: str, flags: tuple[str, ...], end: str, output: Path) -> None:
    generated = output.parent / "generated"
    fingerprint.main(generated / "fingerprint_value.h")
    own = [HERE / name for name in ("interpreter.c", "vgic.c", end)]
    files = [*CORE.glob("src/*.c"), *CORE.glob("arch/host/*.c"), *own]
    files += [CORE / "arch/aarch64/mem.S"] if end == "on_target.c" else []
    command = [compiler, *FLAGS, *flags, f"-I{generated}", *map(str, files), "-o", str(output)]
    subprocess.run(command, check=True)


def _ask_host(program: Path, vectors: Path) -> list[int]:
    done = subprocess.run([program, vectors], check=True, stdout=subprocess.PIPE, text=True)
    return [int(line, 16) for line in done.stdout.splitlines()]


def _ask_target(program: Path, vectors: Path) -> list[int]:
    said = program.with_suffix(".txt")
    semihosting = "enable=on,target=native,chardev=said"
    command = [
        *QEMU,
        *("-kernel", str(program)),
        *("-device", f"loader,file={vectors},addr={LIST_AT:#x},force-raw=on"),
        *("-chardev", f"file,id=said,path={said}", "-semihosting-config", semihosting),
    ]
    subprocess.run(command, check=True, timeout=60)
    return [int(line, 16) for line in said.read_text().splitlines()]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The list of vectors, as a file."""
    path = tmp_path_factory.mktemp("vectors") / "list"
    where = {**os.environ, "PYTHONPATH": str(Path(packs.__file__).parent)}
    subprocess.run([sys.executable, HERE / "generate.py", path], check=True, env=where)
    return path


@pytest.fixture(scope="module")
def groups(vectors: Path) -> list[int]:
    """The group of each vector."""
    data = vectors.read_bytes()
    words = struct.unpack(f"<{len(data) // 8}Q", data)
    found, at = [], 1
    for _ in range(words[0]):
        found.append(words[at])
        at += 2 + words[at + 1]
    return found


@pytest.fixture(scope="module")
def answers(vectors: Path) -> Answers:
    """What host and target answer."""
    on_host, on_target = vectors.with_name("host"), vectors.with_name("target")
    _build("gcc", HOST_FLAGS, "on_host.c", on_host)
    _build(toolchain.find("gcc").compiler[0], TARGET_FLAGS, "on_target.c", on_target)
    return Answers(host=_ask_host(on_host, vectors), target=_ask_target(on_target, vectors))
