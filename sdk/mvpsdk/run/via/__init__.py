# SPDX-License-Identifier: Apache-2.0
"""The ways by which a bundle gets into the machine: one file each, found by this folder.

A file holds `arguments(bootable, persona)`: QEMU's arguments that load hypervisor and pack.
"""

from __future__ import annotations

import importlib
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from mvpsdk.run.model import Bootable

__all__ = ["arguments", "names"]


def names() -> list[str]:
    """All ways there are."""
    return sorted(module.name.replace("_", "-") for module in iter_modules(__path__))


def arguments(via: str, bootable: Bootable, persona: str | None) -> list[str]:
    """QEMU's arguments for one of the ways. Raises InputError if there is no such way."""
    if via not in names():
        raise InputError(
            f"no way to boot is called {via!r}", hint=f"there is: {', '.join(names())}"
        )
    module = importlib.import_module(f"{__name__}.{via.replace('-', '_')}")
    found: list[str] = module.arguments(bootable, persona)
    return found
