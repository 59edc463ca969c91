# SPDX-License-Identifier: Apache-2.0
"""A new board of every vendor tree: its board.toml says what the tree's survey says."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

import trees
from mvpsdk import lint, port, tree

TODAY = dt.date(2026, 1, 1)  # no exception is asked for, so that no date matters

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@pytest.mark.parametrize("line", trees.LINES[-1:])
@pytest.mark.timeout(900)
def test_what_is_written_of_a_vendor_s_tree_is_what_was_found(line: str) -> None:
    """Exactly; and neither file names a place of this machine."""
    corpus = trees.corpora()[line]
    wrong = []
    for path in corpus.trees():
        survey = tree.open(path)
        text, readme = port.board_text(survey, "one"), port.readme_text(survey, "one")
        if tomllib.loads(text) != survey.board_values("one") or str(path.parent) in text + readme:
            wrong.append(corpus.name(path))
    assert corpus.trees()
    assert wrong == []


@pytest.mark.parametrize("line", trees.LINES[-1:])
@pytest.mark.timeout(900)
def test_what_new_board_refuses_lint_refuses_too(line: str) -> None:
    """For the same reasons: each rule that a block names finds an error in the same board."""
    corpus = trees.corpora()[line]
    refused, wrong = 0, []
    for path in corpus.trees():
        survey = tree.open(path)
        rules = {block.rule for block in survey.blocks}
        if not rules:
            continue
        refused += 1
        report = lint.check([lint.Bench(draft=survey.draft("one"))], today=TODAY)
        errors = {found.rule for found in report.findings if found.severity == lint.Severity.ERROR}
        if not rules <= errors:
            wrong.append((corpus.name(path), sorted(rules - errors)))
    assert refused
    assert wrong == []
