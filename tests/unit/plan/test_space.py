# SPDX-License-Identifier: Apache-2.0
"""Free memory, and what is left of it."""

from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.plan import space
from mvpsdk.units import Pa, Range

pieces = st.builds(lambda base, size: Range(Pa(base), size), st.integers(0, 99), st.integers(0, 30))


def bytes_of(ranges: list[Range[Pa]]) -> set[int]:
    """Every address in the ranges."""
    return {byte for piece in ranges for byte in range(piece.base, piece.end)}


@given(pieces, st.lists(pieces, max_size=5))
def test_free_is_what_nothing_takes(bank: Range[Pa], taken: list[Range[Pa]]) -> None:
    """An address is free exactly if it is in the bank and in nothing that is taken."""
    left = space.free([bank], taken)
    assert bytes_of(left) == bytes_of([bank]) - bytes_of(taken)
    assert left == sorted(left)


@given(st.lists(pieces, max_size=4), st.integers(1, 20), st.sampled_from([1, 4, 8]))
def test_the_lowest_place_is_the_lowest(taken: list[Range[Pa]], size: int, align: int) -> None:
    """Lowest and highest are the first and the last of all aligned places."""
    runs = space.free([Range(Pa(0), 120)], taken)
    places = [
        base for run in runs for base in range(run.base, run.end - size + 1) if base % align == 0
    ]
    lowest, highest = space.lowest(runs, size, align), space.highest(runs, size, align)
    assert (lowest.base if lowest else None) == min(places, default=None)
    assert (highest.base if highest else None) == max(places, default=None)


def test_gaps_are_what_touches() -> None:
    """Head room is the run that begins where a piece ends, or ends where it begins."""
    runs = [Range(Pa(0), 10), Range(Pa(30), 5)]
    piece = Range(Pa(10), 20)
    assert (space.gap_below(runs, piece), space.gap_above(runs, piece)) == (10, 5)
    assert space.gap_above(runs, Range(Pa(10), 5)) == 0
    assert space.largest(runs, 8) == 10
    assert space.largest([], 8) == 0
