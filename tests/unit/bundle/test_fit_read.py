# SPDX-License-Identifier: Apache-2.0
"""A FIT's tree that somebody else wrote: numbers in it are numbers, or it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mvpsdk import bundle, image
from mvpsdk.bundle import fit
from mvpsdk.bundle.flat import flatten, node
from mvpsdk.errors import BundleError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", ["data-size", "data-offset", "data-position", "load"])
def test_a_number_as_long_as_a_page_is_refused(tmp_path: Path, name: str) -> None:
    """Python would not even print it; and no boot loader reads it."""
    properties = {"data-offset": fit.cell(0), "data-size": fit.cell(16), name: b"\x7f" * 4000}
    tree = node("", {}, node("images", {}, node("pack", {"type": fit.text("x"), **properties})))
    path = tmp_path / "other.itb"
    path.write_bytes(flatten(tree, 8192) + bytes(4096))
    with pytest.raises(BundleError, match=f"{name} of pack is a number of 4000 bytes"):
        bundle.open(path)
    assert image.open_all({"kernel": path})["kernel"].container  # what a vendor hands over
