# SPDX-License-Identifier: Apache-2.0
"""The rows of figures.toml with what was measured beside them, and what follows: is it good enough?

Nothing is measured here: `make bench` prints these rows, `make docs` writes them into a page.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HERE", "Row", "host_rows", "rows", "spread"]

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One figure: its words and its peers' from figures.toml, and ours."""

    row: str
    title: str
    group: str  # "": the one before's
    note: str  # where the job differs from the peers', or where else a figure is from
    measured: Mapping[str, Mapping[str, int]]  # "ours", "floor", "no hypervisor": min, median, max
    peers: Mapping[str, str]  # "bao", "xen": a number, or from-to
    comparable: bool  # whether the peers did the same job
    reach: int | None
    pending: str  # why there is no figure of ours yet

    @property
    def ours(self) -> Mapping[str, int] | None:
        """Ours, if there is one."""
        return self.measured.get("ours")

    @property
    def is_beyond(self) -> bool:
        """Whether our worst is worse than what we want to reach."""
        return bool(self.ours and self.reach is not None and self.ours["max"] > self.reach)

    @property
    def behind(self) -> tuple[str, ...]:
        """The peers whose best our worst does not beat."""
        if not self.ours or not self.comparable:
            return ()
        ours = self.ours["max"]
        return tuple(name for name, text in self.peers.items() if ours >= int(text.split("-")[0]))


def figures() -> dict[str, list[dict[str, Any]]]:
    """What figures.toml says."""
    return tomllib.loads((HERE / "figures.toml").read_text(encoding="utf-8"))


def rows(columns: Mapping[str, Mapping[str, Mapping[str, int]]]) -> list[Row]:
    """Every row that says why it has no figure, and of the others those that were measured.

    columns: "ours" and others, row by row.
    """
    found = [_row(words, columns) for words in figures()["figure"]]
    return [each for each in found if each.ours or each.pending]


def _row(words: dict[str, Any], columns: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Row:
    name = words["row"]
    return Row(
        row=name,
        title=words["title"],
        group=words.get("group", ""),
        note=words.get("note", ""),
        measured={column: found[name] for column, found in columns.items() if name in found},
        peers={peer: words[peer] for peer in ("bao", "xen") if peer in words},
        comparable=words.get("comparable", True),
        reach=words.get("reach"),
        pending=words.get("pending", ""),
    )


def host_rows(measured: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The host's rows: words of figures.toml, and under "tools" what each took; {}: not in it."""
    return [{**words, "tools": measured.get(words["row"], {})} for words in figures()["host"]]


def spread(value: Mapping[str, int] | str | int) -> str:
    """A figure for people: `1 234`, or `12 to 34`."""
    if isinstance(value, str):
        parts = [*map(int, value.split("-"))]
    elif isinstance(value, int):
        parts = [value]
    else:
        parts = sorted({value["min"], value["max"]})
    return " to ".join(f"{part:_}".replace("_", " ") for part in parts)
