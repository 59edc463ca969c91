# SPDX-License-Identifier: Apache-2.0
"""How often each rule finds something in vendors' trees: a rule whose rate moves has changed.

The console's rule is left out: its rate falls with each new driver.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

import trees
from mvpsdk import lint, tree

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

TODAY = dt.date(2026, 1, 1)
MARGIN = 2.0  # percentage points that a newer kernel of the same line may bring

RATES = {
    "6.1": {
        "BRD001 error": 55.7,  # the boot loader fills RAM in
        "BRD002 error": 0.5,
        "BRD003 error": 0.7,
        "BRD003 warning": 27.1,
        "BRD003 note": 72.9,
        "BRD004 error": 4.2,
        "BRD005 error": 4.2,
        "BRD006 error": 0.2,
        "BRD006 warning": 14.9,
        "BRD007 error": 0.9,
        "BRD008 warning": 12.0,
        "BRD009 error": 6.6,
        "BRD009 warning": 2.3,
        "BRD010 warning": 17.0,
        "BRD012 warning": 2.8,
        "BRD012 note": 15.8,
    },
    "6.12": {
        "BRD001 error": 56.2,
        "BRD002 error": 0.7,
        "BRD003 error": 0.4,
        "BRD003 warning": 24.9,
        "BRD003 note": 75.1,
        "BRD004 error": 3.5,
        "BRD005 error": 3.7,
        "BRD006 error": 0.1,
        "BRD006 warning": 13.0,
        "BRD007 error": 0.5,
        "BRD008 warning": 13.3,
        "BRD009 error": 4.6,
        "BRD009 warning": 2.2,
        "BRD010 warning": 12.9,
        "BRD012 warning": 6.4,
        "BRD012 note": 28.4,
    },
}
"""Percent of the trees in which a rule finds something of this weight."""


@pytest.mark.parametrize("line", trees.LINES)
@pytest.mark.timeout(900)
def test_each_rule_finds_as_much_as_it_did(line: str) -> None:
    """And nothing that no rule speaks of: every tree can be linted by itself."""
    corpus = trees.corpora()[line]
    found: Counter[str] = Counter()
    for path in corpus.trees():
        bench = lint.Bench(draft=tree.open(path).draft("one"))
        report = lint.check([bench], today=TODAY, select=["BRD", "DEV"], ignore=["BRD011"])
        found.update({f"{finding.rule} {finding.severity}" for finding in report.findings})
    rates = {what: round(100 * count / len(corpus.trees()), 1) for what, count in found.items()}
    assert rates == pytest.approx(RATES[line], abs=MARGIN)
