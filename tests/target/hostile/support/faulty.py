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
    from mvpsdk.build.recipe import Recipe

__all__ = ["FAULTS", "faulty", "objects"]

DRIVER = "pl011"
FAULTS = {fault.name: fault for fault in faults.find(Path(__file__).parents[1] / "faults")}
"""By name; their `tests` are the attacks that are let loose."""


def _flags(made: Recipe, work: Path) -> list[str]:
    for header, text in made.generated.items():
        (work / header).write_text(text, encoding="ascii")
    return [*made.compile_flags(find(), work), "-Wno-error"]


def objects(work: Path) -> Path:
    """Compile the sound core into a folder."""
    made = recipe.hypervisor(DRIVER)
    compiling._compile(made, find(), _flags(made, work), work)
    return work


def faulty(fault: Fault, sound: Path, work: Path) -> Path:
    """Build the hypervisor with the fault: one file is compiled again.

    Its fingerprint stays that of the sound core, so that it takes the same pack.
    """
    made, toolchain = recipe.hypervisor(DRIVER, faults.altered(fault, work)), find()
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
