# SPDX-License-Identifier: Apache-2.0
"""Damaged vbmeta images, Android containers and papers: refused in words, never a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import vbmeta_mutants
from mvpsdk.bundle import avb_read

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

COUNT = 2500


def test_many_mutants_are_refused_or_read(tmp_path: Path) -> None:
    """Nothing but an error for people is raised, and what is accepted holds what it must."""
    found = vbmeta_mutants.run(range(COUNT), tmp_path)

    assert found.faults == {}
    assert found.count == COUNT
    assert COUNT // 50 < found.accepted < COUNT // 2


def test_the_seeds_themselves_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So the mutants reach what lies behind the first check."""
    names = [*vbmeta_mutants.seeds()]
    monkeypatch.setattr(
        vbmeta_mutants,
        "mutant",
        lambda number: (names[number], vbmeta_mutants.seeds()[names[number]]),
    )

    found = vbmeta_mutants.run(range(len(names)), tmp_path)

    assert (found.accepted, found.faults) == (len(names), {})


def test_a_reader_that_stumbles_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error that is not for people is a finding, told with the mutant's number."""

    def stumble(_data: bytes) -> None:
        raise IndexError("oops")

    monkeypatch.setattr(avb_read, "read", stumble)

    found = vbmeta_mutants.run(range(20), tmp_path)

    assert found.faults
    assert set(found.faults.values()) == {"IndexError: oops"}
