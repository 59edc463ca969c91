# SPDX-License-Identifier: Apache-2.0
"""The core gives the same answers on the target as on the host."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.target.vectors.conftest import Answers

pytestmark = pytest.mark.target

PACK, TABLE, VGIC, CALL = 1, 2, 3, 4
AT_LEAST = {PACK: 500, TABLE: 200, VGIC: 500, CALL: 300}


def test_target_answers_as_the_host_does(groups: list[int], answers: Answers) -> None:
    """Every vector has the same digest in QEMU as on the host, and few have their neighbour's."""
    asked = list(zip(groups, answers.host, answers.target, strict=True))
    differ = [(n, group) for n, (group, host, target) in enumerate(asked) if host != target]
    assert differ == []
    for group, least in AT_LEAST.items():
        said = {host for of, host, _ in asked if of == group}
        assert len(said) >= least // 3, f"group {group} says the same too often"


def test_there_are_a_thousand_vectors(groups: list[int]) -> None:
    """Packs, stage-2 tables, vGICs and calls make a thousand, each group its share."""
    counts = Counter(groups)
    assert all(counts[group] >= least for group, least in AT_LEAST.items())
    assert sum(counts[group] for group in AT_LEAST) >= 1000
