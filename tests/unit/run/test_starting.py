# SPDX-License-Identifier: Apache-2.0
"""What a bundle may say of the machine that is built for it: it may be anybody's bundle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mvpsdk import board as boards
from mvpsdk.bundle import Contents
from mvpsdk.bundle.manifest import Virtual
from mvpsdk.errors import BundleError
from mvpsdk.run import starting

CONTENTS = Contents(path=Path("phone.itb"), kind="fit", size=0, parts=())
GOOD = Virtual(machine="virt,virtualization=on", cpu="cortex-a53", memory=1, cpus=1, clock=None)


@pytest.mark.parametrize("name", sorted(boards.find()))
def test_every_board_may_be_built(name: str) -> None:
    """Those that this SDK knows."""
    virtual = boards.named(name).virtual
    if virtual:
        said = replace(GOOD, machine=virtual.machine, cpu=virtual.cpu)
        starting._check_machine(said, CONTENTS)


@pytest.mark.parametrize(
    "change",
    [
        {"machine": "virt,dumpdtb=/etc/mine/.profile"},
        {"machine": "virt,virtualization=on,firmware=x"},
        {"machine": "-version"},
        {"machine": ""},
        {"cpu": "cortex-a53,help"},
        {"cpu": ""},
        {"serial": 10**9},
    ],
    ids=str,
)
def test_a_bundle_gets_no_file_written_and_no_memory_filled(change: dict[str, object]) -> None:
    """QEMU's dumpdtb writes to whatever path follows, and ends."""
    with pytest.raises(BundleError, match="a machine that nobody builds unasked"):
        starting._check_machine(replace(GOOD, **change), CONTENTS)  # type: ignore[arg-type]
