# SPDX-License-Identifier: Apache-2.0
"""What a binary must hold to before it may leave the build."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mvpsdk.errors import Fault, ToolFailedError
from mvpsdk.units import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.build.elf import Code, Elf

__all__ = ["check_floating_point", "check_header", "check_relocations", "check_window"]

ARM64_MAGIC = b"ARM\x64"
"""At offset 56 of the Image header (Linux Documentation/arch/arm64/booting)."""

R_AARCH64_RELATIVE = 1027
"""The one dynamic relocation that start-up code applies (Arm IHI 0056, section 5.7.18)."""

ALLOWED = frozenset({"fp_save", "fp_load"})
"""Functions whose very task is the guest's FP and SIMD state."""

_CLASSES = (
    ("FP or SIMD", 0x0C000000, 0x0C000000),  # data processing, loads and stores: bits 27 and 26
    ("SVE", 0x1E000000, 0x04000000),
    ("SME", 0x9E000000, 0x80000000),
    ("FPCR or FPSR", 0xFFDFFF00, 0xD51B4400),  # MSR and MRS of S3_3_C4_C4_*
)
"""What A64 instructions that need FP, SIMD or scalable registers look like: a mask, and what is
under it. The top of the encoding tree tells them from all others (Arm DDI 0487, section C4.1)."""


def check_floating_point(elf: Elf, allowed: frozenset[str] = ALLOWED) -> None:
    """Refuse a binary with FP or SIMD instructions: they would spoil the guest's registers.

    Flags alone can't be trusted here: some compiler drivers ignore -mgeneral-regs-only without a
    word. Raises ToolFailedError that names each function and its first such instruction.
    """
    found: dict[str, list[str]] = {}
    for code in elf.code:
        if code.function not in allowed:
            found.setdefault(code.function, []).extend(_forbidden(code))
    hint = "build with a compiler that honours -mgeneral-regs-only"
    faults = [
        Fault(
            message=f"{function}: {len(each)} FP or SIMD instructions, first {each[0]}", hint=hint
        )
        for function, each in found.items()
        if each
    ]
    if faults:
        raise ToolFailedError.of(faults)


def _forbidden(code: Code) -> Iterator[str]:
    """Say of each instruction that may not be there what it is, and where."""
    words = struct.unpack(f"<{len(code.data) // 4}I", code.data[: len(code.data) & ~3])
    for index, word in enumerate(words):
        for name, mask, value in _CLASSES:
            if word & mask == value:
                yield f"{word:#010x} at {code.address + 4 * index:#x} ({name})"


def check_relocations(elf: Elf) -> None:
    """Refuse relocations that need a symbol looked up: nobody is there to do it at boot."""
    foreign = sorted({kind for kind in elf.relocations if kind != R_AARCH64_RELATIVE})
    if foreign:
        kinds = ", ".join(map(str, foreign))
        raise ToolFailedError(
            f"dynamic relocations of type {kinds}; only R_AARCH64_RELATIVE can be applied at boot",
            hint="look for undefined symbols and for missing hidden visibility",
        )


def check_window(elf: Elf, window: int) -> None:
    """Refuse a binary that outgrew the memory which plans reserve for it (bytes)."""
    taken: Range[int] = Range(0, elf.memory_size)
    if taken.size > window:
        raise ToolFailedError(
            f"the hypervisor takes {taken}, its window is {Range(0, window)}",
            hint=f"make it {taken.size - window} bytes smaller: see the size report",
        )


_HEAD = "compare head.S and link.ld with Linux Documentation/arch/arm64/booting.rst"


def check_header(binary: bytes) -> None:
    """Refuse a binary that boot loaders would not take for an arm64 Image."""
    if binary[56:60] != ARM64_MAGIC:
        found = binary[56:60].hex() or "nothing"
        raise ToolFailedError(
            f"no arm64 Image header: magic at byte 56 is {found}, not 41524d64", hint=_HEAD
        )
    (image_size,) = struct.unpack_from("<Q", binary, 16)
    if image_size < len(binary):
        raise ToolFailedError(
            f"the Image header says {image_size} bytes, the binary has {len(binary)}", hint=_HEAD
        )
