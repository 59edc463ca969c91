# SPDX-License-Identifier: Apache-2.0
"""IOMMUs as trees have them: what an SMMUv3 that the hypervisor drives needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk import tree

    Survey = Callable[..., tree.Survey]
    Table = dict[str, Any]


@pytest.mark.parametrize(
    ("names", "irqs"),
    [
        (["eventq", "priq", "cmdq-sync", "gerror"], (106, 109)),
        (["combined"], (106, 106)),
        (["priq"], (None, None)),
    ],
)
def test_the_interrupts_of_a_driven_smmu_are_read(
    surveyed: Survey, table: Table, names: list[str], irqs: tuple[int | None, ...]
) -> None:
    """By their names (binding arm,smmu-v3); one line may be for all."""
    lines = [[0, 74 + n, 1] for n in range(len(names))]
    table["soc"]["iommu@20000"] = {
        "compatible": "arm,smmu-v3",
        "#iommu-cells": 1,
        "reg": [0x20000, 0x20000],
        "interrupts": [cell for line in lines for cell in line],
        "interrupt-names": names,
    }
    (unit,) = surveyed(table).values["iommu"]
    assert (unit.get("event-irq"), unit.get("error-irq")) == irqs
