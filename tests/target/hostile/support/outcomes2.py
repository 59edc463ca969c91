# SPDX-License-Identifier: Apache-2.0
"""What must come of the attacks on a board with a GICv2: the same, but for what a GICv3 has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import outcomes
from attacker import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from outcomes import Outcome

__all__ = ["EXPECTED", "NAMES", "of_gic2"]

NAMES = {"gich": "GICH", "gicv": "GICV"}
OTHERS = (
    *("gicd.", "gicr.", "uart.", "rtc.", "registers.", "named."),
    *("fuzz.gic", "gic.", "storm.", "suspend."),
)
"""How the rows of attacks begin that only a GICv3 has, or that say what it has."""


def of_gic2() -> Iterator[tuple[str, Outcome]]:
    """The rows of the two groups that only a guest with a GICv2 has."""
    for name, place in NAMES.items():
        for level in outcomes.LEVELS:
            for form, outcome in outcomes.accesses(level, PLACES[place], device=False):
                yield f"{name}.{form}.{level}", outcome
    yield from outcomes.counted("icc.1", tried=26, reached=0)
    yield from outcomes.counted("fuzz.gicd2.1", accesses=4096, failed=0)
    yield from outcomes.counted("fuzz.gicc.1", accesses=4096)
    yield from outcomes.counted("priorities.sgis.1", count=32, order=32)
    yield from outcomes.counted("priorities.masks.1", kept=8)
    yield from outcomes.counted("priorities.never-ended.1", intid=0, other=1023)


EXPECTED: Mapping[str, Outcome] = dict(
    [
        *(
            (name, outcome)
            for name, outcome in outcomes.EXPECTED.items()
            if not name.startswith(OTHERS)
        ),
        *of_gic2(),
    ]
)
"""By the attack's name, as in outcomes.py."""
