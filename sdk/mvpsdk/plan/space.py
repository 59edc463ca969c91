# SPDX-License-Identifier: Apache-2.0
"""Free physical memory, and taking pieces of it. Values in, values out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.units import Pa, Range, align_down, align_up

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["free", "gap_above", "gap_below", "highest", "largest", "lowest"]


def free(banks: Iterable[Range[Pa]], taken: Iterable[Range[Pa]]) -> list[Range[Pa]]:
    """Return the runs of the banks that nothing takes, from low to high."""
    runs = sorted(banks)
    for hole in taken:
        runs = [piece for run in runs for piece in _without(run, hole)]
    return runs


def _without(run: Range[Pa], hole: Range[Pa]) -> list[Range[Pa]]:
    """Cut a hole out of a run: none, one or two pieces are left."""
    if not run.overlaps(hole):
        return [run]
    below = Range(run.base, max(hole.base - run.base, 0))
    above = Range(Pa(hole.end), max(run.end - hole.end, 0))
    return [piece for piece in (below, above) if piece.size]


def lowest(runs: Iterable[Range[Pa]], size: int, align: int) -> Range[Pa] | None:
    """Return the lowest aligned place for size bytes."""
    for run in runs:
        base = align_up(run.base, align)
        if base + size <= run.end:
            return Range(Pa(base), size)
    return None


def highest(runs: Iterable[Range[Pa]], size: int, align: int) -> Range[Pa] | None:
    """Return the highest aligned place for size bytes."""
    for run in sorted(runs, reverse=True):
        base = align_down(run.end - size, align)
        if base >= run.base:
            return Range(Pa(base), size)
    return None


def largest(runs: Iterable[Range[Pa]], align: int) -> int:
    """Return the size of the largest aligned piece that is left."""
    return max((max(run.end - align_up(run.base, align), 0) for run in runs), default=0)


def gap_above(runs: Iterable[Range[Pa]], piece: Range[Pa]) -> int:
    """Return how many free bytes lie directly above a piece."""
    return next((run.size for run in runs if run.base == piece.end), 0)


def gap_below(runs: Iterable[Range[Pa]], piece: Range[Pa]) -> int:
    """Return how many free bytes lie directly below a piece."""
    return next((run.size for run in runs if run.end == piece.base), 0)
