# SPDX-License-Identifier: Apache-2.0
"""What may leave the build, and what may not."""

import struct

import pytest

from mvpsdk.build import gates
from mvpsdk.build.elf import Code, Elf
from mvpsdk.errors import ToolFailedError

CLEAN = {
    "ldr x0, [x1]": 0xF9400020,
    "ldp x29, x30, [sp], #16": 0xA8C17BFD,
    "bl": 0x97FFFFFF,
    "and x0, x1, #0xff": 0x92401C20,
    "msr ich_hcr_el2, x0": 0xD51CCB00,
    "mrs x0, elr_el2": 0xD53C4020,
    "ldxr x0, [x1]": 0xC85F7C20,
    "casal x0, x1, [x2]": 0xC8E0FC41,
    "madd x0, x1, x2, x3": 0x9B020C20,
    "dc civac, x0": 0xD50B7E20,
    "hvc #0": 0xD4000002,
    "nop": 0xD503201F,
}
SPOILT = {
    "movi v0.2d, #0": (0x6F00E400, "FP or SIMD"),
    "ldp q0, q31, [x0]": (0xAD407C00, "FP or SIMD"),
    "fmov d0, xzr": (0x9E6703E0, "FP or SIMD"),
    "ldr s5, [x1, #4]": (0xBD400425, "FP or SIMD"),
    "str h1, [x2]": (0x7D000041, "FP or SIMD"),
    "ldr b0, [x0]": (0x3D400000, "FP or SIMD"),
    "ldr d0, a literal": (0x5C000000, "FP or SIMD"),
    "st1 {v16.16b-v19.16b}, [x0]": (0x4C002010, "FP or SIMD"),
    "ldr q0, [x1], #16": (0x3CC10420, "FP or SIMD"),
    "sha256h q0, q1, v2.4s": (0x5E024020, "FP or SIMD"),
    "mov z3.d, #0": (0x25F8C003, "SVE"),
    "ldr z0, [x0]": (0x85804000, "SVE"),
    "fmopa za0.s": (0x80800000, "SME"),
    "msr fpcr, x0": (0xD51B4400, "FPCR or FPSR"),
    "mrs x3, fpsr": (0xD53B4423, "FPCR or FPSR"),
}


def elf(
    memory_size: int = 100, relocations: tuple[int, ...] = (), code: tuple[Code, ...] = ()
) -> Elf:
    """A program with these facts."""
    return Elf(binary=b"", memory_size=memory_size, sections=(), relocations=relocations, code=code)


def code(function: str, *words: int, address: int = 0xB0) -> Code:
    """Instructions of a function."""
    data = struct.pack(f"<{len(words)}I", *words)
    return Code(function=function, address=address, data=data)


def test_code_without_floating_point_passes() -> None:
    """Loads and stores, system registers and the rest of the general instructions."""
    gates.check_floating_point(elf(code=(code("first", *CLEAN.values()),)))


@pytest.mark.parametrize(("word", "kind"), SPOILT.values(), ids=SPOILT)
def test_floating_point_is_refused(word: int, kind: str) -> None:
    """The error names the function, the instruction and its place, and counts over its pieces."""
    first = code("first", *CLEAN.values())
    pieces = (first, code("second", CLEAN["nop"], word), code("second", word, address=0x200))

    with pytest.raises(ToolFailedError) as caught:
        gates.check_floating_point(elf(code=pieces))

    assert [fault.message for fault in caught.value.faults] == [
        f"second: 2 FP or SIMD instructions, first {word:#010x} at 0xb4 ({kind})"
    ]
    assert "-mgeneral-regs-only" in caught.value.hint


def test_the_context_switch_may_use_floating_point() -> None:
    """The two functions whose task it is are excused, and no other."""
    word, _ = SPOILT["ldp q0, q31, [x0]"]

    gates.check_floating_point(elf(code=(code("fp_save", word), code("fp_load", word))))
    with pytest.raises(ToolFailedError, match="fp_saver: 1 FP"):
        gates.check_floating_point(elf(code=(code("fp_saver", word),)))


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
