# SPDX-License-Identifier: Apache-2.0
"""The way from a key to a factory and an update is what its page says, command by command."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pages import ROOT, follow

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(600)]


def test_a_release_goes_from_key_to_factory_as_the_page_says(tmp_path: Path) -> None:
    """From new keys to a phone that took an update and refuses the version before it."""
    made = shutil.ignore_patterns("build", "images")
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=made)

    compared = follow((ROOT / "docs/how-to/release.md").read_text(encoding="utf-8"), tmp_path)

    assert compared > 55
    assert (tmp_path / "phone.simg").stat().st_size < (tmp_path / "phone.img").stat().st_size
