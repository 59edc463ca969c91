# SPDX-License-Identifier: Apache-2.0
"""The same guest on a board with a GICv2, whose CPU interface it has for itself: nothing gained.

And with a GICv2 in software on a board that has none: what concerns it ends as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import attacker
import hearing
import outcomes2
from mvpsdk.core.facade import Reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from witness import Whole

    Record = Callable[[str, object], None]

pytestmark = [pytest.mark.target, pytest.mark.timeout(300)]


TRAPPED = 18
"""Of a GICv3's registers, each form that there is; the others are undefined anyway."""


def test_each_attack_ends_as_it_must(whole2: Whole) -> None:
    """What the guest sees and what the log says, attack by attack; none more and none less."""
    found = hearing.rows(whole2.run)
    assert whole2.run.ended
    assert hearing.differences(found, outcomes2.EXPECTED) == []
    assert found.keys() == outcomes2.EXPECTED.keys()


def test_memory_and_interrupts_of_others_are_unharmed(whole2: Whole) -> None:
    """Code, constants and pack are those that were built; tables and the GIC as without attacks."""
    assert {name: whole2.after[name] for name in whole2.built} == whole2.built
    for name in ("tables", "interrupts"):
        assert whole2.after[name] == whole2.quiet[name], name


def test_the_firmware_is_not_held_off(whole2: Whole, record_property: Record) -> None:
    """Its 1 kHz task misses nothing by an attack, and its FP registers stay its own.

    QEMU 7.2 looks at a GICv2's lines again when it must, but not when a guest's EOI ends a physical
    interrupt (hw/intc/arm_gic.c, gic_complete_irq): a deadline that has passed by then is told with
    the next change at the GIC, and while a partition loads there is none for a millisecond or two.
    """
    missed, deadlines = hearing.missed(whole2.run)
    figures = hearing.latency(whole2.run)
    loads = sum(text.startswith("partition runs index=0x1") for text in whole2.run.of("mvp"))
    record_property("table", f"missed {missed} of {deadlines} deadlines\n{figures}")
    assert missed <= loads
    assert deadlines >= 50
    assert hearing.fp_lost(whole2.run) == 0
    assert figures.early == 0


def test_in_software_it_ends_alike(shared: Path, tmp_path: Path, record_property: Record) -> None:
    """Priorities, masks, random accesses; a GICv3's registers trap, and are refused one by one."""
    attacker.bundled(tmp_path, shared / "cache", gic=3, vgic=2)
    pack = attacker.aimed((tmp_path / "pack").read_bytes(), attacker.GIC2, calls=0)
    (tmp_path / "aimed.pack").write_bytes(pack)
    with attacker.let_loose(tmp_path / "hypervisor", tmp_path / "aimed.pack") as machine:
        run = machine.run
    found = hearing.rows(run)
    expected = {name: outcomes2.EXPECTED[name] for name in found if name != "icc.1"}
    icc = found.pop("icc.1")

    assert run.ended
    assert hearing.differences(found, expected) == []
    assert expected.keys() >= {name for name, _ in outcomes2.of_gic2() if name != "icc.1"}
    assert (icc.fields["tried"], icc.fields["reached"]) == (26, 0)
    assert icc.reasons == {Reason.RUN_TRAP: TRAPPED}
    missed, deadlines = hearing.missed(run)
    record_property("table", f"missed {missed} of {deadlines} deadlines\n{hearing.latency(run)}")
    assert missed == 0
    assert deadlines >= 10
    assert hearing.fp_lost(run) == 0
