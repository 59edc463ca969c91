# SPDX-License-Identifier: Apache-2.0
"""The table of cores, against the ID registers of QEMU's models of them."""

from __future__ import annotations

import re
import subprocess
import time

import pytest

from mvpsdk.board.cores import known_cores
from mvpsdk.units import KIB

pytestmark = pytest.mark.target

QEMU = "qemu-system-aarch64"
PATIENCE = 20.0  # seconds; it takes a fraction of one
CODE = 0x4020_0000
READS = (0xD5380600, 0xD5380621, 0xD5380402, 0xD5380703, 0x14000000)
"""mrs x0, id_aa64isar0_el1; x1, isar1; x2, pfr0; x3, mmfr0; b ."""

Registers = tuple[int, int, int, int]


def read(core: str) -> Registers:
    """ID_AA64ISAR0, ISAR1, PFR0 and MMFR0 of a model, through QEMU's monitor."""
    words = [
        part
        for number, word in enumerate(READS)
        for part in ("-device", f"loader,addr={CODE + 4 * number:#x},data={word:#x},data-len=4")
    ]
    start = ["-device", f"loader,addr={CODE:#x},cpu-num=0"]
    command = [QEMU, "-M", "virt", "-m", "64", "-cpu", core, "-display", "none", "-nodefaults"]
    command += ["-monitor", "stdio", *words, *start]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True) as qemu:
        try:
            return _ask(qemu)
        finally:
            qemu.kill()


def _ask(qemu: subprocess.Popen[str]) -> Registers:
    assert qemu.stdin
    assert qemu.stdout
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        qemu.stdin.write("info registers\n")
        qemu.stdin.flush()
        text = ""
        while "PSTATE" not in text:
            text += qemu.stdout.readline()
        found = {int(n): int(value, 16) for n, value in re.findall(r"X0([0-3])=(\w{16})", text)}
        if found[3]:  # the last to be read, and never zero
            return found[0], found[1], found[2], found[3]
    raise TimeoutError(f"{QEMU} has not run the code")


def field(value: int, shift: int) -> int:
    """A field of an ID register."""
    return value >> shift & 0xF


def extensions(registers: Registers) -> set[str]:
    """What the registers say to be there (Arm DDI 0487, D24.2)."""
    isar0, isar1, pfr0, _ = registers
    there = {
        "FEAT_CRC32": field(isar0, 16) >= 1,
        "FEAT_LSE": field(isar0, 20) >= 2,
        "FEAT_DotProd": field(isar0, 44) >= 1,
        "FEAT_LRCPC": field(isar1, 20) >= 1,
        "FEAT_LRCPC2": field(isar1, 20) >= 2,
        "FEAT_PAuth": bool(isar1 >> 4 & 0xFF),
        "FEAT_FP16": field(pfr0, 16) == 1,
        "FEAT_SVE": field(pfr0, 32) >= 1,
    }
    return {name for name, is_there in there.items() if is_there}


def granules(registers: Registers) -> set[int]:
    """Sizes in bytes that ID_AA64MMFR0_EL1 says to be there: TGran4, TGran16, TGran64."""
    mmfr0 = registers[3]
    there = {4: field(mmfr0, 28) != 15, 16: field(mmfr0, 20) != 0, 64: field(mmfr0, 24) != 15}
    return {size * KIB for size, is_there in there.items() if is_there}


def test_the_table_says_what_the_models_have() -> None:
    """Of each core that both know: the extensions, and the granules."""
    models = subprocess.run([QEMU, "-cpu", "help"], capture_output=True, text=True, check=True)
    both = [core for name, core in known_cores().items() if name in models.stdout.split()]
    assert {"cortex-a53", "cortex-a57", "cortex-a72"} <= {core.name for core in both}
    for core in both:
        registers = read(core.name)
        assert extensions(registers) == set(core.extensions), core.name
        assert granules(registers) == set(core.granules), core.name
