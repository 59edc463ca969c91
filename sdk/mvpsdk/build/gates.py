# SPDX-License-Identifier: Apache-2.0
"""What a binary must hold to before it may leave the build."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

from mvpsdk.errors import Fault, ToolFailedError
from mvpsdk.units import Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.build.elf import Elf

__all__ = ["check_floating_point", "check_header", "check_relocations", "check_window"]

ARM64_MAGIC = b"ARM\x64"
"""At offset 56 of the Image header (Linux Documentation/arch/arm64/booting)."""

R_AARCH64_RELATIVE = 1027
"""The one dynamic relocation that start-up code applies (Arm IHI 0056, section 5.7.18)."""

ALLOWED = frozenset({"fp_save", "fp_load"})
"""Functions whose very task is the guest's FP and SIMD state."""

_FUNCTION = re.compile(r"^(?:0x)?[0-9a-f]+ <(?P<name>[^>]+)>:")
_INSTRUCTION = re.compile(r"^\s*[0-9a-f]+:\s+(?P<text>\S.*)$")
_DATA = re.compile(r"\.|[0-9a-f]{2}(?: |$)")  # ".word 0x1", or "c8 f4 d0 32" in LLVM's
_TARGET = re.compile(r"(?:0x)?[0-9a-f]+ <[^>]*>|//.*|;.*")
# b, h, s, d, q and v registers, the scalable ones, and the two control registers
# (Arm DDI 0487, section B1.2).
_REGISTER = re.compile(r"\b(?:[bhsdqvz](?:[12]?\d|3[01])|fpcr|fpsr)\b", re.IGNORECASE)


def check_floating_point(disassembly: str, allowed: frozenset[str] = ALLOWED) -> None:
    """Refuse a binary with FP or SIMD instructions: they would spoil the guest's registers.

    Flags alone can't be trusted here: some compiler drivers ignore -mgeneral-regs-only without a
    word. Raises ToolFailedError that names each function and its first such instruction.
    """
    first: dict[str, tuple[str, int]] = {}
    for function, text in _instructions(disassembly):
        if function not in allowed and _REGISTER.search(_TARGET.sub("", text)):
            instruction, count = first.get(function, (text, 0))
            first[function] = (instruction, count + 1)
    if first:
        hint = "build with a compiler that honours -mgeneral-regs-only"
        raise ToolFailedError.of(
            Fault(message=f'{name}: {count} FP or SIMD, first "{text}"', hint=hint)
            for name, (text, count) in first.items()
        )


def _instructions(disassembly: str) -> Iterator[tuple[str, str]]:
    """Pairs of function and instruction, from GNU's or LLVM's objdump."""
    function = "?"
    for line in disassembly.splitlines():
        if label := _FUNCTION.match(line):
            function = label["name"]
        elif (found := _INSTRUCTION.match(line)) and not _DATA.match(found["text"]):
            yield function, " ".join(found["text"].split())


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
