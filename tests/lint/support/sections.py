# SPDX-License-Identifier: Apache-2.0
"""Adds to an ELF file what a linker leaves there: a section of code, and its mapping symbols."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

START = 0x100
"""Offset of the code in the file, and where the file is entered."""
NAMES = b"\0.text\0.symtab\0.strtab\0$x\0$d\0"


def with_code(elf: bytes, words: Sequence[int], *, size: int = 0x100) -> bytes:
    """Put words in as the code at START, and name that in a section table behind the file."""
    code = struct.pack(f"<{len(words)}I", *words)
    data = bytearray(elf)
    data[START : START + len(code)] = code
    symbols = bytes(24) + _symbol(b"$x", START) + _symbol(b"$d", START + size)
    tables = len(data)
    data += symbols + NAMES.ljust(64, b"\0")
    sections = len(data)
    data += bytes(64)
    data += _section(b".text", 1, 6, START, START, size, 0, 0)
    data += _section(b".symtab", 2, 0, 0, tables, len(symbols), 3, 24)
    data += _section(b".strtab", 3, 0, 0, tables + len(symbols), len(NAMES), 0, 0)
    data[40:48] = struct.pack("<Q", sections)
    data[58:64] = struct.pack("<HHH", 64, 4, 3)
    return bytes(data)


def _symbol(name: bytes, value: int) -> bytes:
    return struct.pack("<IBBHQQ", NAMES.index(name + b"\0"), 0, 0, 1, value, 0)


def _section(name: bytes, *words: int) -> bytes:
    """sh_name, then sh_type, sh_flags, sh_addr, sh_offset, sh_size, sh_link and sh_entsize."""
    kind, flags, address, offset, size, link, entry = words
    at = NAMES.index(name + b"\0")
    return struct.pack("<IIQQQQIIQQ", at, kind, flags, address, offset, size, link, 1, 4, entry)
