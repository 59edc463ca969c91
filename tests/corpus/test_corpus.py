# SPDX-License-Identifier: Apache-2.0
"""Every vendor tree that Debian ships: each is read, quickly, and what is wrong with it is told."""

from __future__ import annotations

import multiprocessing
import pickle
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import pytest

import trees
import verdict
from phone import once
from rates import LEFT_OUT, MARGIN, RATES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(900)]

SECONDS = 0.050
"""Of CPU, from a tree's file to the draft of its board, on average."""
COMPLETE = 0.87
"""Share of the trees of which all is known, once RAM is given."""


Found = dict[str, list[verdict.Summary]]


@pytest.fixture(scope="session")
def found(shared: Path) -> Found:
    """What became of each tree, by kernel line: the first of the test run's processes looks."""
    made: Found = pickle.loads(once(shared / "corpus", _summaries).read_bytes())  # noqa: S301 - ours
    return made


def _summaries(folder: Path) -> Path:
    """Look at all trees, on two processes which start from nothing."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        made: Found = {
            line: list(pool.map(verdict.summary, corpus.trees(), chunksize=32))
            for line, corpus in trees.corpora().items()
        }
    path = folder / "summaries"
    path.write_bytes(pickle.dumps(made))
    return path


def table(found: Found) -> str:
    """Return the counts as people read them."""
    head = f"{'vendor trees':24}{'trees':>7}" + "".join(
        f"{category:>22}" for category in verdict.CATEGORIES
    )
    rows = [head]
    for line, entries in found.items():
        counts = Counter(entry.category for entry in entries)
        cells = (
            f"{counts[name]:>13} ({counts[name] / len(entries):5.1%})"
            for name in verdict.CATEGORIES
        )
        rows.append(
            f"{line + ', ' + trees.corpora()[line].version:24}{len(entries):>7}" + "".join(cells)
        )
    why = Counter(rule for entries in found.values() for entry in entries for rule in entry.rules)
    rows.append(
        "blocked by: " + ", ".join(f"{rule} {count}" for rule, count in sorted(why.items()))
    )
    return "\n".join(rows)


def test_every_vendor_tree_becomes_a_board_or_says_why_not(
    found: Found, record_property: Callable[[str, object], None]
) -> None:
    """No crash; quick; most are complete once RAM is given; the others say what is in the way."""
    record_property("table", table(found))
    entries = [entry for line in found.values() for entry in line]
    assert {entry.tree: entry.crash for entry in entries if entry.crash} == {}
    assert sum(entry.seconds for entry in entries) / len(entries) < SECONDS
    counts = Counter(entry.category for entry in entries)
    assert counts["complete"] + counts["complete but for RAM"] >= COMPLETE * len(entries)
    assert [
        entry.tree for entry in entries if (entry.category == "blocked") != bool(entry.rules)
    ] == []
    assert {entry.tree: entry.unclear for entry in entries if entry.unclear} == {}
    assert {line: len(entries) > 500 for line, entries in found.items()} == {
        "6.1": True,
        "6.12": True,
    }


@pytest.mark.parametrize("line", trees.LINES)
def test_each_rule_finds_as_much_as_it_did(line: str, found: Found) -> None:
    """A rule whose rate moves has changed, or has vendors' trees wrong that it had right."""
    counts = Counter(what for entry in found[line] for what in entry.found)
    rates = {
        what: round(100 * count / len(found[line]), 1)
        for what, count in counts.items()
        if not what.startswith(LEFT_OUT)
    }
    assert rates == pytest.approx(RATES[line], abs=MARGIN)
