# SPDX-License-Identifier: Apache-2.0
"""What an image's instructions say, against a compiler and against words made by hand."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mvpsdk import image
from mvpsdk.build import toolchain
from mvpsdk.image.code import Code, Use, read_code
from mvpsdk.image.code_values import w0_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Write = Callable[[bytes], Path]

NOP, RET = 0xD503201F, 0xD65F03C0

FIRMWARE = r"""
    .arch armv8.5-a+crc+sve+fp16+rcpc
    .text
first:
    movz w0, #0x0003
    movk w0, #0x8400, lsl #16
    mov  x1, #7
    smc  #0
    movn x0, #0
    hvc  #0xea1
    b    second
    .word 0xd4000002            // data: no HVC
second:
    ldr  x0, [x1]
    hvc  #0
    msr  vbar_el3, x0
    mrs  x1, s3_4_c15_c0_0
    msr  cntp_ctl_el0, x1
    mrs  x1, cntv_cval_el0
    mrs  x1, id_aa64isar0_el1
    msr  icc_eoir1_el1, x1
    msr  daifset, #2
    mrs  x1, icc_iar1_el1
    dc   cisw, x1
    ldaddal w1, w2, [x3]
    casa x1, x2, [x3]
    swpb w1, w2, [x3]
    crc32b w1, w2, w3
    ldapr x1, [x2]
    stlur w1, [x2, #4]
    retaa
    paciasp                     // a hint: nothing on older cores
    bti  c
    pacia x1, x2
    ldraa x1, [x2]
    ptrue p0.b
    fadd h0, h1, h2
    fadd v0.8h, v1.8h, v2.8h
    fcvt h0, s0                 // ARMv8.0 has it
    sdot v0.4s, v1.16b, v2.16b
helper:
    ldrb w16, [x16]
    cbz  w16, 1f
    ldadd w0, w0, [x1]
    ret
1:  ret
"""


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An object file with each thing that is looked for, as an assembler encodes it."""
    folder = tmp_path_factory.mktemp("code")
    (folder / "it.s").write_text(FIRMWARE)
    gcc = toolchain.find("gcc").compiler
    subprocess.run([*gcc, "-c", "it.s", "-o", "it.o"], cwd=folder, check=True)
    return folder / "it.o"


def code_of(path: Path, role: str = "realtime") -> Code:
    """What the instructions of a file say."""
    found = image.open_own(path, role).code
    assert found
    return found


def test_calls_are_found_in_code_alone(firmware: Path) -> None:
    """Each HVC and SMC with what is in w0 there; a word between functions is none."""
    code = code_of(firmware)
    calls = [(call.conduit, call.immediate, call.function) for call in code.calls]
    assert code.exact
    assert calls == [("smc", 0, 0x8400_0003), ("hvc", 0xEA1, 0xFFFF_FFFF), ("hvc", 0, None)]
    assert [call.address for call in code.calls] == [0xC, 0x14, 0x24]
    assert code.call_total == 3


def test_registers_and_operations_are_named_as_the_architecture_names_them(firmware: Path) -> None:
    """EL2 and EL3, the GIC's, both timers', set and way: with how often and whether written."""
    code = code_of(firmware)
    start = code.calls[0].offset - 0xC
    assert code.above == (
        Use(name="VBAR_EL3", count=1, offset=start + 0x28, written=True),
        Use(name="S3_4_C15_C0_0", count=1, offset=start + 0x2C),
    )
    assert [use.name for use in code.gic_registers] == ["ICC_EOIR1_EL1", "ICC_IAR1_EL1"]
    assert [use.name for use in code.physical_timer] == ["CNTP_CTL_EL0"]
    assert [use.name for use in code.virtual_timer] == ["CNTV_CVAL_EL0"]
    assert [use.name for use in code.set_way] == ["DC CISW"]
    assert code.id_registers == ("ID_AA64ISAR0_EL1",)
    assert not code.reads_current_el
    assert not code.unmasks


def test_extensions_are_counted_unless_a_hint_or_a_helper(firmware: Path) -> None:
    """What a core of ARMv8.0 does not have; PACIASP and BTI do nothing there, helpers ask first."""
    found = {each.name: (each.count, each.guarded) for each in code_of(firmware).extensions}
    assert found == {
        "FEAT_CRC32": (1, 0),
        "FEAT_DotProd": (1, 0),
        "FEAT_FP16": (2, 0),
        "FEAT_LRCPC": (1, 0),
        "FEAT_LRCPC2": (1, 0),
        "FEAT_LSE": (3, 1),
        "FEAT_PAuth": (3, 0),
        "FEAT_SVE": (1, 0),
    }
    assert {each.example for each in code_of(firmware).extensions} == {"", "LDADDAL"}


def test_without_mapping_symbols_nothing_is_exact(firmware: Path, write: Write) -> None:
    """A raw image's data may look like code: said so, and no extension is told."""
    raw = firmware.read_bytes()
    code = code_of(write(raw[raw.find(struct.pack("<I", 0xD4000003)) - 12 :]), "work/rom")
    assert not code.exact
    assert code.call_total == 4  # with the word that is data
    assert [use.name for use in code.above] == ["VBAR_EL3"]
    assert code.extensions == ()


def test_parts_that_lie_over_each_other_are_looked_at_once(firmware: Path) -> None:
    """A hostile file can't have the same bytes read over and over."""
    data, elf = bytes(4096), image.open(firmware, "realtime").elf
    assert elf
    whole = image.Segment(
        index=0,
        virtual=0,
        physical=0,
        offset=0,
        file_size=len(data),
        memory_size=len(data),
        align=4096,
        readable=True,
        writable=False,
        executable=True,
        sha256="",
    )
    assert read_code(data, replace(elf, segments=(whole,) * 100)).size == len(data)
    assert read_code(data, replace(elf, segments=(whole,))).size == len(data)


def test_what_holds_no_instructions_has_no_code(write: Write) -> None:
    """A ramdisk, another architecture's ELF file."""
    assert image.open_own(write(b"070701" + bytes(200)), "work/ramdisk").code is None
    assert image.open_own(write(bytes(4096)), "work/vars").code is None


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ((0x52800020, 0x72B08400), 0x8420_0001),  # mov, movk w0, #0x8420, lsl #16
        ((0x32010FE0,), 0x8000_0007),  # mov w0, #0x80000007: ORR
        ((0x52B08001, 0x2A0103E0), 0x8400_0000),  # by way of w1
        ((0x52B08001, 0x11000C20), 0x8400_0003),  # w1 + 3
        ((0x52B08000, 0xF9000020), 0x8400_0000),  # str x0 changes nothing
        ((0x52B08000, 0xF9400020), None),  # ldr x0
        ((0x52B08000, 0xA9400823), 0x8400_0000),  # ldp x3, x2
        ((0x52B08000, 0xA9400061), None),  # ldp x1, x0
        ((0x52B08000, 0x94000001), None),  # bl
        ((0x52B08013, 0x94000001, 0x2A1303E0), 0x8400_0000),  # kept in w19 over a bl
        ((0x52B08000, 0x14000001), None),  # b: what follows is reached from elsewhere
        ((0x52B08000, 0x34000041), 0x8400_0000),  # cbz w1 falls through
        ((0x52B08000, 0xD53B4200), None),  # mrs x0
        ((0x52B08000, 0xD51B4200), 0x8400_0000),  # msr from x0
        ((0x52B08000, 0xB8200041), None),  # ldadd w0, w1, [x2]: unsure, so unknown
    ],
)
def test_a_constant_is_followed_as_far_as_it_is_sure(
    words: tuple[int, ...], value: int | None
) -> None:
    """Moves, sums and masks make a constant; what may change the register forgets it."""
    data = struct.pack(f"<{len(words)}I", *words)
    assert w0_at(data, len(data), 0) == value


def test_calls_beyond_the_list_are_counted() -> None:
    """The list is bounded, the count is not; the window of the search has no seam."""
    last = struct.pack("<II", 0xD5384240, 0xD50342FF)  # mrs x0, CurrentEL; msr daifclr, #2
    data = struct.pack("<I", 0xD4000002) * 300 + bytes(5 << 20) + last
    code = read_code(data, None)
    assert (len(code.calls), code.call_total) == (128, 300)
    assert code.reads_current_el
    assert code.unmasks
