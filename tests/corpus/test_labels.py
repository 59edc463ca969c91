# SPDX-License-Identifier: Apache-2.0
"""Vendors' trees, read by eye: the labels are of the trees that Debian ships today."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

import pytest

import agreement
import evidence
import labels
import trees
import verdict

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


@pytest.mark.parametrize("name", labels.names())
def test_the_reader_finds_what_people_read(name: str) -> None:
    """Every fact, and what stands in the way; where the reader errs, mend it and not the label."""
    label = labels.label(name)
    tree = trees.corpora()[label["package"]].tree(label["tree"])
    found = verdict.judge(tree)
    assert agreement.found(found.survey) == agreement.labelled(label)
    assert {error.rule for error in found.errors} == set(label.get("blocked", []))


@pytest.mark.parametrize("name", labels.names())
def test_what_is_reserved_is_called_as_in_the_tree(name: str) -> None:
    """Each region has a name of its own, which begins as its node does."""
    label = labels.label(name)
    survey = verdict.judge(trees.corpora()[label["package"]].tree(label["tree"])).survey
    regions = survey.values.get("reserved", [])
    names = {region["name"]: region["base"] for region in regions}
    assert len(names) == len(regions)
    nodes = {
        table["base"] // agreement.PAGE * agreement.PAGE: table["node"]
        for table in label.get("reserved", [])
    }
    wrong = {
        name: nodes[base]
        for name, base in names.items()
        if not (nodes[base] or "memreserve").startswith(name.partition("-")[0])
    }
    assert wrong == {}


@pytest.mark.parametrize("name", labels.names())
def test_what_has_no_place_is_told(name: str) -> None:
    """A region that is wherever there is room is no part of the board, but a note."""
    label = labels.label(name)
    found = verdict.judge(trees.corpora()[label["package"]].tree(label["tree"]))
    dynamic = [remark for remark in found.survey.remarks if remark.kind == "dynamic-reserved"]
    nodes = [remark.place.node for remark in dynamic if remark.place]
    assert nodes == [f"/reserved-memory/{node}" for node in label.get("dynamic", [])]


@pytest.mark.parametrize("name", labels.names())
def test_a_console_that_nothing_names_is_asked_for(name: str) -> None:
    """Where several might be meant, all of them are told."""
    label = labels.label(name)
    remarks = verdict.judge(trees.corpora()[label["package"]].tree(label["tree"])).survey.remarks
    several = [remark for remark in remarks if remark.kind == "several-uarts"]
    told = [value for remark in several for _, value in remark.parties]
    assert told == label["console"].get("candidates", [])


def test_the_labels_are_of_many_vendors() -> None:
    """Thirty trees of ten vendors at least."""
    read = [PurePosixPath(labels.label(name)["tree"]) for name in labels.names()]
    assert len(set(read)) >= 30
    assert len({tree.parts[0] for tree in read}) >= 10
