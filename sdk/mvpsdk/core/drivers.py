# SPDX-License-Identifier: Apache-2.0
"""The drivers that lie in core/drivers: a file there is a driver, and is listed nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.fingerprint import CORE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["console_drivers"]


def console_drivers(core: Path = CORE) -> tuple[str, ...]:
    """Return the names of the console drivers there are, such as `pl011`."""
    files = (core / "drivers").glob("console_*.c")
    return tuple(sorted(path.stem.removeprefix("console_") for path in files))
