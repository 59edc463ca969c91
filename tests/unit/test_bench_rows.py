# SPDX-License-Identifier: Apache-2.0
"""What the bench says of a figure follows from the figure, for the worse where there is a doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import bench_page
import bench_rows
from bench_rows import Row, spread

if TYPE_CHECKING:
    from collections.abc import Mapping


def row(ours: tuple[int, int, int] | None, **words: Any) -> Row:
    """A row with this figure."""
    figure = dict(zip(("min", "median", "max"), ours, strict=True)) if ours else None
    measured: Mapping[str, Mapping[str, int]] = {"ours": figure} if figure else {}
    given = {
        "row": "r", "title": "r", "group": "", "note": "", "peers": {}, "comparable": True,
        "reach": None, "pending": "",
    }  # fmt: skip
    return Row(measured=measured, **{**given, **words})


def test_the_reach_is_for_the_worst_of_the_samples() -> None:
    """Reached up to the last instruction, by all of them."""
    assert not row((10, 20, 80), reach=80).is_beyond
    assert row((10, 20, 81), reach=80).is_beyond
    assert not row((10, 20, 81)).is_beyond


@pytest.mark.parametrize(("worst", "behind"), [(199, ()), (200, ("bao",)), (904, ("bao", "xen"))])
def test_ahead_is_our_worst_against_their_best(worst: int, behind: tuple[str, ...]) -> None:
    """A tie is not ahead."""
    peers = {"bao": "200", "xen": "904-1084"}
    assert row((1, 1, worst), peers=peers).behind == behind


def test_a_verdict_names_what_is_wanting() -> None:
    """Reach and peers each have their say."""
    peers = {"bao": "200", "xen": "400"}
    assert bench_page._verdict(row((1, 1, 100), peers=peers, reach=100)) == (
        "reached, ahead of Bao 2.0 and Xen 4.17"
    )
    assert bench_page._verdict(row((1, 1, 300), peers=peers, reach=100)) == (
        "**beyond the reach**, ahead of Xen 4.17, **behind Bao 2.0**"
    )
    assert bench_page._verdict(row((1, 1, 300), peers=peers, comparable=False)) == (
        "another job: see below"
    )
    assert bench_page._verdict(row(None, pending="not yet: one CPU")) == ""


def test_nothing_is_shown_that_was_not_measured() -> None:
    """A row without a figure is left out, unless it says why; none does now, nothing is made up."""
    assert bench_rows.rows({"ours": {}}) == []


def test_figures_are_shown_for_people() -> None:
    """Digits in groups of three, a range as a range."""
    assert spread({"min": 7, "median": 7, "max": 7}) == "7"
    assert spread({"min": 7, "median": 8, "max": 1234567}) == "7 to 1 234 567"
    assert spread("904-1084") == "904 to 1 084"


def test_every_row_is_told_apart() -> None:
    """One name, one row; the page has a line for each."""
    names = [words["row"] for words in bench_rows.figures()["figure"]]
    assert len(names) == len(set(names))
    page = bench_page.page()
    for words in (*bench_rows.figures()["figure"], *bench_rows.figures()["host"]):
        assert f"| {words['title']} |" in page
