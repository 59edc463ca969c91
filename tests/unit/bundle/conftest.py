# SPDX-License-Identifier: Apache-2.0
"""A handset that is bundled without a compiler: one persona, and a stand-in hypervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acme import prepare

if TYPE_CHECKING:
    from pathlib import Path

    from acme import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """The handset, planned."""
    return prepare(tmp_path / "acme")


@pytest.fixture
def evident(tmp_path: Path) -> Case:
    """The same handset with evidence for lint."""
    return prepare(tmp_path / "evident", 'kernel-config = "config"\n')


@pytest.fixture
def again(tmp_path: Path) -> Case:
    """The same handset in another folder."""
    return prepare(tmp_path / "some" / "other" / "place")
