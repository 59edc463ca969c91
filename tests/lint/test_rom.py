# SPDX-License-Identifier: Apache-2.0
"""Boot firmware has no kernel: the rules that speak of kernels say so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import lint

if TYPE_CHECKING:
    Workshop = Any  # of conftest.py

CASE: dict[str, Any] = {
    "persona": {
        "kernel": False,
        "ramdisk": False,
        "format": "rom",
        "rom": "kernel.bin",
        "vars": "ramdisk.cpio",
    },
}
PACKED = {**CASE, "ramdisk": {"magic": "ANDROID!"}}


@pytest.mark.parametrize("case", [CASE, PACKED])
def test_nothing_is_wrong_with_boot_firmware(workshop: Workshop, case: dict[str, Any]) -> None:
    """A header that U-Boot may carry is not obeyed; what it remembers may have any form."""
    bench = workshop.bench(case)
    found = lint.check([bench], today=workshop.TODAY)

    said = [finding.message for finding in found.findings if finding.subject.startswith("persona")]
    assert said == []
    assert bench.plan
    reasons = " ".join(check.reason for check in found.checks)
    assert "flash is entered at its first byte" in reasons
    assert "what firmware remembers in flash is data" in reasons
