# SPDX-License-Identifier: Apache-2.0
"""The seeded faults fit the core: who changes a line that one of them replaces hears of it here."""

from __future__ import annotations

from pathlib import Path

import faults
import objects

TESTS = Path(__file__).parents[1]


def test_each_seeded_fault_still_has_its_place() -> None:
    """What it replaces stands in its file once; each is found, whatever catches it."""
    folders = [*TESTS.glob("*/faults/"), *TESTS.glob("*/*/faults/"), TESTS / "faults" / "host"]
    found = [fault for folder in folders for fault in faults.find(folder)]
    stale = [
        f"{fault.name}: {fault.file}"
        for fault in found
        if (objects.CORE / fault.file).read_text(encoding="utf-8").count(fault.old) != 1
    ]

    assert len(found) >= 100
    assert stale == []
