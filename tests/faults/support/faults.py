# SPDX-License-Identifier: Apache-2.0
"""Seeded faults: one file each, which says what to replace, what breaks, and who should notice.

Found by folder, each beside what catches it: tests/faults/host by tests of the core on this
machine, tests/fuzz by a fuzzer, tests/analysis by clang-tidy, tests/target/hostile by an attack in
QEMU.
"""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from objects import CORE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Record = Callable[[str, object], None]

KEYS = {"breaks", "file", "old", "new", "tests"}
MORE = {"seen"}


class StaleFaultError(Exception):
    """The core has changed, and what the fault would replace is not there once."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A snippet of the core and what makes it wrong."""

    name: str
    breaks: str
    """What goes wrong, in one sentence."""
    file: str
    """In sdk/mvpsdk/core: `src/mmio.c`."""
    old: str
    new: str
    tests: tuple[str, ...]
    """Who must notice: files or tests, as pytest names them; a harness, a source, or attacks."""
    seen: str = ""
    """A pattern of what they must say; empty: whatever it is."""


def read(path: Path) -> Fault:
    """Read a fault's file. Raises ValueError if a key is missing or unknown."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    if wrong := table.keys() - MORE ^ KEYS:
        raise ValueError(f"{path}: {', '.join(sorted(wrong))}: not as it should be")
    if not table["tests"] or table["old"] == table["new"]:
        raise ValueError(f"{path}: no test is named, or nothing is replaced")
    return Fault(name=path.stem, **{**table, "tests": tuple(table["tests"])})


def find(folder: Path) -> list[Fault]:
    """Return the faults of a folder, by name."""
    return [read(path) for path in sorted(folder.glob("*.toml"))]


def report(fault: Fault, caught_by: str, record: Record) -> None:
    """Let the table at the end of all tests say who caught a fault; "": nobody.

    record: pytest's record_property.
    """
    record("fault", (fault.name, fault.breaks, caught_by))


def altered(fault: Fault, folder: Path) -> Path:
    """Copy the core into a folder, with the fault in it. Returns the copy.

    Raises StaleFaultError unless the old snippet stands in the file exactly once.
    """
    core = folder / "core"
    shutil.copytree(CORE, core, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    path = core / fault.file
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    if (count := text.count(fault.old)) != 1:
        raise StaleFaultError(f"{fault.name}: {fault.file} has it {count} times: {fault.old!r}")
    path.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
    return core
