# SPDX-License-Identifier: Apache-2.0
"""A guest's counter is compared with the host's seconds, finer than a second."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.run import Bracket, Sample, bracket

moments = st.lists(st.integers(0, 60_000_000), min_size=1, max_size=40)


def look(moment: int, zero: int, lost: int = 0) -> Sample[int]:
    """What is seen at a moment (in µs) of a millisecond counter that began at `zero`."""
    return Sample(moment // 1_000_000, (moment - zero) // 1000 - lost)


@given(moments=moments, zero=st.integers(0, 10_000_000))
def test_honest_counter_always_agrees(moments: list[int], zero: int) -> None:
    """Whenever one looks, a counter of virtual time agrees, and its zero lies in the bracket."""
    found = bracket([look(zero + moment, zero) for moment in moments], 1000)
    assert found.agrees
    assert found.low * 1000 < zero < found.high * 1000


def test_many_looks_make_it_narrow() -> None:
    """A thousand looks at odd moments pin the zero down to a few counts."""
    found = bracket([look(5_300 + 17_777 * n, 5_300) for n in range(1000)], 1000)
    assert found.agrees
    assert found.width <= 5


def test_counter_that_loses_counts_is_found_out() -> None:
    """A counter that lost some counts on the way agrees with no zero."""
    honest = [look(17_777 * n, 0) for n in range(1000)]
    lossy = [look(17_777 * n, 0, lost=10) for n in range(1000, 2000)]
    assert not bracket(honest + lossy, 1000).agrees


def test_one_look_says_little() -> None:
    """One look leaves a whole second."""
    assert bracket([Sample(3, 2500)], 1000) == Bracket(499, 1500)
