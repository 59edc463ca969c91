# SPDX-License-Identifier: Apache-2.0
"""The ways by which a bundle gets into the machine: one file each, found by this folder.

A file holds PARTS, the parts of a bundle that it takes as files of their own, and
`arguments(bootable, options, command)`: what it adds to QEMU's command.
"""

from __future__ import annotations

import importlib
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Protocol, cast

from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.run.model import Bootable, Options

__all__ = ["Way", "find", "names"]


class Way(Protocol):
    """What a file here has."""

    PARTS: tuple[str, ...]

    def arguments(self, bootable: Bootable, options: Options, command: Sequence[str]) -> list[str]:
        """Return what loads the bundle; `command` is QEMU and its arguments for the machine.

        Raises InputError if it can't be loaded so, MissingToolError if something isn't here.
        """
        ...


def names() -> list[str]:
    """All ways there are."""
    return sorted(module.name.replace("_", "-") for module in iter_modules(__path__))


def find(via: str) -> Way:
    """Return one of the ways. Raises InputError if there is no such way."""
    if via not in names():
        raise InputError(
            f"no way to boot is called {via!r}", hint=f"there is: {', '.join(names())}"
        )
    return cast("Way", importlib.import_module(f"{__name__}.{via.replace('-', '_')}"))
