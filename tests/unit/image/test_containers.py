# SPDX-License-Identifier: Apache-2.0
"""What boot loaders' containers hold: those made here, and those that their own tools make."""

from __future__ import annotations

import bz2
import hashlib
import lzma
import struct
import subprocess
from typing import TYPE_CHECKING, Any

import lz4.frame
import pytest
import zstandard

import image_seeds as seeds
from mvpsdk import image

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.image import ImageFacts

KERNEL, RAMDISK = seeds.kernel(), seeds.ramdisk()
TREE = seeds.tree({"compatible": b"mvp,test\0"})
ZIPPED = seeds.gzipped(KERNEL)


VENDOR = seeds.vendor_boot(4, [(1, "a", b"x")])


def changed(data: bytes, at: int, other: bytes) -> bytes:
    """With other bytes at an offset."""
    return data[:at] + other + data[at + len(other) :]


@pytest.fixture
def facts(tmp_path: Path) -> Any:
    """A function that reads all that can be found in some bytes."""

    def of(data: bytes, role: str = "image") -> ImageFacts:
        path = tmp_path / "file"
        path.write_bytes(data)
        return image.open_own(path, role)

    return of


def rows(found: ImageFacts) -> list[tuple[str, str, str, str, int]]:
    """Name, kind, format, format inside and size of each part."""
    assert found.container
    return [
        (part.name, part.kind, part.format, part.holds, part.size) for part in found.container.parts
    ]


def check_inside(found: ImageFacts, kernel: bytes = KERNEL) -> None:
    """The kernel in it was read as if it lay there."""
    assert found.inside
    assert found.inside.sha256 == hashlib.sha256(kernel).hexdigest()
    assert (found.inside.format, found.inside.size) == ("arm64-image", len(kernel))
    assert found.inside.arm64
    assert found.inside.contents
    assert found.inside.contents.release == "6.1.0-mvp"
    assert found.inside.stopped == ()
    assert found.inside.faults == ()


@pytest.mark.parametrize("version", [0, 1, 2, 3, 4])
def test_a_boot_image_is_opened(facts: Any, version: int) -> None:
    """Every version of the header: kernel, ramdisk, tree and command line."""
    found = facts(seeds.boot(version, ZIPPED, RAMDISK, "console=ttyAMA0", TREE))
    expected = [
        ("kernel", "kernel", "gzip", "arm64-image", len(ZIPPED)),
        ("ramdisk", "ramdisk", "cpio", "", len(RAMDISK)),
    ]
    assert rows(found) == expected + [("dtb", "dtb", "fdt", "", len(TREE))] * (version == 2)
    assert found.container.kind == f"Android boot image, header version {version}"
    assert found.container.command_line == "console=ttyAMA0"
    assert found.container.parts[1].sha256 == hashlib.sha256(RAMDISK).hexdigest()
    assert found.faults == ()
    check_inside(found)


def test_a_vendor_boot_image_has_ramdisks_by_name(facts: Any) -> None:
    """Version 4 lists them in a table, with a boot configuration; version 3 has one."""
    first, second = seeds.archive("first"), seeds.gzipped(seeds.archive("second"))
    disks = [(1, "", first), (3, "dlkm/../x", second), (1, "", first)]
    found = facts(seeds.vendor_boot(4, disks, dtb=TREE, config=b"a=b\n", line="x"))
    assert rows(found) == [
        ("ramdisk-platform", "ramdisk", "cpio", "", len(first)),
        ("ramdisk-dlkmx", "ramdisk", "gzip", "cpio", len(second)),
        ("ramdisk-platform-2", "ramdisk", "cpio", "", len(first)),
        ("dtb", "dtb", "fdt", "", len(TREE)),
        ("bootconfig", "bootconfig", "unknown", "", 4),
    ]
    assert (found.faults, found.inside) == ((), None)
    found = facts(seeds.vendor_boot(3, disks[:1], dtb=TREE))
    assert [row[0] for row in rows(found)] == ["ramdisk", "dtb"]


PACKERS = {
    "gzip": seeds.gzipped,
    "xz": lambda data: lzma.compress(data, check=lzma.CHECK_CRC32),
    "zstd": zstandard.compress,
    "lz4": lz4.frame.compress,
    "lzma": lambda data: lzma.compress(data, format=lzma.FORMAT_ALONE),
    "bzip2": bz2.compress,
}


@pytest.mark.parametrize("how", PACKERS)
def test_a_packed_kernel_is_opened(facts: Any, how: str) -> None:
    """In a file of its own, and in an EFI zboot, where its length may follow it."""
    data = PACKERS[how](KERNEL)
    found = facts(data)
    assert rows(found) == [("payload", "payload", how, "arm64-image", len(data))]
    check_inside(found)
    found = facts(seeds.zboot(data + struct.pack("<I", len(KERNEL)), how))
    assert rows(found) == [("kernel", "kernel", how, "arm64-image", len(data) + 4)]
    assert found.format == "efi-zboot"
    check_inside(found)


def test_containers_may_hold_containers(facts: Any) -> None:
    """To a depth that has an end."""
    found = facts(seeds.gzipped(seeds.boot(4, seeds.zboot(ZIPPED), RAMDISK)))
    assert found.inside is None  # nobody starts a boot image that way
    found = facts(seeds.boot(4, seeds.gzipped(seeds.zboot(ZIPPED)), RAMDISK))
    assert found.inside.format == "efi-zboot"
    check_inside(found.inside)
    deep = KERNEL
    for _ in range(6):
        deep = seeds.uimage(deep)
    found, depth = facts(deep), 0
    while found.inside:
        found, depth = found.inside, depth + 1
    assert depth == 3


def test_a_uimage_tells_its_header(facts: Any) -> None:
    """Addresses, system and processor; both checksums are held to."""
    data = seeds.uimage(ZIPPED)
    found = facts(data)
    assert rows(found) == [("kernel", "kernel", "gzip", "arm64-image", len(ZIPPED))]
    (part,) = found.container.parts
    assert (part.architecture, part.os, part.load, part.entry) == (
        "arm64",
        "linux",
        0x80000,
        0x80000,
    )
    assert (found.container.kind, found.faults) == ("uImage 'mvp'", ())
    check_inside(found)
    assert "its data has CRC-32" in facts(changed(data, 70, b"!")).faults[0]
    assert "its header has CRC-32" in facts(changed(data, 40, b"!")).faults[0]


@pytest.mark.parametrize("outside", [False, True])
def test_a_fit_is_opened_and_held_to_its_digests(facts: Any, *, outside: bool) -> None:
    """With its data inside of the tree, or behind it."""
    data = seeds.fit(ZIPPED, outside=outside)
    found = facts(data)
    assert rows(found) == [("kernel-1", "kernel", "gzip", "arm64-image", len(ZIPPED))]
    assert found.faults == ()
    check_inside(found)
    at = data.index(ZIPPED) + len(ZIPPED) - 6
    spoilt = facts(changed(data, at, bytes([data[at] ^ 1])))
    assert "kernel-1: its gzip data is damaged" in spoilt.faults[0]
    assert [fault.split()[2] for fault in spoilt.faults[1:]] == ["sha256", "crc32"]


def test_a_zimage_s_payload_is_found(facts: Any) -> None:
    """Behind the code that unpacks it."""
    found = facts(seeds.zimage(lzma.compress(seeds.kernel(pe=False), check=lzma.CHECK_CRC32)))
    assert found.architecture == "arm"
    assert [row[2:4] for row in rows(found)] == [("xz", "arm64-image")]
    found = facts(seeds.zimage(b"\x1f\x8b\x08\x00no gzip at all"))
    assert (found.container.parts, found.faults) == ((), ())


def test_a_sparse_image_is_named(facts: Any) -> None:
    """What it would be; it is not opened."""
    found = facts(seeds.sparse())
    assert found.container.kind == "Android sparse image 1.0: 256 blocks of 4096 bytes, 1 chunks"


def test_a_kernel_s_efi_stub_is_told(facts: Any) -> None:
    """By lief: what the firmware would load, and with which rights."""
    pe = facts(KERNEL).pe
    assert (pe.machine, pe.subsystem, pe.nx_compatible) == ("ARM64", "EFI_APPLICATION", True)
    assert (pe.entry, pe.signatures, pe.sbat) == (0x1000, 0, ())
    assert [(each.name, each.writable, each.executable) for each in pe.sections] == [
        (".text", False, True),
        (".data", True, False),
    ]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (seeds.boot(3, ZIPPED, RAMDISK)[:-4096], "ramdisk ends at"),
        (changed(seeds.boot(2, ZIPPED, RAMDISK), 36, b"\1"), "its page size is 2049"),
        (b"ANDROID!" + bytes(40), "its header has 1632 bytes, the file 48"),
        (seeds.boot(2, ZIPPED, RAMDISK)[:1650], "its header has 1660 bytes, the file 1650"),
        (b"ANDROID!" + bytes(32) + b"\4\0\0\0", "its header has 1580 bytes, the file 44"),
        (b"VNDRBOOT" + bytes(99), "its header has 2112 bytes, the file 107"),
        (b"VNDRBOOT" + bytes(4096), "a page of 0 bytes, header version 0: neither"),
        (changed(VENDOR, 0x2004, b"\1"), "ramdisk-a ends at 0x2 of 0x1"),
        (seeds.vendor_boot(4, [(1, "a", b"x")] * 300), "its table of 300 ramdisks"),
        (seeds.uimage(b"x" * 99)[:-9], "kernel ends at 0xa3"),
        (b"\x27\x05\x19\x56", "its header has 64 bytes, the file 4"),
        (seeds.zboot(ZIPPED)[:-1], "kernel ends at"),
        (b"MZ\0\0zimg", "its header has 64 bytes, the file 8"),
        (seeds.fit(ZIPPED)[:300], "its tree can't be read"),
        (seeds.fit(ZIPPED, outside=True)[:-9], "kernel-1 ends at"),
        (seeds.zimage(b"")[:-9], "its header says 0x800 bytes"),
        (ZIPPED[:-9], "payload: its gzip data has no end"),
    ],
)  # fmt: skip
def test_a_container_that_contradicts_itself_is_told(facts: Any, data: bytes, fault: str) -> None:
    """Where it does, with both values."""
    assert any(fault in each for each in facts(data).faults)


@pytest.mark.parametrize("version", [0, 1, 2, 3])
def test_what_mkbootimg_makes_is_opened(facts: Any, tmp_path: Path, version: int) -> None:
    """Google's own tool, as Debian has it."""
    for name, data in (("kernel", ZIPPED), ("ramdisk", RAMDISK), ("dtb", TREE)):
        (tmp_path / name).write_bytes(data)
    made, vendor = tmp_path / "boot.img", tmp_path / "vendor.img"
    words = ["--kernel", "kernel", "--ramdisk", "ramdisk", "--header_version", str(version)]
    words += ["--dtb", "dtb"] * (version >= 2)
    words += ["--vendor_boot", vendor.name, "--vendor_ramdisk", "ramdisk"] * (version == 3)
    line = ["--cmdline", "a=b " * 200] if version < 3 else ["--vendor_cmdline", "a=b"]
    subprocess.run(["mkbootimg", *words, *line, "-o", made.name], check=True, cwd=tmp_path)
    found = facts(made.read_bytes())
    names = ["kernel", "ramdisk", *(["dtb"] if version == 2 else [])]
    assert [part.name for part in found.container.parts] == names
    assert found.container.command_line.strip() == (line[1].strip() if version < 3 else "")
    check_inside(found)
    if version == 3:
        found = facts(vendor.read_bytes())
        assert [part.name for part in found.container.parts] == ["ramdisk", "dtb"]
        assert found.container.command_line == "a=b"


@pytest.mark.parametrize("kind", ["kernel", "multi"])
def test_what_mkimage_makes_is_opened(facts: Any, tmp_path: Path, kind: str) -> None:
    """U-Boot's own tool: its old format, with one part and with several."""
    for name, data in (("kernel", ZIPPED), ("ramdisk", RAMDISK)):
        (tmp_path / name).write_bytes(data)
    files = "kernel:ramdisk" if kind == "multi" else "kernel"
    words = ["-A", "arm64", "-O", "linux", "-T", kind, "-C", "gzip", "-n", "mvp", "-d", files]
    subprocess.run(["mkimage", *words, "made"], check=True, capture_output=True, cwd=tmp_path)
    found = facts((tmp_path / "made").read_bytes())
    assert found.faults == ()
    expected = ["part-0", "part-1"] if kind == "multi" else ["kernel"]
    assert [part.name for part in found.container.parts] == expected
    assert found.container.parts[-1].size == len(RAMDISK if kind == "multi" else ZIPPED)
    check_inside(found)
