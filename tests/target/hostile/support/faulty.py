# SPDX-License-Identifier: Apache-2.0
"""Hypervisors with one fault each, built from the objects of the sound one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import faults
from mvpsdk.build import compile as compiling
from mvpsdk.build import elf, find, recipe
from mvpsdk.build.tool import run

if TYPE_CHECKING:
    from faults import Fault
    from mvpsdk.build.recipe import Recipe, Source

__all__ = ["FAULTS", "faulty", "objects"]

DRIVER = "pl011"
FAULTS = {fault.name: fault for fault in faults.find(Path(__file__).parents[1] / "faults")}
"""By name; their `tests` are the attacks that are let loose."""


def _flags(made: Recipe, work: Path) -> list[str]:
    for header, text in made.generated.items():
        (work / header).write_text(text, encoding="ascii")
    return [*made.compile_flags(find(), work), "-Wno-error"]


def objects(work: Path, gic: int) -> Path:
    """Compile the sound core for a board with this GIC into a folder."""
    made = recipe.hypervisor(DRIVER, gic=gic)
    compiling._compile(made, find(), _flags(made, work), work)
    return work


def _concerned(fault: Fault, made: Recipe) -> list[Source]:
    """The sources that the fault changes: the file itself, or what includes it."""
    line = f'#include "{Path(fault.file).name}"\n'
    found = [
        each
        for each in made.sources
        if each.name == fault.file or line in (each.folder / each.name).read_text(encoding="utf-8")
    ]
    assert found, f"{fault.name}: no source has {fault.file}"
    return found


def faulty(fault: Fault, sound: Path, work: Path, gic: int) -> Path:
    """Build the hypervisor with the fault: what it is in is compiled again.

    Its fingerprint stays that of the sound core, so that it takes the same pack.
    """
    made, toolchain = recipe.hypervisor(DRIVER, faults.altered(fault, work), gic=gic), find()
    flags = _flags(made, work)
    changed: dict[Source, str] = {}
    for source in _concerned(fault, made):
        changed[source] = str(work / f"changed{len(changed)}.o")
        own = [*made.source_flags(source, toolchain), "-o", changed[source]]
        words = [*toolchain.compiler, *flags, *own]
        run(words, cwd=source.folder, environment=toolchain.environment(work))
    linked = [
        changed.get(each) or str(compiling._object(made, each, sound)) for each in made.sources
    ]
    program, output = work / "program.elf", work / "hypervisor"
    run([*toolchain.linker, *made.link_flags(), "-o", str(program), *linked])
    output.write_bytes(elf.read(program.read_bytes()).binary)
    return output
