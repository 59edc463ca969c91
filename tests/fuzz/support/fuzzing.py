# SPDX-License-Identifier: Apache-2.0
"""Builds the fuzzing harnesses with clang, and runs them."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import objects
from objects import CORE, ROOT, Compiler

if TYPE_CHECKING:
    from pathlib import Path

FUZZ = ROOT / "tests" / "fuzz"
CORPUS = FUZZ / "corpus"
SANITIZE = "-fsanitize=fuzzer-no-link,address,undefined"
CLANG = Compiler(
    command="clang",
    flags=(
        *("-std=gnu11", "-g", "-O2", "-fno-omit-frame-pointer", *objects.WARNINGS),
        *(SANITIZE, "-fno-sanitize-recover=all"),
    ),
)
LIMITS = ("-timeout=20", "-rss_limit_mb=2048")


@dataclass(frozen=True, kw_only=True, slots=True)
class Harness:
    """One program: its file's name, and what it is linked with beside the core."""

    name: str
    also: tuple[str, ...] = ()
    link: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """Of libFuzzer, in each run."""


HARNESSES = (
    Harness(name="gpt"),
    Harness(name="pack"),
    Harness(name="part", link=("-Wl,--wrap=rsa_step,--wrap=rsa_vouches",)),
    Harness(name="slots"),
    Harness(name="trap", also=("world", "vgic_holds"), link=("-Wl,--wrap=arch_idle",)),
    Harness(name="tree", options=(f"-dict={FUZZ / 'tree.dict'}",)),
    Harness(name="vgic", also=("vgic_holds",)),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What a run came to."""

    harness: str
    code: int
    """Of the process: 0, nothing was found."""
    runs: int
    """Inputs that were tried."""
    seconds: int
    coverage: int
    """Edges of the program that were taken."""
    seen: dict[str, int] = field(default_factory=dict)
    """What the harness counted, by name."""
    log: str = ""


def build(harness: Harness, folder: Path, core: Path = CORE) -> Path:
    """Link a harness with a core; returns the program, which is in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / harness.name
    sources = [FUZZ / f"{name}.c" for name in (harness.name, *harness.also)]
    made = [objects.compiled(source, CLANG, core, ("-Werror",)) for source in sources]
    made += objects.core_objects(CLANG, core)
    sanitize = SANITIZE.replace("fuzzer-no-link", "fuzzer")
    objects.run(["clang", sanitize, *harness.link, *made, "-o", program])
    return program


def command(harness: Harness, program: Path, work: Path, *options: str) -> list[str]:
    """How it is started: new inputs go to work/corpus, findings to work/found."""
    new, found = work / "corpus" / harness.name, work / "found"
    new.mkdir(parents=True, exist_ok=True)
    found.mkdir(parents=True, exist_ok=True)
    prefix = f"-artifact_prefix={found / harness.name}-"
    given = CORPUS / harness.name
    return [str(program), *LIMITS, *harness.options, prefix, *options, str(new), str(given)]


def environment() -> dict[str, str]:
    """For sanitizers' messages that can be read."""
    return {**os.environ, "UBSAN_OPTIONS": "print_stacktrace=1", "ASAN_OPTIONS": "detect_leaks=0"}


def result(harness: Harness, code: int, log: str) -> Result:
    """Read a run's log."""
    done = re.search(r"^Done (\d+) runs in (\d+) second", log, re.MULTILINE)
    tried = re.findall(r"^#(\d+)\s", log, re.MULTILINE)
    edges = re.findall(r" cov: (\d+) ", log)
    seen = re.search(r"^seen: (.*)$", log, re.MULTILINE)
    counts = (pair.split("=") for pair in seen[1].split()) if seen else ()
    return Result(
        harness=harness.name,
        code=code,
        runs=int(done[1]) if done else int(tried[-1]) if tried else 0,
        seconds=int(done[2]) if done else 0,
        coverage=int(edges[-1]) if edges else 0,
        seen={name: int(value) for name, value in counts},
        log=log,
    )


def run(harness: Harness, program: Path, work: Path, *options: str) -> Result:
    """Run it to its end; the limits are the options'."""
    done = subprocess.run(
        command(harness, program, work, *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment(),
        check=False,
    )
    return result(harness, done.returncode, done.stdout.decode(errors="replace"))
