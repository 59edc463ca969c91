# SPDX-License-Identifier: Apache-2.0
"""What a FIT can be delivered in: one file for each container, found by this folder.

A file holds `contain(fit, wanted, progress)`, which makes what is wanted of a FIT that is signed
already, or moves it; it returns a Contained. `TAKES` names the fields of Wanted that it knows, but
for output and board, which all do; others must stay unset.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field, fields
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Protocol, cast

from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mvpsdk.board import Board
    from mvpsdk.bundle.avb import Key
    from mvpsdk.bundle.spans import Progress

__all__ = ["Contained", "Container", "Wanted", "find", "names"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What shall be made of a FIT. Unset: nothing of that kind."""

    output: Path
    board: Board | None = None  # its slots tell how large a bundle may be
    userdata: Path | None = None  # what user data begins with
    userdata_size: int | None = None  # bytes; None: as large as what it begins with
    both_slots: bool = False  # the FIT goes into slot b too
    parts: Mapping[str, Path] = field(default_factory=dict)  # signed persona parts, by name
    sparse: Path | None = None  # the same as an Android sparse image
    bmap: Path | None = None  # a block map of it
    tree: Path | None = None  # the board's device tree, for a boot loader that brings none
    vbmeta_key: Key | None = None  # signs what Android's boot loaders verify

    def outputs(self) -> tuple[Path, ...]:
        """Return every file that shall be written."""
        return tuple(path for path in (self.output, self.sparse, self.bmap) if path)

    def inputs(self) -> tuple[Path, ...]:
        """Return every file that goes in beside the FIT."""
        given = (self.userdata, self.tree, *self.parts.values())
        return tuple(path for path in given if path)

    def weight(self) -> int:
        """Return how many bytes these have, as far as they are there: for a progress bar."""
        return sum(path.stat().st_size for path in self.inputs() if path.is_file())


@dataclass(frozen=True, kw_only=True, slots=True)
class Contained:
    """What was made."""

    size: int  # bytes of the output
    notes: tuple[str, ...] = ()  # what was assumed on the way, for people


class Container(Protocol):
    """A module of this folder."""

    TAKES: frozenset[str]

    def contain(self, fit: Path, wanted: Wanted, progress: Progress | None) -> Contained:
        """Make what is wanted of a FIT, which may be moved; all of it appears, or nothing."""
        ...


def names() -> list[str]:
    """All containers there are."""
    return sorted(module.name for module in iter_modules(__path__))


def find(name: str, wanted: Wanted) -> Container:
    """Return a container. Raises InputError if there is none, or it can't do what is wanted."""
    if name not in names():
        raise InputError(f"there is no container {name}", hint=f"there is: {', '.join(names())}")
    found = cast("Container", importlib.import_module(f"{__name__}.{name}"))
    blank = Wanted(output=wanted.output, board=wanted.board)
    for each in fields(Wanted):
        given = getattr(wanted, each.name) != getattr(blank, each.name)
        if given and each.name not in found.TAKES:
            option = f"--{each.name.replace('_', '-')}"
            able = [f"--container {other}" for other in names() if each.name in _takes(other)]
            hint = f"leave it away, or choose {' or '.join(able)}"
            raise InputError(f"the container {name} has no {option}", hint=hint)
    return found


def _takes(name: str) -> frozenset[str]:
    return cast("Container", importlib.import_module(f"{__name__}.{name}")).TAKES
