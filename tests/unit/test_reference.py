# SPDX-License-Identifier: Apache-2.0
"""The generated pages are fresh, and the core's codes have words."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import bench_parts
from mvpsdk.build.recipe import CORE
from mvpsdk.core.facade import Reason
from mvpsdk.lint import catalogue

if TYPE_CHECKING:
    from types import ModuleType

DOCS = Path(__file__).parents[2] / "docs"


def generator() -> ModuleType:
    """docs/generate.py, which is a script and no package's."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = (
    *("conformance.md", "reasons.md", "files.md", "rules.md", "figures.md", "defects.md"),
    "tamper.md",
)


@pytest.mark.parametrize("page", PAGES)
def test_generated_pages_are_fresh(page: str) -> None:
    """`make docs` would change nothing."""
    assert (DOCS / "reference" / page).read_text() == generator().PAGES[page]()


def test_every_generated_page_is_compared() -> None:
    """The list above is the generator's own."""
    assert set(generator().PAGES) == set(PAGES)


def test_every_part_of_the_hypervisor_says_what_it_is_for() -> None:
    """The table of bytes by source has no row without words, and adds up."""
    golden = json.loads((bench_parts.HERE / "golden.json").read_text())
    nameless = [
        name
        for name in golden["parts"]
        if not name.startswith("(") and not bench_parts.purpose(CORE / name)
    ]
    assert nameless == []
    assert sum(golden["parts"].values()) == golden["figures"]["size-file"]["max"]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words_of_its_own(reason: Reason) -> None:
    """Those of its own line in reason.h; MVP_OK has none to say."""
    texts = [each.text for each in Reason]
    assert texts.count(reason.text) == 1
    assert (reason.text == "all is well") == (reason is Reason.OK)


def test_the_front_page_counts_right() -> None:
    """What README says of the rules is so."""
    assert f"({len(catalogue())} rules)" in (DOCS.parent / "README.md").read_text()
