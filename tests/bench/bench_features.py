# SPDX-License-Identifier: Apache-2.0
"""What a choice of the build adds to the figures of the base build."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import bench_machine
from bench_machine import Spread, exactly

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["measure"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Another build of the hypervisor."""

    build: Mapping[str, Any]  # what `build.image` is told
    bundle: tuple[str, ...] = field(default=())  # options of `mvpsdk bundle`; (): sizes alone


CHOICES = {
    "gicv2": Choice(build={"gic": 2}),
    "8250": Choice(build={"driver": "8250"}),
    "mute": Choice(build={"driver": "none"}),
    "menu": Choice(build={"features": ["menu"]}),
    "rtc": Choice(build={"features": ["rtc"]}),
    "early-console": Choice(build={"features": ["early-console"]}),
    "soft-gic": Choice(build={"features": ["soft-gic"]}),
    "trace": Choice(build={"trace": True}, bundle=("--trace",)),
}


def measure(work: Path, base: dict[str, Spread]) -> dict[str, Spread]:
    """Measure each choice: what it adds to the base's median, row by row, as `adds-NAME-ROW`.

    base: the base build's figures, its start with all that the bytes cost.
    """
    found = {}
    for name, choice in CHOICES.items():
        rows = bench_machine.sizes(work, **choice.build)
        if choice.bundle:
            rows |= bench_machine.ours(work, options=choice.bundle)
        for row, spread in rows.items():
            found[f"adds-{name}-{row}"] = exactly(spread.median - base[row].median)
    return found
