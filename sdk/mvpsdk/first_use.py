# SPDX-License-Identifier: Apache-2.0
"""Names that a room imports on their first use (PEP 562): who needs one does not wait for all."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["names_of"]


def names_of(module: str, files: Mapping[str, Iterable[str]]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module whose names stand in files beside it.

    files: for each file, its names; `inside:name` where it has another one inside.
    """
    places = {
        name or inside: (file, inside)
        for file, entries in files.items()
        for inside, _, name in (entry.partition(":") for entry in entries)
    }

    def imported(name: str) -> Any:  # noqa: ANN401 - constants, classes and functions
        """Import what is named from its file. Raises AttributeError: there is no such name."""
        if name not in places:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        file, inside = places[name]
        return getattr(importlib.import_module(file), inside)

    return imported
