# SPDX-License-Identifier: Apache-2.0
"""Which QEMU runs a board: the first that has its machine.

A distribution's QEMU may lack a machine that a later version has, so several may be there: each
`qemu-system-aarch64` on PATH, and each `qemu-system-aarch64-*` on PATH or beside this Python.
"""

from __future__ import annotations

import os
import re
import sysconfig
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mvpsdk.errors import MissingToolError
from mvpsdk.run.command import PROGRAM, VARIABLE, executable
from mvpsdk.units import GIB

if TYPE_CHECKING:
    from mvpsdk.run.model import Machine

__all__ = ["choose", "least", "there_are", "version"]

_VERSION = re.compile(r"(\d+)\.(\d+)")
_HIGH = 4 * GIB
_SINCE_HIGH = "10.0"  # is known to be good; 7.2 is known to be bad


def choose(machine: Machine, name: str | None = None) -> str:
    """The QEMU for a machine: `name`, else $MVPSDK_QEMU, else the first that has it.

    Raises MissingToolError if there is none, or none that has the machine; ToolFailedError if one
    can't be asked.
    """
    if name or os.environ.get(VARIABLE):
        return executable(name)
    there = there_are()
    fitting = (path for path in there if _has(path, machine))
    return next(fitting, None) or _refuse(machine, there)


def least(told: str, ram: int) -> str:
    """The least version for a board: the one that its file tells, if RAM begins below 4 GiB.

    QEMU 7.2 puts only the low 32 bits of the ramdisk's address into the device tree, so that a
    board whose RAM begins higher stays silent.
    """
    return told if ram < _HIGH or _numbers(told) >= _numbers(_SINCE_HIGH) else _SINCE_HIGH


def there_are() -> tuple[str, ...]:
    """Every QEMU for 64-bit Arm that can be found, in the order in which they are tried."""
    on_path = [Path(folder) for folder in os.get_exec_path() if folder]
    named = [folder / PROGRAM for folder in on_path]
    others = [
        path
        for folder in [*on_path, Path(sysconfig.get_path("scripts"))]
        for path in sorted(folder.glob(f"{PROGRAM}-*"))
    ]
    found: dict[Path, str] = {}
    for path in (*named, *others):
        if path.is_file() and os.access(path, os.X_OK):
            found.setdefault(path.resolve(), str(path))
    return tuple(found.values())


def _has(path: str, machine: Machine) -> bool:
    least = _numbers(machine.qemu)
    return _kind(machine) in _machines(path) and (not least or version(path) >= least)


def _refuse(machine: Machine, there: tuple[str, ...]) -> NoReturn:
    if not there:
        executable()  # says how to get one
    since = f" {machine.qemu} or later" if machine.qemu else ""
    seen = ", ".join(f"{path} ({'.'.join(map(str, version(path)))})" for path in there)
    raise MissingToolError(
        f'the virtual handset needs QEMU{since} with the machine "{_kind(machine)}",'
        f" which none here has: {seen}",
        hint=f"put a later {PROGRAM} on PATH, also as {PROGRAM}-VERSION, or name it in {VARIABLE}",
    )


def _kind(machine: Machine) -> str:
    return machine.machine.partition(",")[0]


@cache
def version(path: str) -> tuple[int, ...]:
    """A QEMU's version, such as (7, 2); nothing if it says none."""
    from mvpsdk.build.tool import run

    return _numbers(run([path, "--version"]))


@cache
def _machines(path: str) -> frozenset[str]:
    from mvpsdk.build.tool import run

    rows = run([path, "-machine", "help"]).splitlines()[1:]
    return frozenset(row.split()[0] for row in rows if row.strip())


def _numbers(text: str) -> tuple[int, ...]:
    found = _VERSION.search(text)
    return tuple(map(int, found.groups())) if found else ()
