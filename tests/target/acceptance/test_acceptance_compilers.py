# SPDX-License-Identifier: Apache-2.0
"""The demo handset boots whatever compiler its hypervisor and firmware came from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mvpsdk import bundle, run
from phone import played, with_compiler

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(300)]

NAMES = {"gcc": "aarch64-linux-gnu-gcc ", "clang": "Debian clang ", "zig": "zig 0.17."}
SAID = {
    "work": ["Linux version 6", "work: Debian's Linux 6.1", "work: good bye"],
    "personal": ["Personal OS", "personal: 3 tasks, 50 ticks each, 0 late"],
}


def compiler(path: Path) -> str:
    """What a bundle says that its parts were compiled with."""
    manifest = bundle.open(path).manifest
    assert manifest is not None
    return manifest.toolchain


def test_all_other_acceptance_tests_are_of_gcc(demo: Path) -> None:
    """The demo's bundle is what the compiler that is found first has made."""
    assert compiler(demo).startswith(NAMES["gcc"])


@pytest.mark.parametrize(("family", "persona"), [("clang", "work"), ("zig", "personal")])
def test_the_demo_boots_with_the_other_compilers(
    family: str, persona: str, demo: Path, shared: Path
) -> None:
    """Each a system, to the power-off that it asks for; no deadline is missed."""
    made = with_compiler(demo, family, shared / "cache")
    assert compiler(made).startswith(NAMES[family])

    lines, end = played(made, run.Options(persona=persona, until_exit=True, timeout=150))

    assert (end.reason, end.ok) == ("powered-off", True)
    for text in SAID[persona]:
        assert any(text in line for line in lines[persona]), text
    final = [line for line in lines["realtime"] if line.startswith("final: ")]
    assert re.match(r"final: met \d{3,} missed 0 ", final[-1])
