# SPDX-License-Identifier: Apache-2.0
"""The drivers that lie in core/drivers: what is there is a driver, and is listed nowhere.

A console driver's name is its file's, `console_<name>.c`. Which parts it serves its source says,
and only there: each line `SERVES("compatible", shift, width)` is a part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mvpsdk.core.fingerprint import CORE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = [
    "Part",
    "console_drivers",
    "console_parts",
    "driver_for",
    "experimental",
    "gic_drivers",
    "part_for",
]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SERVES = re.compile(
    r'\bSERVES\(\s*"(?P<compatible>[^"\s]+)",\s*(?P<shift>[0-3]),\s*(?P<width>[124])\s*\)'
)
_EXPERIMENTAL = re.compile(r'\bEXPERIMENTAL\(\s*"(?P<why>[^"]+)"\s*\)')


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A UART that a driver serves, and how its registers lie if the device tree doesn't say."""

    driver: str
    compatible: str  # as device trees name it
    register_shift: int  # registers stand 1 << shift bytes apart
    register_width: int  # bytes of one access


def console_drivers(core: Path = CORE) -> tuple[str, ...]:
    """Return the names of the console drivers there are, such as `pl011`."""
    files = (core / "drivers").glob("console_*.c")
    return tuple(sorted(path.stem.removeprefix("console_") for path in files))


def experimental(driver: str, core: Path = CORE) -> str:
    """Return why a console driver is experimental; "": it is not, or there is no such driver."""
    if driver not in console_drivers(core):
        return ""
    found = _EXPERIMENTAL.search(_COMMENT.sub("", _source(driver, core)))
    return found["why"] if found else ""


def gic_drivers(core: Path = CORE) -> tuple[int, ...]:
    """Return the versions of the GIC that there are drivers for: folders `gic_v<version>`."""
    folders = (core / "drivers").glob("gic_v*")
    return tuple(sorted(int(path.name.removeprefix("gic_v")) for path in folders))


@cache
def console_parts(core: Path = CORE) -> tuple[Part, ...]:
    """Return every part that a console driver serves, driver by driver."""
    return tuple(part for driver in console_drivers(core) for part in _served(driver, core))


def part_for(compatibles: Iterable[str], core: Path = CORE) -> Part | None:
    """Return what a device tree's `compatible` is served as, most specific name first.

    None: no driver serves it.
    """
    served = {part.compatible: part for part in console_parts(core)}
    return next((served[name] for name in compatibles if name in served), None)


def driver_for(compatibles: Iterable[str], core: Path = CORE) -> str | None:
    """Return the driver that serves a device tree's `compatible`; None: no one does."""
    part = part_for(compatibles, core)
    return part.driver if part else None


def _source(driver: str, core: Path) -> str:
    return (core / "drivers" / f"console_{driver}.c").read_text(encoding="utf-8")


def _served(driver: str, core: Path) -> list[Part]:
    text = _source(driver, core)
    return [
        Part(
            driver=driver,
            compatible=found["compatible"],
            register_shift=int(found["shift"]),
            register_width=int(found["width"]),
        )
        for found in _SERVES.finditer(_COMMENT.sub("", text))
    ]
