# SPDX-License-Identifier: Apache-2.0
"""A new board of every vendor tree: its board.toml says what the tree's survey says."""

from __future__ import annotations

import tomllib

import pytest

import trees
from mvpsdk import port, tree

pytestmark = [pytest.mark.corpus, pytest.mark.slow]


@pytest.mark.parametrize("line", trees.LINES)
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
