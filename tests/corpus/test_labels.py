# SPDX-License-Identifier: Apache-2.0
"""Vendors' trees, read by eye: the labels are of the trees that Debian ships today."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

import pytest

import evidence
import labels
import trees

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize("name", labels.names())
def test_the_tree_still_says_what_its_label_was_read_from(name: str) -> None:
    """A new kernel may bring another tree: where what was read has changed, read it again."""
    label = labels.label(name)
    corpus = trees.corpora()[label["package"]]
    tree = corpus.tree(label["tree"])
    source = evidence.Source(tree)
    now = {subject: source.says(subject) for subject in label["evidence"]}
    same = hashlib.sha256(tree.read_bytes()).hexdigest() == label["sha256"]
    what = f"{label['tree']}: read from {label['version']}, this is {corpus.version}" + (
        ", and the tree is the same: the label is wrong"
        if same
        else ": the tree changed, read it again and correct the label, with its sha256"
    )
    assert now == label["evidence"], what


def test_the_labels_are_of_many_vendors() -> None:
    """Thirty trees of ten vendors at least."""
    read = [PurePosixPath(labels.label(name)["tree"]) for name in labels.names()]
    assert len(set(read)) >= 30
    assert len({tree.parts[0] for tree in read}) >= 10
