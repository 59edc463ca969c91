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
AT_LEAST = {PACK: 400, TABLE: 200, VGIC: 300, CALL: 300}


def test_target_answers_as_the_host_does(answers: Answers) -> None:
    """Every vector has the same digest in QEMU as on the host."""
    differ = [
        (number, group)
        for number, (group, host, target) in enumerate(
            zip(answers.groups, answers.host, answers.target, strict=True)
        )
        if host != target
    ]
    assert differ == []


def test_there_are_a_thousand_vectors(answers: Answers) -> None:
    """Packs, stage-2 tables, vGICs and calls make a thousand, each group its share."""
    counts = Counter(answers.groups)
    assert all(counts[group] >= least for group, least in AT_LEAST.items())
    assert sum(counts[group] for group in AT_LEAST) >= 1000


def test_answers_are_diverse(answers: Answers) -> None:
    """No group's vectors all say the same: the digests see what the core did."""
    for group in AT_LEAST:
        said = [host for of, host in zip(answers.groups, answers.host, strict=True) if of == group]
        assert len(set(said)) >= len(said) // 3, f"group {group}"
