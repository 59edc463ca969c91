# SPDX-License-Identifier: Apache-2.0
"""Damaged and forged bundles: none verifies, none stops the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import bundle_mutants
from mvpsdk import sign

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 700


def test_no_mutant_of_a_signed_bundle_verifies(tmp_path: Path) -> None:
    """Each is refused with a next step; keys, facts and descriptions are refused in words."""
    result = bundle_mutants.run(range(COUNT), tmp_path)

    assert result.faults == {}
    assert result.count == COUNT
    assert result.refused > COUNT // 4
    assert result.same < COUNT // 10


def test_a_mutant_is_made_of_its_number() -> None:
    """And most are not what they were made of."""
    first = [bundle_mutants.mutant(number) for number in range(60)]

    assert first == [bundle_mutants.mutant(number) for number in range(60)]
    for name, seed in bundle_mutants.seeds().items():
        assert {data for made, data in first if made == name} - {seed}, name


def test_an_accepted_mutant_would_be_seen(tmp_path: Path) -> None:
    """The bundle itself verifies: a run that took it for a mutant would say so."""
    path = tmp_path / "signed.itb"
    path.write_bytes(bundle_mutants.seeds()["signed"])
    result = bundle_mutants.Result()

    with pytest.raises(AssertionError, match="is not the bundle that was signed"):
        bundle_mutants._verify(path, result, unsigned=False)
    assert sign.verify(path, sign.Wanted(now=bundle_mutants.NOW)).refusals
