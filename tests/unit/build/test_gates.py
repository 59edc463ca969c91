# SPDX-License-Identifier: Apache-2.0
"""What may leave the build, and what may not."""

import struct

import pytest

from mvpsdk.build import gates
from mvpsdk.build.elf import Elf
from mvpsdk.errors import ToolFailedError

GNU = """
program.elf:     file format elf64-littleaarch64


Disassembly of section .text:

00000000000000b0 <first>:
  b0:\tldr\tx0, [x1]
  b4:\tb\td0 <second>
  b8:\tcbz\tx0, b0 <first>
  bc:\tmsr\ts3_0_c12_c11_1, x0
  c0:\t.word\t0x00d0d1d2
  c4:\tand\tx0, x1, #0xb1\t// #177

00000000000000d0 <second>:
"""
LLVM = """
program.elf:\tfile format elf64-littleaarch64

Disassembly of section .text:

00000000000000b0 <first>:
      b0: ldr\tx0, [x1]
      b4: b\t0xd0 <second>
      b8: c8 f4 d0 32 20 ca cd e1 \t...2 ...

00000000000000d0 <second>:
"""
SPOILT = {
    "a vector register": "movi\tv0.2d, #0000000000000000",
    "a pair of quad words": "ldp\tq0, q31, [x0]",
    "a scalar": "fmov\td8, x0",
    "a single": "ldr\ts5, [x1, #4]",
    "a half": "str\th1, [x2]",
    "a byte": "ldr\tb0, [x0]",
    "a list of registers": "st1\t{v16.16b-v19.16b}, [x0]",
    "a scalable vector": "mov\tz3.d, #0",
    "the control register": "msr\tfpcr, x0",
}


def elf(memory_size: int = 100, relocations: tuple[int, ...] = ()) -> Elf:
    """A program with these facts."""
    return Elf(binary=b"", memory_size=memory_size, sections=(), relocations=relocations)


@pytest.mark.parametrize("dump", [GNU, LLVM])
def test_code_without_floating_point_passes(dump: str) -> None:
    """Addresses, immediates, data and system registers that look like registers are none."""
    gates.check_floating_point(dump)


@pytest.mark.parametrize("dump", [GNU, LLVM])
@pytest.mark.parametrize("instruction", SPOILT.values(), ids=SPOILT)
def test_floating_point_is_refused(dump: str, instruction: str) -> None:
    """The error names the function and the instruction."""
    with pytest.raises(ToolFailedError) as caught:
        gates.check_floating_point(f"{dump}  d0:\t{instruction}\n  d4:\t{instruction}\n")

    text = " ".join(instruction.split())
    assert [fault.message for fault in caught.value.faults] == [
        f'second: 2 FP or SIMD, first "{text}"'
    ]
    assert "-mgeneral-regs-only" in caught.value.hint


def test_the_context_switch_may_use_floating_point() -> None:
    """The two functions whose task it is are excused, and no other."""
    code = "0000000000000000 <{}>:\n   0:\tstp\tq0, q1, [x0]\n"

    gates.check_floating_point(code.format("fp_save") + code.format("fp_load"))
    with pytest.raises(ToolFailedError):
        gates.check_floating_point(code.format("fp_saver"))


def test_only_relative_relocations_pass() -> None:
    """Anything that needs a symbol is refused, with its type."""
    gates.check_relocations(elf(relocations=(1027, 1027)))

    with pytest.raises(ToolFailedError, match="type 257, 1025"):
        gates.check_relocations(elf(relocations=(1027, 1025, 257)))


def test_a_binary_must_fit_its_window() -> None:
    """Up to the last byte it passes; beyond, the error says by how much."""
    gates.check_window(elf(memory_size=4096), 4096)

    with pytest.raises(ToolFailedError, match=r"\[0x0..0x1001\).*\[0x0..0x1000\)") as caught:
        gates.check_window(elf(memory_size=4097), 4096)
    assert "1 bytes smaller" in caught.value.hint


def image(image_size: int, magic: bytes = b"ARM\x64") -> bytes:
    """Sixty-four bytes of an arm64 Image."""
    return struct.pack("<IIQQQ24s4sI", 0, 0, 0, image_size, 0xA, b"", magic, 0)


def test_the_image_header_must_be_there() -> None:
    """Without the magic number no boot loader takes it for an Image."""
    gates.check_header(image(64))

    with pytest.raises(ToolFailedError, match="41524d65, not 41524d64"):
        gates.check_header(image(64, b"ARM\x65"))
    with pytest.raises(ToolFailedError, match="is nothing"):
        gates.check_header(b"")


def test_the_header_must_not_understate_the_size() -> None:
    """A header that says less than there is would let a loader put things over the end."""
    with pytest.raises(ToolFailedError, match="says 63 bytes, the binary has 64"):
        gates.check_header(image(63))
