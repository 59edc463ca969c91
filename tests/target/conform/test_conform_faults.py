# SPDX-License-Identifier: Apache-2.0
"""Each fault that is put into the core fails the test, by the check that is there for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import faults
import faulty
from mvpsdk import board, bundle, conform, run
from mvpsdk.conform.running import booted

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk.store import Cache

pytestmark = [pytest.mark.target, pytest.mark.timeout(240)]

FAULTS = {fault.name: fault for fault in faults.find(Path(__file__).parent / "faults")}
BOARDS = {3: "qemu-virt", 2: "qemu-virt-gicv2"}
BESIDE = "firmware."


def bootable(fault: faults.Fault, sound: Path, cache: Cache, work: Path, gic: int) -> run.Bootable:
    """The conformance bundle's pack, for the checks that count, and a hypervisor with the fault."""
    there = board.named(BOARDS[gic])
    first = next(name for name in fault.tests if not name.startswith(BESIDE))
    made, _ = conform.bundle(there, work / "c.itb", vgic="board", cache=cache, only=first)
    contents = bundle.open(made.path)
    (pack,) = bundle.extract(contents, ("pack",), work)
    virtual = contents.manifest and contents.manifest.virtual
    assert virtual
    return run.Bootable(
        hypervisor=faulty.faulty(fault, sound, work, gic),
        pack=pack,
        machine=run.Machine(
            machine=virtual.machine,
            cpu=virtual.cpu,
            memory=virtual.memory,
            cpus=virtual.cpus,
            qemu=virtual.qemu,
        ),
    )


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_fails_by_name(
    name: str,
    sound: Callable[[int], Path],
    cache: Cache,
    tmp_path: Path,
    record_property: faults.Record,
) -> None:
    """The check fails and says what it saw; the report as a whole is not ok."""
    fault = FAULTS[name]
    gic = 2 if name.startswith("gicv2") else 3
    machine = bootable(fault, sound(gic), cache, tmp_path, gic)
    report = booted(machine, BOARDS[gic], gic, timeout=60)
    failed = {check.name: check for suite in report.suites for check in suite.failures}
    seen = [check for check in fault.tests if check in failed]

    faults.report(fault, ", ".join(seen), record_property)
    assert not report.ok
    assert seen == list(fault.tests), failed
    assert all(failed[check].outcome == "failed" for check in seen)
    assert all(failed[check].details for check in seen if not check.startswith(BESIDE))


def test_there_are_ten_at_least() -> None:
    """Of the kinds of things that the contract promises, each topic that the core serves."""
    topics = {check.partition(".")[0] for fault in FAULTS.values() for check in fault.tests}

    assert len(FAULTS) >= 10
    assert topics >= {"memory", "smp", "id", "psci", "timer", "uart", "rtc", "smccc", "fp"}
