# SPDX-License-Identifier: Apache-2.0
"""From a plan to what is delivered: packed, sealed and contained, or nothing at all."""

from __future__ import annotations

from dataclasses import replace
from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

import pytest

from mvpsdk import bundle
from mvpsdk.bundle import Wanted
from mvpsdk.errors import BundleError, InputError, RefusedError

if TYPE_CHECKING:
    from acme import Case


def make(case: Case, wanted: Wanted, **more: object) -> bundle.Delivery:
    """Make a delivery of the case."""
    return bundle.make(case.plan, case.hypervisor, case.files, wanted, **more)  # type: ignore[arg-type]


def test_the_fit_container_is_the_packed_fit(case: Case, again: Case) -> None:
    """Bit for bit, and nothing else is left in the folder."""
    before = set(case.folder.iterdir())
    made = make(case, Wanted(output=case.folder / "phone.itb"))

    assert made.path.read_bytes() == again.pack().path.read_bytes()
    assert made.size == made.path.stat().st_size
    assert set(case.folder.iterdir()) - before == {made.path}
    assert made.manifest == bundle.open(made.path).manifest


def test_the_seal_is_given_the_fit_before_anybody_sees_it(case: Case) -> None:
    """It may change the file; the delivery has what it became, and the manifest it returns."""
    path = case.folder / "phone.itb"
    said = replace(case.pack("other.itb").manifest, signed=True)

    def seal(fit: BinaryIO) -> bytes:
        assert not path.exists()
        fit.seek(0, SEEK_END)
        fit.write(b"sealed")
        return said.json()

    made = make(case, Wanted(output=path), seal=seal)

    assert path.read_bytes().endswith(b"sealed")
    assert made.size == path.stat().st_size
    assert made.manifest == said


def test_a_seal_that_fails_leaves_nothing(case: Case) -> None:
    """What stood there stays."""
    path = case.folder / "phone.itb"
    path.write_bytes(b"the last one")
    before = set(case.folder.iterdir())

    def seal(_: BinaryIO) -> bytes:
        raise RefusedError("the key's owner said no")

    with pytest.raises(RefusedError):
        make(case, Wanted(output=path), seal=seal)

    assert path.read_bytes() == b"the last one"
    assert set(case.folder.iterdir()) == before


def test_a_container_that_there_is_not_is_refused(case: Case) -> None:
    """The hint names those that there are."""
    with pytest.raises(InputError, match="there is no container zip") as caught:
        make(case, Wanted(output=case.folder / "x"), container="zip")

    assert "fit" in caught.value.hint


@pytest.mark.parametrize("name", ["kernel", "handset.toml"])
def test_an_output_never_replaces_an_input(case: Case, name: str) -> None:
    """Neither a file that goes in nor the handset's own."""
    with pytest.raises(BundleError, match="one of the bundle's own inputs"):
        make(case, Wanted(output=case.folder / name))


def test_an_output_in_no_folder_is_refused(case: Case) -> None:
    """Before anything is made."""
    with pytest.raises(InputError, match="does not exist"):
        make(case, Wanted(output=case.folder / "nowhere" / "phone.itb"))
