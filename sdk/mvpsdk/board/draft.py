# SPDX-License-Identifier: Apache-2.0
"""A board as far as it is known: what a `board.toml` or a vendor's device tree says of it.

Both are read into the same form, so that one set of rules judges both. What is not known yet is
None there, and listed in `todos`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mvpsdk.document.places import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mvpsdk.board.schema import BoardFile
    from mvpsdk.errors import MvpError, Place

__all__ = ["Draft", "Remark", "draft_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """What only a device tree's reader can see, for the lint rule that speaks of it.

    Attributes:
        rule: code of that rule, such as `BRD012`.
        kind: what was seen, in the reader's words: `dynamic-reserved`.
        key: of the fact that it is about, such as `reserved[2]`.
        message: one line for people.
        place: the node.
        hint: the next step.
        parties: the things that collide: name and value of each.
    """

    rule: str
    kind: str
    key: str
    message: str
    place: Place | None = None
    hint: str = ""
    parties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A board as far as it is known."""

    content: BoardFile  # None where a fact is not known
    todos: tuple[str, ...]  # keys of what is not known: `memory[0].size`
    path: Path  # the board.toml, or the device tree
    places: Mapping[str, Place] = field(default_factory=dict, compare=False, repr=False)
    remarks: tuple[Remark, ...] = ()

    @property
    def name(self) -> str:
        """The board's name."""
        return self.content.board.name

    def place(self, key: str) -> Place | None:
        """Return where a key such as `memory[0].size` stands in the file, or its table.

        In a device tree no node is a table: there it is where the first fact of the table stands.
        """
        return nearest(self.places, key) or next(
            (
                found
                for name, found in self.places.items()
                if name.startswith((f"{key}.", f"{key}["))
            ),
            None,
        )


def draft_of(
    values: dict[str, Any],
    path: Path,
    places: Mapping[str, Place],
    *,
    error: type[MvpError],
    remarks: tuple[Remark, ...] = (),
) -> Draft:
    """Check the form of a board's facts, given as a board.toml would have them.

    Raises error with all that is wrong with them.
    """
    from mvpsdk.board.schema import BoardFile
    from mvpsdk.document.schema import check

    content, faults = check(BoardFile, values, places)
    if content is None:
        raise error.of(faults)
    return Draft(
        content=content,
        todos=tuple(_todos(values)),
        path=path,
        places=places,
        remarks=remarks,
    )


def _todos(value: object, key: str = "") -> Iterator[str]:
    """Find the keys whose value is not known yet."""
    from mvpsdk.document.schema import TODO

    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _todos(inner, f"{key}.{name}" if key else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _todos(inner, f"{key}[{number}]")
    elif value == TODO:
        yield key
