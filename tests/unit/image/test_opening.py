# SPDX-License-Identifier: Apache-2.0
"""From an image file to its facts, whatever the file holds."""

from __future__ import annotations

import hashlib
import struct
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mvpsdk import image
from mvpsdk.errors import ImageError
from mvpsdk.image.wrappers import WRAPPERS
from mvpsdk.units import GIB

if TYPE_CHECKING:
    from collections.abc import Callable

    Write = Callable[[bytes], Path]
    MakeImage = Callable[..., bytes]


def test_an_arm64_image_tells_its_needs(write: Write, arm64_image: MakeImage) -> None:
    """The header's fields are facts, and memory counts the BSS behind the file."""
    content = arm64_image(text_offset=0x80000)
    facts = image.open(write(content), "work/kernel")
    assert (facts.format, facts.architecture, facts.role) == ("arm64-image", "arm64", "work/kernel")
    assert facts.arm64 == image.Arm64Header(
        text_offset=0x80000, image_size=0x3000, flags=0xA, reserved=(0, 0, 0)
    )
    assert (facts.size, facts.memory_size) == (0x2000, 0x3000)
    assert facts.sha256 == hashlib.sha256(content).hexdigest()
    assert facts.faults == ()


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (0, (False, 0, False)),
        (0xB, (True, 4096, True)),
        (0xC, (False, 16384, True)),
        (0x6, (False, 65536, False)),
    ],
)
def test_an_image_header_has_flags(
    write: Write, arm64_image: MakeImage, flags: int, expected: tuple[bool, int, bool]
) -> None:
    """Endianness, page size and placement are told by the header's flags."""
    header = image.open(write(arm64_image(flags=flags)), "k").arm64
    assert header
    assert (header.big_endian, header.page_size, header.anywhere) == expected


def test_an_image_larger_than_it_says_contradicts_itself(
    write: Write, arm64_image: MakeImage
) -> None:
    """A file that is larger than its size in memory is told."""
    facts = image.open(write(arm64_image(0x4000, image_size=0x3000)), "k")
    assert facts.faults == (
        "the header says 0x3000 bytes in memory, but the file alone has 0x4000",
    )
    assert image.open(write(arm64_image(image_size=0)), "k").faults == ()


def with_pe(content: bytes, *, extent: int, machine: int = 0xAA64) -> bytes:
    """Put PE headers of one section into an image, as an EFI stub has them."""
    pe = struct.pack("<4sHHIIIHH", b"PE\0\0", machine, 1, 0, 0, 0, 16, 0)
    section = struct.pack("<8sIIIIIIHHI", b".text", 0, 0, extent - 0x200, 0x200, 0, 0, 0, 0, 0)
    headers = pe + bytes(16) + section
    content = b"MZ" + content[2:0x3C] + struct.pack("<I", 0x40) + content[0x40:]
    return content[:0x40] + headers + content[0x40 + len(headers) :]


def test_a_truncated_kernel_is_told(write: Write, arm64_image: MakeImage) -> None:
    """An EFI stub's section table tells how long the kernel's file must be."""
    content = bytearray(with_pe(arm64_image(), extent=0x2000))
    content[0x38:0x3C] = b"ARM\x64"
    assert image.open(write(bytes(content)), "k").faults == ()
    facts = image.open(write(bytes(content[:0x1F00])), "k")
    assert facts.format == "arm64-image"
    assert facts.faults == ("its sections end at 0x2000, the file has 0x1f00 bytes",)


@pytest.mark.parametrize(
    ("machine", "architecture"), [(0xAA64, "arm64"), (0x8664, "x86-64"), (0x5032, "0x5032")]
)
def test_a_pe_file_tells_its_machine(write: Write, machine: int, architecture: str) -> None:
    """A PE file without the arm64 magic is PE, for the machine that its header names."""
    facts = image.open(write(with_pe(bytes(0x1000), extent=0x800, machine=machine)), "k")
    assert (facts.format, facts.architecture, facts.faults) == ("pe", architecture, ())


def test_a_section_table_beyond_the_head_is_not_believed(write: Write) -> None:
    """A PE file that claims more sections than are there is told as far as it goes."""
    content = bytearray(with_pe(bytes(0x1000), extent=0x800))
    content[0x46] = 200  # sections
    content[0x55] = 0xFF  # size of the optional header before them
    assert image.open(write(bytes(content)), "k").faults == ()


@pytest.mark.parametrize("content", [b"MZ", b"MZ" + bytes(100), b"MZ" + b"\xff" * 100])
def test_a_damaged_pe_file_is_still_told(write: Write, content: bytes) -> None:
    """A PE file whose headers aren't there has no architecture."""
    assert image.open(write(content), "k").architecture == ""


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\x1f\x8b\x08", "gzip"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"\x04\x22\x4d\x18", "lz4"),
        (b"\x02\x21\x4c\x18", "lz4-legacy"),
        (b"BZh9", "bzip2"),
        (b"\x5d\0\0\x80", "lzma"),
        (b"\x89LZO\0\r\n\x1a\n", "lzo"),
        (b"\x27\x05\x19\x56", "uimage"),
        (b"MZ\0\0zimg", "efi-zboot"),
        (b"ANDROID!", "android-boot"),
        (b"VNDRBOOT", "android-vendor-boot"),
        (b"\x3a\xff\x26\xed", "android-sparse"),
        (b"MVP-PACK", "mvpack"),
        (b"\xd0\x0d\xfe\xed\0\0\0\x20" + b"\0\0\0\x01images\0", "fit"),
    ],
)
def test_a_wrapper_is_known_by_its_magic(write: Write, head: bytes, name: str) -> None:
    """What must be unpacked first is told by its name."""
    assert image.open(write(head + bytes(64)), "k").format == name
    assert name in WRAPPERS


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\xd0\x0d\xfe\xed\0\0\0\x10" + bytes(8), "fdt"),
        (bytes(0x24) + b"\x18\x28\x6f\x01", "zimage"),
        (b"070701" + b"0" * 100 + b"TRAILER!!!", "cpio"),
        (b"070707" + bytes(9), "cpio-old"),
        (b"hsqs" + bytes(9), "squashfs"),
        (bytes(0x438) + b"\x53\xef" + bytes(9), "ext4"),
        (b"#!/bin/sh\n", "unknown"),
        (b"\0", "unknown"),
    ],
)
def test_other_formats_have_names(write: Write, content: bytes, name: str) -> None:
    """What needs no unpacking is told too, and what nobody knows is unknown."""
    facts = image.open(write(content), "k")
    assert (facts.format, facts.faults) == (name, ())
    assert name not in WRAPPERS


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"070701" + bytes(100), "the archive has no end marker (TRAILER!!!): it was cut off"),
        (
            b"\xd0\x0d\xfe\xed\0\0\x10\0" + bytes(8),
            "its header says 0x1000 bytes, the file has 0x10",
        ),
    ],
)
def test_what_lost_its_end_is_told(write: Write, content: bytes, fault: str) -> None:
    """A format that knows its own length shows that the file was cut off."""
    assert image.open(write(content), "k").faults == (fault,)


def refusal(path: Path) -> str:
    """What opening a path is answered with."""
    with pytest.raises(ImageError) as caught:
        image.open(path, "work/kernel")
    assert caught.value.place
    assert caught.value.place.file == str(path)
    assert caught.value.hint
    return caught.value.message


def test_what_cannot_be_read_is_told(
    tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing file, a folder, a device, an empty and an unreadable file are errors of ours."""
    assert refusal(tmp_path / "missing") == "work/kernel: there is no such file"
    assert refusal(tmp_path) == "work/kernel: is a folder"
    assert refusal(Path("/dev/zero")) == "work/kernel: is no regular file"
    assert refusal(write(b"")) == "work/kernel: the file is empty"

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(b"x")
    monkeypatch.setattr(Path, "open", refuse)
    assert refusal(path) == "work/kernel: can't be read: permission denied"


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """A sparse file of 5 GiB is refused by its size alone."""
    path = tmp_path / "huge"
    with path.open("wb") as file:
        file.truncate(5 * GIB)
    assert refusal(path).startswith("work/kernel: 5 GiB is more than 4 GiB")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    start=st.sampled_from([b"", b"\x7fELF\x02\x01\x01", b"\x7fELF\x01\x02\x01", b"MZ", b"070701"]),
    rest=st.binary(max_size=400),
)
def test_no_file_makes_it_fail(tmp_path: Path, start: bytes, rest: bytes) -> None:
    """Whatever the bytes are, opening returns facts about them."""
    path = tmp_path / "any"
    path.write_bytes(start + rest or b"\0")
    facts = image.open(path, "k")
    assert facts.size == len(start + rest or b"\0")
