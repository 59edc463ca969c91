# SPDX-License-Identifier: Apache-2.0
"""Damaged partition tables, sparse images and block maps: refused in words, or true."""

from __future__ import annotations

from typing import TYPE_CHECKING

import disk_mutants
from mvpsdk.disk import gpt_read, sparse_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from mvpsdk.disk import Partition

COUNT = 4000


def test_many_mutants_are_refused_or_read() -> None:
    """Nothing but an error for people is raised, and what is accepted holds what it must."""
    found = disk_mutants.run(range(COUNT))

    assert found.faults == {}
    assert found.count == COUNT
    assert COUNT // 10 < found.accepted < COUNT * 3 // 4


def test_the_seeds_themselves_are_read() -> None:
    """So the mutants reach what lies behind the first check."""
    for name, data in disk_mutants.seeds().items():
        disk_mutants._HOLDS[name](data)


def test_tables_that_overlap_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that forgot to look is caught by what must hold."""

    def forget(_found: list[Partition]) -> None:
        return

    monkeypatch.setattr(gpt_read, "_check_apart", forget)
    found = disk_mutants.run(range(0, 12_000, 4))

    assert "AssertionError: apart" in set(found.faults.values())


def test_holes_that_are_none_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """So are bytes that a reader would leave out."""

    def forget(_view: object, _start: int, _end: int) -> Iterator[tuple[int, int]]:
        return iter(())

    monkeypatch.setattr(sparse_read._View, "data_ranges", forget)
    found = disk_mutants.run(range(1, 400, 4))

    assert "AssertionError: holes are zeros" in set(found.faults.values())
