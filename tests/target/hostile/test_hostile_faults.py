# SPDX-License-Identifier: Apache-2.0
"""Each fault that is put into the core is seen by the attack that is there for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import attacker
import faults
import faulty
import hearing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(240)]

CALLS = 200


@pytest.mark.parametrize("name", faulty.FAULTS)
def test_the_fault_is_seen(
    name: str,
    request: pytest.FixtureRequest,
    sound: Callable[[int], Path],
    tmp_path: Path,
    record_property: faults.Record,
) -> None:
    """By the row of an attack, by the firmware's own count, or by a line that is forged."""
    fault = faulty.FAULTS[name]
    gic = 2 if attacker.GIC2.intersection(fault.tests) else 3
    handset: Path = request.getfixturevalue("handset" if gic == 3 else "handset2")
    hypervisor, pack = faulty.faulty(fault, sound(gic), tmp_path, gic), tmp_path / "pack"
    pack.write_bytes(attacker.aimed((handset / "pack").read_bytes(), fault.tests, calls=CALLS))
    limits = {"flood": attacker.SMALL_FLOOD, "silence": attacker.FAULTY_SILENCE}
    with attacker.let_loose(hypervisor, pack, gic=gic, **limits) as machine:  # type: ignore[arg-type]
        told = hearing.told(machine.run, fault.tests)
    seen = next((text for text in told if re.match(fault.seen, text)), "")
    faults.report(fault, seen.partition(": ")[0], record_property)
    assert seen, "\n".join(told)
