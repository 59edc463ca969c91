# SPDX-License-Identifier: Apache-2.0
"""Image files made by hand, byte by byte."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOAD, DYNAMIC, INTERPRETER = 1, 2, 3
EHDR, PHDR = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ")


@dataclass
class ElfFile:
    """A 64-bit little-endian ELF file to be written."""

    machine: int = 183  # EM_AARCH64
    kind: int = 3  # ET_DYN
    entry: int = 0x1000
    section_table: int = 0
    segments: list[tuple[int, int, int, bytes, int]] = field(default_factory=list)

    def add(
        self, content: bytes, *, virtual: int, kind: int = LOAD, flags: int = 5, memory: int = -1
    ) -> ElfFile:
        """Add a segment of this content; memory: its size at run time."""
        size = len(content) if memory < 0 else memory
        self.segments.append((kind, flags, virtual, content, size))
        return self

    def to_bytes(self) -> bytes:
        """Lay the file out: headers, then the segments, each at a multiple of 4 KiB."""
        headers, body = b"", b""
        for kind, flags, virtual, content, memory in self.segments:
            body += b"\0" * (-len(body) % 0x1000)
            row = (kind, flags, 0x1000 + len(body), virtual, virtual, len(content), memory, 0x1000)
            headers += PHDR.pack(*row)
            body += content
        table = self.section_table
        count = 1 if table else 0
        identity = b"\x7fELF\x02\x01\x01" + bytes(9)
        fields = (self.kind, self.machine, 1, self.entry, 64, table, 0, 64, 56)
        head = EHDR.pack(identity, *fields, len(self.segments), 64, count, 0)
        return (head + headers).ljust(0x1000, b"\0") + body


@pytest.fixture
def elf() -> type[ElfFile]:
    """The class of hand-made ELF files."""
    return ElfFile


@pytest.fixture
def arm64_image() -> Callable[..., bytes]:
    """A function that makes an arm64 Image."""

    def make(
        size: int = 0x2000,
        *,
        text_offset: int = 0,
        image_size: int = 0x3000,
        flags: int = 0xA,
        code: bytes = b"\x4d\x5a\x00\x91",
    ) -> bytes:
        head = struct.pack(
            "<4sIQQQQQQ4sI", code, 0, text_offset, image_size, flags, 0, 0, 0, b"ARM\x64", 0
        )
        return head.ljust(size, b"\x1f")

    return make


@pytest.fixture
def write(tmp_path: Path) -> Callable[[bytes], Path]:
    """A function that writes an image file."""

    def write(content: bytes) -> Path:
        path = tmp_path / "image"
        path.write_bytes(content)
        return path

    return write
