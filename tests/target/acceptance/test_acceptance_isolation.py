# SPDX-License-Identifier: Apache-2.0
"""A guest that misbehaves harms itself alone: it, the log and the firmware's deadlines say so."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench_machine import FLAGS
from mvpsdk import bundle, run
from mvpsdk.build.recipe import CORE
from mvpsdk.core.facade import PartitionKind, Reason
from phone import bundled_for, once, played
from workshop import COMPILERS, EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

pytestmark = [pytest.mark.target, pytest.mark.timeout(240)]

OUTLAWS = Path(__file__).parent / "outlaws"
SCRIPT = Path(__file__).parents[2] / "bench" / "guest" / "guest.ld"
ELSEWHERE = {
    "HYPERVISOR": 0x4020_0000,
    "FIRMWARE": 0x4040_0000,
    "PACK": 0x7FE0_0000,
    "HOLE": 0x1000_0000,
    "BEHIND_GICC": 0x0801_2000,  # a GICv2's: the rest of its window
    "GICH": 0x0803_0000,
    "GICV": 0x0804_0000,  # guests find it at their GICC alone
    "BEHIND_GICR": 0x080C_0000,  # a GICv3's: the next core's redistributor
}
"""Addresses that are nobody's in a persona; what stands there physically belongs to others."""
GICS = {"qemu-virt": 3, "qemu-virt-gicv2": 2}
ROUNDS = 20  # of outlaw.c
WILD = re.compile(r"wild access partition=0x1 reason=(0x\w+) pc=0x\w+ address=(0x\w+)")


def compiled(output: Path, **defines: int) -> None:
    """Compile the outlaw."""
    gcc, elf = COMPILERS["gcc"], output.with_suffix(".elf")
    given = [f"-D{name}={value:#x}" for name, value in defines.items()]
    script = ["-Wl,-T", str(SCRIPT), "-Wl,--defsym,IMAGE_BYTES=8192", f"-I{CORE / 'include'}"]
    sources = [str(OUTLAWS / "outlaw.S"), str(OUTLAWS / "outlaw.c")]
    subprocess.run([gcc, *FLAGS, "-fno-pie", *given, *script, *sources, "-o", str(elf)], check=True)
    flat = [gcc.replace("gcc", "objcopy"), "-O", "binary", str(elf), str(output)]
    subprocess.run(flat, check=True)


def make(folder: Path, board: str, cache: Path) -> Path:
    """Build and bundle the handset of outlaws."""
    gic = GICS[board]
    shutil.copytree(EXAMPLE / "firmware", folder / "firmware")
    shutil.copy(OUTLAWS / "handset.toml", folder)
    compiled(folder / "outlaw.bin", **ELSEWHERE, GIC=gic)
    compiled(folder / "faceless.bin", **ELSEWHERE, GIC=gic, UNMAPPED=ELSEWHERE["HOLE"])
    return bundled_for(folder, board, "outlaws.itb", cache=cache)


@pytest.fixture(scope="session", params=GICS)
def outlaws(request: pytest.FixtureRequest, shared: Path) -> Path:
    """The bundle of outlaws; the addresses that they know are those of the plan."""
    board = request.param
    made = once(shared / f"outlaws-{board}", lambda folder: make(folder, board, shared / "cache"))
    pack = bundle.open(made).pack
    assert pack
    facts = pack.boards[0]
    assert facts.gic_version == GICS[board]
    assert pack.partitions[0].kind is PartitionKind.REALTIME
    found = (facts.window, pack.regions[0].pa, facts.pack_home)
    assert found == tuple(ELSEWHERE[name] for name in ("HYPERVISOR", "FIRMWARE", "PACK"))
    return made


def assert_on_time(lines: Sequence[str]) -> int:
    """The firmware went on to its own end and missed nothing; how many deadlines it met."""
    final = re.fullmatch(r"final: met (\d+) missed 0 worst \d+ us", lines[-1])
    assert final, lines[-1]
    return int(final[1])


def wild(lines: Mapping[str, Sequence[str]]) -> Counter[tuple[int, int]]:
    """How often the log tells of each reason and address."""
    found = filter(None, map(WILD.fullmatch, lines["mvp"]))
    return Counter((int(each[1], 16), int(each[2], 16)) for each in found)


def test_each_wild_access_is_an_abort_of_its_own_and_a_line_in_the_log(outlaws: Path) -> None:
    """Reads, writes and jumps into others' memory, and calls that it may not make: 20 rounds."""
    lines, end = played(outlaws, run.Options(persona="outlaw", until_exit=True, timeout=60))
    assert (end.reason, end.ok) == ("powered-off", True)
    assert lines["outlaw"] == [f"{ROUNDS * (4 * len(ELSEWHERE) + 3)} attempts, 0 wrong"]
    expected = {
        (reason, address): ROUNDS * times
        for address in ELSEWHERE.values()
        for reason, times in ((Reason.RUN_STAGE2_FAULT, 3), (Reason.RUN_NO_SYNDROME, 1))
    }
    assert wild(lines) == expected
    assert sum(text.startswith("not offered partition=0x1 ") for text in lines["mvp"]) == ROUNDS
    assert assert_on_time(lines["realtime"]) >= 100


def test_a_guest_without_vectors_is_stopped_and_the_firmware_goes_on(outlaws: Path) -> None:
    """It can't even hear of its abort: it crashes, once, and the firmware ends in good order."""
    lines, end = played(outlaws, run.Options(persona="faceless", until_exit=True, timeout=60))
    assert (end.reason, end.ok) == ("powered-off", True)
    crashes = [text for text in lines["mvp"] if text.startswith("partition crashed ")]
    reason = f"reason={Reason.RUN_STAGE2_FAULT:#x}"
    assert len(crashes) == 1
    assert crashes[0].startswith(f"partition crashed index=0x2 {reason} ")
    assert lines["mvp"].count("partition runs index=0x2") == 1
    assert "faceless" not in lines
    assert_on_time(lines["realtime"])


def test_a_guest_that_crashes_again_and_again_delays_nothing(outlaws: Path) -> None:
    """Restarted from its pristine image each time, for a second: no deadline is missed."""
    expect = run.Expectation.parse("realtime:deadlines: met 1000 missed 0")
    lines, end = played(outlaws, run.Options(persona="phoenix", expect=(expect,), timeout=60))
    assert (end.reason, end.ok) == ("met", True)
    crashes = sum(text.startswith("partition crashed index=0x3 ") for text in lines["mvp"])
    assert crashes >= 10
    starts = sum(text == "partition runs index=0x3" for text in lines["mvp"])
    assert starts - crashes in (0, 1)
