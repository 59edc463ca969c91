# SPDX-License-Identifier: Apache-2.0
"""Hypervisors with one fault each, built from the objects of the sound one."""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.build import compile as compiling
from mvpsdk.build import elf, find, recipe
from mvpsdk.build.tool import run

if TYPE_CHECKING:
    from mvpsdk.build.recipe import Recipe

__all__ = ["FAULTS", "Fault", "faulty", "objects"]

DRIVER = "pl011"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A change of one file of the core, and what tells of it."""

    name: str
    file: str
    old: str
    new: str
    breaks: str
    groups: tuple[str, ...]
    seen: str  # a pattern of what is told


def _faults() -> dict[str, Fault]:
    text = (Path(__file__).parents[1] / "faults.toml").read_text()
    return {
        name: Fault(name=name, **{**fields, "groups": tuple(fields["groups"])})
        for name, fields in tomllib.loads(text).items()
    }


FAULTS = _faults()


def _flags(made: Recipe, work: Path) -> list[str]:
    for header, text in made.generated.items():
        (work / header).write_text(text, encoding="ascii")
    return [*made.compile_flags(find(), work), "-Wno-error"]


def objects(work: Path) -> Path:
    """Compile the sound core into a folder."""
    made = recipe.hypervisor(DRIVER)
    compiling._compile(made, find(), _flags(made, work), work)
    return work


def _changed(fault: Fault, core: Path) -> None:
    """Copy the core, with the fault in it."""
    shutil.copytree(recipe.CORE, core, ignore=shutil.ignore_patterns("__pycache__", "*.so", "rt"))
    path = core / fault.file
    text = path.read_text()
    assert text.count(fault.old) == 1, f"{fault.name}: {fault.file} has {text.count(fault.old)}"
    path.write_text(text.replace(fault.old, fault.new))


def faulty(fault: Fault, sound: Path, work: Path) -> Path:
    """Build the hypervisor with the fault: one file is compiled again.

    Its fingerprint stays that of the sound core, so that it takes the same pack.
    """
    _changed(fault, work / "core")
    made, toolchain = recipe.hypervisor(DRIVER, work / "core"), find()
    (source,) = (each for each in made.sources if each.name == fault.file)
    target = work / "changed.o"
    flags = [*_flags(made, work), *made.source_flags(source, toolchain), "-o", str(target)]
    run([*toolchain.compiler, *flags], cwd=source.folder, environment=toolchain.environment(work))
    linked = [
        str(target if each.name == fault.file else compiling._object(made, each, sound))
        for each in made.sources
    ]
    program, output = work / "program.elf", work / "hypervisor"
    run([*toolchain.linker, *made.link_flags(), "-o", str(program), *linked])
    output.write_bytes(elf.read(program.read_bytes()).binary)
    return output
