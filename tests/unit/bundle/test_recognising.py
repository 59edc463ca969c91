# SPDX-License-Identifier: Apache-2.0
"""What a file is: by its first bytes, whatever it is called."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from mvpsdk import bundle
from mvpsdk.bundle import Kind, Wanted
from mvpsdk.bundle.recognising import HEAD, recognised
from mvpsdk.core.facade import PART_MAGIC
from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from acme import Case

TREE = b"\xd0\x0d\xfe\xed"


def tree(path: Path, text: str) -> Path:
    """A device tree by dtc."""
    source = f"/dts-v1/; / {{ {text} }};"
    subprocess.run(["dtc", "-q", "-o", path], input=source.encode(), check=True)
    return path


def test_each_container_is_recognised(case: Case) -> None:
    """As it is made, under a name that says nothing."""
    fit = case.pack("one").path
    assert (bundle.kind_of(fit), bundle.is_fit(fit)) == (Kind.TREE, True)
    wanted = Wanted(output=case.folder / "two", sparse=case.folder / "three")
    bundle.make(case.plan, case.hypervisor, case.files, wanted, container="disk")
    assert bundle.kind_of(case.folder / "two") is Kind.DISK
    assert bundle.kind_of(case.folder / "three") is Kind.SPARSE
    (pack,) = bundle.extract(bundle.open(fit), ["pack"], case.folder / "out")
    assert bundle.kind_of(pack) is Kind.PACK
    assert bundle.kind_of(case.files["work/kernel"]) is Kind.OTHER


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (PART_MAGIC, Kind.PART),
        (b"PK\x03\x04", Kind.ZIP),
        (b"AVB0", Kind.VBMETA),
        (b"", Kind.OTHER),
        (TREE[:3], Kind.OTHER),
        (bytes(HEAD), Kind.OTHER),
    ],
)
def test_a_head_is_enough(head: bytes, kind: Kind) -> None:
    """Also one that is shorter than what is asked for."""
    assert recognised(head) is kind


def test_a_board_s_tree_is_no_fit_and_a_damaged_one_may_be(case: Case) -> None:
    """A FIT has /images; of a damaged one nobody knows, so whoever opens it says what is wrong."""
    board = tree(case.folder / "board.dtb", 'model = "one";')
    assert (bundle.kind_of(board), bundle.is_fit(board)) == (Kind.TREE, False)
    assert bundle.is_fit(tree(case.folder / "fit.dtb", "images { };"))
    board.write_bytes(TREE + bytes(20))
    assert bundle.is_fit(board)
    assert not bundle.is_fit(case.files["work/kernel"])


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    """Not guessed."""
    for path in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError):
            bundle.kind_of(path)
