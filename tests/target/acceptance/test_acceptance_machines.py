# SPDX-License-Identifier: Apache-2.0
"""Boards of other vendors run the very same images, whatever GIC, UART, RAM and CPUs they have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mvpsdk import bundle, run
from mvpsdk.core.facade import ImageKind
from phone import played

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(300)]

FINAL = re.compile(r"final: met (\d+) missed 0 worst \d+ us")
MACHINES = {
    "xilinx-zcu102": "A53, GIC-400 spaced by 64 KiB, Cadence UART, RAM at 0",
    "xilinx-versal": "A72, GICv3, PL011, RAM at 0",
    "nxp-imx8mp-evk": "A53, GICv3, i.MX UART",
    "raspberry-pi-4": "A72, GIC-400, mini UART, no PSCI: spin table",
}
"""What is other than on QEMU's virt."""
LIMIT = 150  # seconds of the host's time, on a busy host


@pytest.mark.parametrize("board", MACHINES)
def test_the_same_images_run_on_another_vendors_board(
    board: str, bundled_for: Callable[[str], Path], record_property: Callable[[str, object], None]
) -> None:
    """The small system starts, says good bye, and the firmware misses nothing.

    The hypervisor hashes the copies that it starts, so equal digests are equal bytes in RAM.
    """
    digests = []
    for name in ("qemu-virt", board):
        pack = bundle.open(bundled_for(name)).pack
        assert pack
        same = [image for image in pack.images if image.kind is not ImageKind.DTB]
        digests.append({image.name: image.digest for image in same})
    assert digests[0] == digests[1]
    last = run.Expectation.parse("realtime:final: met")
    options = run.Options(persona="personal", expect=(last,), timeout=LIMIT)
    lines, end = played(bundled_for(board), options)
    assert (end.reason, end.ok) == ("met", True), lines
    assert any("3 tasks, 50 ticks each, 0 late" in text for text in lines["personal"]), lines
    final = FINAL.fullmatch(lines["realtime"][-1])
    assert final, lines["realtime"]
    record_property("table", f"{board:16} {MACHINES[board]}: met {final[1]}, missed 0")
