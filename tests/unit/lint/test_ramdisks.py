# SPDX-License-Identifier: Apache-2.0
"""MEM006's formula against what was seen in QEMU, and what the ramdisk rules don't judge."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import plan
from mvpsdk.handset import Input
from mvpsdk.image import ImageFacts
from mvpsdk.image.contents import Contents, Modules
from mvpsdk.lint import Bench, Outcome
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from mvpsdk.lint import Report

RELEASE = "6.1.0-50-arm64"
LINUX = Contents(release=RELEASE)
INSTALLER = (40_147_331, 132_657_152)  # Debian 12's netboot ramdisk: packed, its files in pages
ZEROS = (61_200, 60 * MIB + 4096)  # a program, and 60 MiB of zeros


def bench(
    nouns: Any, memory: int, packed: int, files: Contents | None, command_line: str = ""
) -> Bench:
    """A persona with Debian's 6.1 kernel, so much RAM and such a ramdisk."""
    handset = nouns.handset()
    persona = replace(
        handset.personas[0],
        memory=memory * MIB,
        command_line=command_line,
        ramdisk=Input(path=Path("initrd.gz")),
    )
    handset = replace(handset, personas=(persona,))
    ramdisk = ImageFacts(
        path=Path("images/initrd.gz"),
        role="work/ramdisk",
        size=packed,
        sha256="11" * 32,
        format="gzip",
        architecture="",
        contents=files,
    )
    kernel = nouns.kernel(image_size=0x201_0000, size=32_956_352, contents=LINUX)
    images = (kernel, ramdisk)
    made = plan.make(nouns.board(), handset, {image.role: image for image in images})
    return Bench(board=nouns.board(), handset=handset, images=images, plan=made)


def outcome(report: Report, subject: str = "persona.work.ramdisk") -> tuple[Outcome, str]:
    """What became of the ramdisk, and why."""
    (found,) = [check for check in report.checks if check.subject == subject]
    return found.outcome, found.reason


@pytest.mark.parametrize(
    ("memory", "ramdisk", "command_line", "boots"),
    [
        (384, INSTALLER, "", False),
        (398, INSTALLER, "", False),
        (400, INSTALLER, "", True),
        (448, INSTALLER, "console=ttyAMA0", True),
        (384, INSTALLER, "cma=16M", True),
        (384, INSTALLER, "root=/dev/vda", True),
        (216, ZEROS, "", False),
        (220, ZEROS, "", False),
        (224, ZEROS, "", True),
        (96, (1_082_599, 2_326_528), "", True),  # too little RAM for any CMA
    ],
)
def test_the_formula_says_what_was_seen(
    nouns: Any, memory: int, ramdisk: tuple[int, int], command_line: str, boots: bool
) -> None:
    """With so many MiB, Linux 6.1 of Debian 12 unpacked it in QEMU, or failed to."""
    packed, files = ramdisk
    report = nouns.lint(
        bench(nouns, memory, packed, Contents(unpacked=files), command_line), select=["MEM006"]
    )
    assert (report.findings == ()) == boots


def test_the_way_out_is_enough_and_not_much_more(nouns: Any) -> None:
    """What the finding asks for passes, 2 MiB less does not."""
    files = Contents(unpacked=INSTALLER[1])
    (found,) = nouns.lint(bench(nouns, 96, INSTALLER[0], files), select=["MEM006"]).findings
    assert found.fix == 'memory = "400 MiB", or make the ramdisk smaller'
    assert nouns.lint(bench(nouns, 400, INSTALLER[0], files), select=["MEM006"]).findings == ()
    assert nouns.lint(bench(nouns, 398, INSTALLER[0], files), select=["MEM006"]).findings != ()


@pytest.mark.parametrize("code", ["MEM006", "IMG008"])
@pytest.mark.parametrize("files", [Contents(unpacked=0, unread="mvpsdk does not unpack lz4"), None])
def test_what_was_not_read_is_not_checked(nouns: Any, code: str, files: Contents | None) -> None:
    """No finding, and no silence."""
    found, why = outcome(nouns.lint(bench(nouns, 96, 1000, files), select=[code]))
    assert found is Outcome.NOT_CHECKED
    assert ("lz4" if files else "is no archive") in why


@pytest.mark.parametrize("code", ["MEM006", "IMG008"])
def test_a_kernel_that_is_no_linux_has_rules_of_its_own(nouns: Any, code: str) -> None:
    """What it does with a ramdisk is not known."""
    linux = bench(nouns, 96, 1000, Contents(unpacked=0))
    kernel, ramdisk = linux.images
    other = replace(linux, images=(replace(kernel, contents=Contents()), ramdisk))
    assert outcome(nouns.lint(other, select=[code]))[0] is Outcome.NOT_APPLICABLE


def test_without_a_plan_there_is_no_ram_to_compare_with(nouns: Any) -> None:
    """The planner's own finding stands in the way."""
    unplanned = replace(bench(nouns, 96, 1000, Contents(unpacked=1 << 40)), plan=None)
    found, why = outcome(nouns.lint(unplanned, select=["MEM006"]))
    assert (found, why) == (
        Outcome.NOT_APPLICABLE,
        "without a plan there is no RAM to compare with",
    )


def test_modules_for_several_kernels_do_no_harm(nouns: Any) -> None:
    """As long as those of this kernel are among them; packed ones are judged by their folder."""
    several = tuple(
        Modules(folder=folder, magic=magic, count=2)
        for folder, magic in (("6.1.0-47-arm64", "6.1.0-47-arm64"), (RELEASE, ""))
    )
    files = Contents(unpacked=0, modules=several)
    assert outcome(nouns.lint(bench(nouns, 96, 1000, files), select=["IMG008"])) == (
        Outcome.PASS,
        "",
    )
