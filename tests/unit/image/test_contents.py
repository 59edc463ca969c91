# SPDX-License-Identifier: Apache-2.0
"""What is inside a ramdisk: archives, packed or not, damaged or hostile."""

from __future__ import annotations

import bz2
import gzip
import itertools
import lzma
from hashlib import shake_256
from typing import TYPE_CHECKING, Any

import lz4.block
import lz4.frame
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk.image import contents, unpacking
from mvpsdk.image.contents import Contents, Modules
from mvpsdk.image.raw import mapped
from mvpsdk.units import KIB, MIB

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RELEASE = "6.1.0-50-arm64"


def entry(name: str, content: bytes = b"", mode: int = 0o100644) -> bytes:
    """A file in an archive."""
    fields = (1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return padded(head) + padded(content)


def packed(data: bytes) -> bytes:
    """As gzip does it, without the time."""
    return gzip.compress(data, mtime=0)


def padded(data: bytes) -> bytes:
    """Up to the next multiple of four."""
    return data + bytes(-len(data) % 4)


END = entry("TRAILER!!!", mode=0)


def module(release: str = RELEASE, magic: str = RELEASE, name: str = "virtio_blk.ko") -> bytes:
    """A module in its folder."""
    content = b"\x7fELF" + bytes(100) + b"\0vermagic=" + magic.encode() + b" SMP preempt\0"
    return entry(f"lib/modules/{release}/kernel/drivers/{name}", content)


def found_in(path: Path, part: str) -> Contents | None:
    """What is inside a file that is meant for something."""
    with mapped(path, part) as raw:
        return contents.look(raw)


@pytest.fixture
def look(tmp_path: Path) -> Callable[[bytes], Contents]:
    """What is found in these bytes."""

    def of(data: bytes) -> Contents:
        path = tmp_path / "initrd"
        path.write_bytes(data)
        found = found_in(path, "ramdisk")
        assert found is not None
        return found

    return of


ARCHIVE = entry("bin", mode=0o040755) + entry("bin/sh", b"x" * 5000) + module() + END
FOUND = Contents(
    unpacked=2 * 4 * KIB + 4 * KIB,
    modules=(Modules(folder=RELEASE, magic=RELEASE, count=1),),
    module_names=("virtio_blk",),
)


def raw_lzma(data: bytes) -> bytes:
    """The old format."""
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


def old_lz4(data: bytes) -> bytes:
    """As `lz4 -l` packs it: blocks behind their sizes, and no end."""
    blocks = [data[at : at + 8 * MIB] for at in range(0, len(data), 8 * MIB)]
    shut = (lz4.block.compress(block, store_size=False) for block in blocks)
    return b"\x02\x21\x4c\x18" + b"".join(len(b).to_bytes(4, "little") + b for b in shut)


PACKERS = [
    packed,
    lzma.compress,
    raw_lzma,
    bz2.compress,
    zstandard.compress,
    lz4.frame.compress,
    old_lz4,
]


@pytest.mark.parametrize("pack", [bytes, *PACKERS])
def test_an_archive_is_read_however_it_is_packed(pack: Any, look: Any) -> None:
    """Files in whole pages; folders take none."""
    assert look(pack(ARCHIVE)) == FOUND


@pytest.mark.parametrize("pack", PACKERS)
def test_whole_files_of_any_size_come_out(tmp_path: Path, pack: Any) -> None:
    """What is larger than any block or window of a decoder, and hard to pack."""
    path = tmp_path / "packed"
    data = shake_256(b"hard to pack").digest(3 * MIB) + bytes(7 * MIB) + b"end"
    path.write_bytes(pack(data))
    with mapped(path, "kernel") as raw:
        assert b"".join(unpacking.unpacked(raw.data, 0, raw.size, raw.format)) == data


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (old_lz4(ARCHIVE)[:-9], "its lz4-legacy data has no end"),
        (old_lz4(ARCHIVE)[:8] + b"\xff" * 300, "its lz4-legacy data is damaged"),
    ],
)
def test_the_old_lz4_has_its_own_damage(look: Any, data: bytes, said: str) -> None:
    """A block that was cut off, and one that is wrong."""
    assert said in look(data).fault


@pytest.mark.parametrize("zeros", [0, 4, 508, 200 * KIB])
def test_archives_in_a_row_are_one_ramdisk(look: Any, zeros: int) -> None:
    """Early files first and packed ones after, as initramfs-tools writes them; zeros between."""
    early = entry("kernel/firmware", b"y") + END + bytes(zeros)
    found = look(early + packed(ARCHIVE) + bytes(zeros) + bz2.compress(early))
    assert (found.unpacked, found.fault) == (5 * 4 * KIB, "")


def test_archives_in_a_row_may_be_packed_together(look: Any) -> None:
    """Linux reads on after an end marker inside of what is packed."""
    found = look(packed(ARCHIVE + bytes(512) + entry("more", b"z") + END + bytes(512)))
    assert (found.unpacked, found.fault) == (4 * 4 * KIB, "")


def test_what_follows_the_last_archive_is_left_alone(look: Any) -> None:
    """A boot configuration, a signature: Linux doesn't take these for archives either."""
    assert look(packed(ARCHIVE) + b"#BOOTCONFIG\n") == FOUND


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (packed(ARCHIVE)[:-20], "its gzip data has no end: it was cut off"),
        (zstandard.compress(ARCHIVE)[:-20], "its zstd data has no end: it was cut off"),
        (zstandard.compress(ARCHIVE)[:6] + b"\xff" * 90, "its zstd data is damaged: "),
        (lzma.compress(ARCHIVE)[:-40], "its xz data has no end: it was cut off"),
        (packed(ARCHIVE)[:-8] + bytes(8), "its gzip data is damaged: "),
        (packed(ARCHIVE[: -len(END)]), "no end marker (TRAILER!!!): it was cut off"),
        (packed(ARCHIVE[:1000]), "its archive ends inside a file: it was cut off"),
        (packed(ARCHIVE + b"junk" * 30), "its archive has no header at "),
        (packed(b"070701" + b" 0000001" * 13 + END), "a header of no numbers at 0x0"),
        (packed(b"070701" + b"ffffffff" * 13 + END), "a name of its archive has 4294967295"),
    ],
)
def test_damage_is_told(look: Any, data: bytes, said: str) -> None:
    """What contradicts itself, and how."""
    assert said in look(data).fault


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89LZO\0\r\n\x1a\n" + bytes(100), "mvpsdk does not unpack lzo"),
        (packed(b"a tar file" * 20), "what is packed is no archive of the kind that Linux"),
    ],
)
def test_what_is_not_read_is_told(look: Any, data: bytes, said: str) -> None:
    """No damage, and no silence either."""
    found = look(data)
    assert said in found.unread
    assert found.fault == ""


@pytest.mark.parametrize("pack", [packed, zstandard.compress])
def test_a_bomb_is_not_unpacked(look: Any, monkeypatch: pytest.MonkeyPatch, pack: Any) -> None:
    """There is an end to it, and what was read until then counts."""
    monkeypatch.setattr(unpacking, "LARGEST", 48 * MIB)
    found = look(pack(entry("small", b"x") + entry("large", bytes(256 * MIB)) + END))
    assert "it unpacks to more than" in found.unread
    assert found.unpacked == 4 * KIB + 256 * MIB


def test_a_flood_of_files_has_an_end(look: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names cost time, too."""
    monkeypatch.setattr(contents, "_MOST", 10)
    assert "more than 10 files" in look(entry("a") * 100 + END).unread


def test_modules_are_counted_by_what_they_are_for(look: Any) -> None:
    """By folder and by vermagic; a packed one has only its folder."""
    shut = entry("usr/lib/modules/6.12/kernel/fs/ext4.ko.xz", b"\xfd7zXZ\0")
    found = look(module() + module(name="b.ko") + module(magic="6.1.0-47-arm64") + shut + END)
    assert found.modules == (
        Modules(folder="6.1.0-50-arm64", magic="6.1.0-47-arm64", count=1),
        Modules(folder="6.1.0-50-arm64", magic=RELEASE, count=2),
        Modules(folder="6.12", magic="", count=1),
    )


def test_modules_are_named_with_what_they_drive(look: Any) -> None:
    """As Linux has the names; what the kernel has built in, too; each is told once."""
    alias = b"\0alias=of:N*T*Cvirtio,mmioC*\0alias=of:N*T*Cvirtio,mmio\0alias=platform:x\0"
    found = look(
        entry(f"usr/lib/modules/{RELEASE}/kernel/virtio-mmio.ko", b"\x7fELF" + alias)
        + entry("lib/modules/1/kernel/ext4.ko.zst", b"packed")
        + entry("lib/modules/1/modules.builtin", b"kernel/drivers/tty/amba-pl011.ko\n")
        + entry("./init", b"#!/bin/sh", 0o100755)
        + END
    )
    assert found.module_names == ("ext4", "virtio_mmio")
    assert found.builtin_names == ("amba_pl011",)
    assert found.compatibles == ("virtio,mmio",)
    assert found.has_init


def test_a_ramdisk_may_have_no_init(look: Any) -> None:
    """A folder of that name, deeper down, is none."""
    assert not look(entry("sbin/init", b"x") + END).has_init


def test_a_kernel_says_its_release(tmp_path: Path) -> None:
    """By its banner; what has none is no Linux."""
    head = bytes(0x38) + b"ARM\x64" + bytes(4)
    path = tmp_path / "linux"
    for text, release in ((b"Linux version 6.1.0-50-arm64 (debian", RELEASE), (b"Hello", "")):
        path.write_bytes(head + text.rjust(4000, b"\0"))
        found = found_in(path, "kernel")
        assert found == Contents(release=release)


def test_what_holds_nothing_is_not_looked_at(tmp_path: Path) -> None:
    """Firmware, flat binaries, images by themselves."""
    path = tmp_path / "file"
    path.write_bytes(packed(ARCHIVE))
    for part in ("realtime", "image", "kernel"):
        assert found_in(path, part) is None
    path.write_bytes(b"\1" * 100)
    assert found_in(path, "ramdisk") is None


@settings(deadline=None)  # a busy host may take its time
@given(
    files=st.lists(st.tuples(st.sampled_from("abc"), st.binary(max_size=9000)), max_size=8),
    cuts=st.lists(st.integers(min_value=0, max_value=8), max_size=3),
)
def test_the_sum_is_that_of_the_files(
    tmp_path_factory: pytest.TempPathFactory, files: Any, cuts: Any
) -> None:
    """However the files are spread over archives."""
    path = tmp_path_factory.mktemp("ramdisk") / "initrd"
    whole = b""
    bounds = [0, *sorted(cuts), len(files)]
    for first, last in itertools.pairwise(bounds):
        inside = b"".join(entry(name, content) for name, content in files[first:last])
        whole += packed(inside + END) if first % 2 else inside + END
    path.write_bytes(whole)
    found = found_in(path, "ramdisk")
    pages = sum(-(-len(content) // 4096) for _, content in files)
    assert found == Contents(unpacked=pages * 4096)


@settings(deadline=None)
@given(
    data=st.one_of(
        st.binary(min_size=1, max_size=600).map(lambda tail: ARCHIVE[:300] + tail),
        st.binary(min_size=1, max_size=600).map(lambda tail: packed(ARCHIVE)[:90] + tail),
        st.binary(min_size=1, max_size=600).map(lambda tail: packed(ARCHIVE[:300] + tail)),
        st.binary(min_size=1, max_size=600).map(lambda t: zstandard.compress(ARCHIVE)[:40] + t),
        st.binary(min_size=1, max_size=600).map(lambda tail: lzma.compress(ARCHIVE)[:40] + tail),
    )
)
def test_nothing_that_a_file_says_is_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """Damaged and hostile ramdisks get an answer, or none."""
    path = tmp_path_factory.mktemp("ramdisk") / "initrd"
    path.write_bytes(data)
    found = found_in(path, "ramdisk")
    assert found is None or found.unpacked is not None
