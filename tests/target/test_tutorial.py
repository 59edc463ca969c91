# SPDX-License-Identifier: Apache-2.0
"""The tutorial does what it says: its files are written, its commands run, its output compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pages import ROOT, follow

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target


def test_the_first_handset_boots_as_the_tutorial_says(tmp_path: Path) -> None:
    """From an empty folder, block by block, to the last line of the run."""
    compared = follow((ROOT / "docs/tutorial/first-handset.md").read_text(), tmp_path)

    assert (tmp_path / "first.itb").is_file()
    assert compared > 0
