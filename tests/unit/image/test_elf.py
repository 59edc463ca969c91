# SPDX-License-Identifier: Apache-2.0
"""What an ELF file tells, and how a damaged or hostile one is told."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mvpsdk import image

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    ElfFile = Any  # of conftest.py
    Write = Callable[[bytes], Path]

RELATIVE, ABSOLUTE = 1027, 257


def dynamic(*entries: tuple[int, int]) -> bytes:
    """A dynamic section, ended as it has to be."""
    return b"".join(struct.pack("<QQ", *entry) for entry in (*entries, (0, 0), (7, 7)))


def facts_of(write: Write, file: ElfFile) -> image.ImageFacts:
    """Facts of a hand-made ELF file."""
    return image.open(write(file.to_bytes()), "realtime")


def test_an_elf_file_tells_its_segments(write: Write, elf: type[ElfFile]) -> None:
    """Loadable segments are told with their place, rights and digest."""
    file = elf(entry=0x1004).add(b"code" * 8, virtual=0x1000)
    file.add(b"data", virtual=0x3000, flags=6, memory=0x100)
    facts = facts_of(write, file)
    assert (facts.format, facts.architecture, facts.faults) == ("elf", "arm64", ())
    assert facts.elf
    code, data = facts.elf.segments
    assert (facts.elf.type, facts.elf.machine, facts.elf.bits) == ("DYN", "AARCH64", 64)
    assert (facts.elf.entry, facts.elf.big_endian) == (0x1004, False)
    assert (code.virtual, code.offset, code.file_size, code.memory_size) == (0x1000, 0x1000, 32, 32)
    assert (code.readable, code.writable, code.executable) == (True, False, True)
    assert code.sha256 == hashlib.sha256(b"code" * 8).hexdigest()
    assert (data.memory_size, data.writable, data.executable) == (0x100, True, False)


@pytest.mark.parametrize(
    ("machine", "architecture"), [(183, "arm64"), (40, "arm"), (62, "x86-64"), (8, "MIPS")]
)
def test_an_elf_file_tells_its_machine(
    write: Write, elf: type[ElfFile], machine: int, architecture: str
) -> None:
    """The machine is told by the name that people use."""
    assert facts_of(write, elf(machine=machine)).architecture == architecture


def test_relocations_are_counted(write: Write, elf: type[ElfFile]) -> None:
    """Relative relocations need only the load address; all others need a symbol."""
    rela = b"".join(struct.pack("<QQq", 0x3000, kind, 0) for kind in (RELATIVE, RELATIVE, ABSOLUTE))
    relr = struct.pack("<QQ", 0x3008, 0b1011)
    file = elf().add(rela + relr, virtual=0x1000)
    entries = ((7, 0x1000), (8, 72), (36, 0x1048), (35, 16), (23, 0x1000), (2, 24))
    facts = facts_of(write, file.add(dynamic(*entries), virtual=0x5000, kind=2))
    assert facts.elf
    assert facts.elf.relocations == 3 + 1 + 3
    assert facts.elf.foreign_relocations == 1
    assert facts.faults == ()


def test_what_it_needs_from_others_is_told(write: Write, elf: type[ElfFile]) -> None:
    """An interpreter and shared libraries are told by name."""
    file = elf().add(b"\0libc.so.6\0", virtual=0x1000)
    file.add(b"/lib/ld.so\0", virtual=0x2000, kind=3)
    facts = facts_of(write, file.add(dynamic((5, 0x1000), (1, 1)), virtual=0x5000, kind=2))
    assert facts.elf
    assert (facts.elf.interpreter, facts.elf.needed) == ("/lib/ld.so", ("libc.so.6",))


def test_a_truncated_file_is_told(write: Write, elf: type[ElfFile]) -> None:
    """A file that was cut off has lost its section table, and then the end of a segment."""
    file = elf(section_table=0x1100).add(bytes(0x100), virtual=0)
    whole = file.to_bytes() + bytes(64)
    assert image.open(write(whole), "r").faults == ()
    assert image.open(write(whole[:-1]), "r").faults == (
        "the section table ends at 0x1140, the file has 0x113f bytes",
    )
    facts = image.open(write(whole[:0x1080]), "r")
    assert facts.faults[0] == "segment 0 ends at 0x1100, the file has 0x1080 bytes"
    assert facts.elf
    assert facts.elf.segments[0].sha256 == ""


@pytest.mark.parametrize("size", [4, 16, 40, 63])
def test_a_file_without_headers_is_told(write: Write, elf: type[ElfFile], size: int) -> None:
    """A file that ends inside its header has no ELF facts but a reason."""
    facts = image.open(write(elf().to_bytes()[:size]), "r")
    assert facts.elf is None
    assert facts.faults[0].startswith("the ELF headers can't be read: ")


def test_a_segment_smaller_in_memory_is_told(write: Write, elf: type[ElfFile]) -> None:
    """A segment can't have more bytes in the file than in memory."""
    facts = facts_of(write, elf().add(bytes(32), virtual=0, memory=16))
    assert facts.faults == ("segment 0 has 0x20 bytes in the file, but takes only 0x10 in memory",)


def test_absurd_counts_are_told(write: Write, elf: type[ElfFile]) -> None:
    """A file that claims thousands of segments, or gigabytes of relocations, is not believed."""
    file = elf()
    for _ in range(130):
        file.add(b"", virtual=0, kind=0)
    content = bytearray(file.to_bytes().ljust(0x4000, b"\0"))
    facts = image.open(write(bytes(content)), "r")
    assert facts.faults == ("it claims 130 program headers; 128 is most",)
    huge = elf().add(dynamic((7, 0x1000), (8, 1 << 40)), virtual=0x1000)
    huge.add(dynamic((7, 0x1000), (8, 1 << 40)), virtual=0x1000, kind=2)
    assert facts_of(write, huge).faults == ("a relocation table claims 1 TiB",)
    outside = elf().add(dynamic((7, 0x9000), (8, 24)), virtual=0x1000, kind=2)
    assert facts_of(write, outside).faults == ("the relocation table at 0x9000 is in no segment",)


def test_a_32_bit_big_endian_file_is_read(write: Write) -> None:
    """Files for other machines are read as far as telling them apart needs."""
    head = struct.pack(
        ">16sHHIIIIIHHHHHH", b"\x7fELF\x01\x02\x01", 2, 20, 1, 0x100, 52, 0, 0, 52, 32, 0, 40, 0, 0
    )
    facts = image.open(write(head), "r")
    assert facts.elf
    assert (facts.elf.bits, facts.elf.big_endian, facts.elf.machine) == (32, True, "PPC")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(offset=st.integers(0, 0x2FF), value=st.binary(min_size=1, max_size=8))
def test_no_damage_makes_it_fail(
    tmp_path: Path, elf: type[ElfFile], offset: int, value: bytes
) -> None:
    """Headers overwritten anywhere give facts, never an exception."""
    file = elf().add(dynamic((7, 0x1000), (8, 48), (5, 0x1000), (1, 4)), virtual=0x1000)
    file.add(dynamic((7, 0x1000), (8, 48), (5, 0x1000), (1, 4)), virtual=0x1000, kind=2)
    content = bytearray(file.to_bytes())
    place = offset if offset < 0x200 else 0x1000 + offset - 0x200
    content[place : place + len(value)] = value
    path = tmp_path / "damaged"
    path.write_bytes(bytes(content))
    assert image.open(path, "r").sha256 == hashlib.sha256(content).hexdigest()
