# SPDX-License-Identifier: Apache-2.0
"""Small images by hand, of every format that is read: what tests open, and mutants' parents."""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

LZ4_LEGACY = b"\x02\x21\x4c\x18"


def kernel(*, size: int = 0x3000, release: str = "6.1.0-mvp", pe: bool = True) -> bytes:
    """An arm64 Image with an EFI stub's headers, a banner, and a few instructions."""
    head = struct.pack(
        "<IIQQQQQQ4sI", 0x91005A4D, 0x14000000, 0, size + 0x1000, 0xA, 0, 0, 0, b"ARM\x64", 64
    )
    optional = struct.pack("<HBBIIIII", 0x20B, 2, 20, 0x1000, 0x1000, 0, 0x1000, 0x1000)
    optional += struct.pack(
        "<QIIHHHHHHIIIIHH", 0, 0x1000, 0x200, *(0,) * 6, 0, size, 0x1000, 0, 10, 0x100
    )
    optional += struct.pack("<QQQQII", 0, 0, 0, 0, 0, 6) + bytes(48)
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0xAA64, 2, 0, 0, 0, len(optional), 0x206)
    text = struct.pack(
        "<8sIIIIIIHHI", b".text", 0x1000, 0x1000, 0x1000, 0x1000, 0, 0, 0, 0, 0x60000020
    )
    data = struct.pack(
        "<8sIIIIIIHHI", b".data", 0x1000, 0x2000, 0x1000, 0x2000, 0, 0, 0, 0, 0xC0000040
    )
    content = head + (coff + optional + text + data if pe else b"")
    code = struct.pack("<IIII", 0xD53E1000, 0xD4000002, 0xD5384240, 0xD65F03C0)
    content = content.ljust(0x1000, b"\0") + code
    strings = b"\0arm,gic-v3\0virtio,mmio\0arm,pl011\0"
    banner = f"Linux version {release} (gcc) #1 SMP".encode() if release else b""
    return (content.ljust(0x2000, b"\0") + banner + strings).ljust(size, b"\0")


def archive(name: str = "init", content: bytes = b"#!/bin/sh\n", end: bool = True) -> bytes:
    """A cpio archive of one file."""
    return entry(name, content) + (entry("TRAILER!!!", b"") if end else b"")


def entry(name: str, content: bytes, mode: int = 0o100755) -> bytes:
    """A file of a cpio archive."""
    fields = (1, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return _padded(head, 4) + _padded(content, 4)


def ramdisk() -> bytes:
    """A ramdisk with an /init, a module and the list of those in the kernel."""
    module = b"\x7fELF" + bytes(60) + b"\0vermagic=6.1.0-mvp SMP\0alias=of:N*T*Cvirtio,mmioC*\0"
    return (
        entry("init", b"#!/bin/sh\n")
        + entry("lib/modules/6.1.0-mvp/kernel/virtio_blk.ko", module, 0o100644)
        + entry("lib/modules/6.1.0-mvp/modules.builtin", b"kernel/amba-pl011.ko\n", 0o100644)
        + entry("TRAILER!!!", b"")
    )


def _padded(data: bytes, to: int) -> bytes:
    return data + bytes(-len(data) % to)


def pages(*parts: bytes, page: int = 4096) -> bytes:
    """Parts, each at the next page."""
    return b"".join(_padded(part, page) for part in parts)


def boot(version: int, kernel: bytes, ramdisk: bytes, line: str = "", dtb: bytes = b"") -> bytes:
    """An Android boot image, laid out as AOSP's bootimg.h has it."""
    text = line.encode()
    if version >= 3:
        head = struct.pack(
            "<8sIIII16xI1536s", b"ANDROID!", len(kernel), len(ramdisk), 0, 1580, version, text
        )
        return pages(head + (bytes(4) if version == 4 else b""), kernel, ramdisk)
    sizes = (len(kernel), 0x10008000, len(ramdisk), 0x11000000, 0, 0x10F00000, 0x10000100, 2048)
    head = struct.pack(
        "<8s8III16s512s32s1024s", b"ANDROID!", *sizes, version, 0, b"", text, b"", b""
    )
    if version >= 1:
        head += struct.pack("<IQI", 0, 0, 1648)
    if version >= 2:
        head += struct.pack("<IQ", len(dtb), 0x11F00000)
    return pages(head, kernel, ramdisk, *([dtb] if version >= 2 else []), page=2048)


def vendor_boot(
    version: int,
    ramdisks: Sequence[tuple[int, str, bytes]],
    *,
    dtb: bytes = b"",
    config: bytes = b"",
    line: str = "",
) -> bytes:
    """An Android vendor boot image: type, name and content of each ramdisk."""
    whole = b"".join(content for _, _, content in ramdisks)
    sizes = (version, 4096, 0x10008000, 0x11000000, len(whole))
    size = 2112 + (16 if version == 4 else 0)
    head = struct.pack(
        "<8s5I2048sI16sIIQ", b"VNDRBOOT", *sizes, line.encode(), 0, b"", size, len(dtb), 0
    )
    if version == 3:
        return pages(head, whole, dtb)
    table, at = b"", 0
    for kind, name, content in ramdisks:
        table += struct.pack("<III32s64x", len(content), at, kind, name.encode())
        at += len(content)
    head += struct.pack("<4I", len(table), len(ramdisks), 108, len(config))
    return pages(head, whole, dtb, table, config)


def zboot(payload: bytes, how: str = "gzip") -> bytes:
    """An EFI application that unpacks a kernel (Linux, libstub/zboot-header.S)."""
    head = struct.pack(
        "<4s4sII8x32sII", b"MZ", b"zimg", 0x400, len(payload), how.encode(), 0x818223CD, 64
    )
    coff = struct.pack("<4sHHIIIHH", b"PE\0\0", 0xAA64, 0, 0, 0, 0, 0, 0x206)
    return (head + coff).ljust(0x400, b"\0") + payload


def uimage(payload: bytes, kind: int = 2, name: str = "mvp") -> bytes:
    """U-Boot's old image, with both checksums right."""
    rest = (0, len(payload), 0x80000, 0x80000, zlib.crc32(payload), 5, 22, kind, 1, name.encode())
    head = struct.pack(">IIIIIIIBBBB32s", 0x27051956, 0, *rest)
    return head[:4] + struct.pack(">I", zlib.crc32(head)) + head[8:] + payload


def tree(nodes: dict[str, object]) -> bytes:
    """A flattened device tree: properties are bytes, nodes are dictionaries."""
    strings, body = bytearray(), bytearray()

    def name_at(name: str) -> int:
        text = name.encode() + b"\0"
        if text not in strings:
            strings.extend(text)
        return strings.index(text)

    def put(name: str, node: dict[str, object]) -> None:
        body.extend(struct.pack(">I", 1) + _padded(name.encode() + b"\0", 4))
        for key, value in node.items():
            if isinstance(value, bytes):
                body.extend(struct.pack(">III", 3, len(value), name_at(key)) + _padded(value, 4))
        for key, value in node.items():
            if isinstance(value, dict):
                put(key, value)
        body.extend(struct.pack(">I", 2))

    put("", nodes)
    body.extend(struct.pack(">I", 9))
    at = 40 + 16
    offsets = (at, at + len(body), 40, 17, 16, 0, len(strings), len(body))
    total = at + len(body) + len(strings)
    return struct.pack(">10I", 0xD00DFEED, total, *offsets) + bytes(16) + body + strings


def fit(payload: bytes, *, outside: bool = False) -> bytes:
    """A FIT of one kernel, inside of the tree or behind it, with its digest."""
    node: dict[str, object] = {
        "type": b"kernel\0",
        "arch": b"arm64\0",
        "os": b"linux\0",
        "compression": b"gzip\0",
        "load": struct.pack(">I", 0x80000),
        "hash-1": {"algo": b"sha256\0", "value": hashlib.sha256(payload).digest()},
        "hash-2": {"algo": b"crc32\0", "value": struct.pack(">I", zlib.crc32(payload))},
    }
    node |= {"data": payload}
    if outside:
        del node["data"]
        node |= {"data-offset": bytes(4), "data-size": struct.pack(">I", len(payload))}
    flat = tree({"description": b"mvp\0", "images": {"kernel-1": node}})
    return _padded(flat, 4) + payload if outside else flat


def sparse() -> bytes:
    """The header of an Android sparse image."""
    return struct.pack("<IHHHHIIII", 0xED26FF3A, 1, 0, 28, 12, 4096, 256, 1, 0) + bytes(4096)


def zimage(payload: bytes) -> bytes:
    """A kernel for 32-bit Arm, as far as a boot loader looks."""
    size = 0x800 + len(payload)
    head = struct.pack("<9I", *(0xE1A00000,) * 9) + struct.pack("<III", 0x016F2818, 0, size)
    return head.ljust(0x800, b"\0") + payload


def elf(*, machine: int = 183, kind: int = 3, segments: int = 1) -> bytes:
    """A small ELF file with code, for 64-bit Arm."""
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header = struct.pack(
        "<HHIQQQIHHHHHH", kind, machine, 1, 0x200, 64, 0, 0, 64, 56, segments, 64, 0, 0
    )
    program = struct.pack("<IIQQQQQQ", 1, 5, 0, 0, 0, 0x1000, 0x1800, 0x1000)
    code = struct.pack("<IIII", 0xD53E1000, 0xD4000002, 0xD5384240, 0xD65F03C0)
    return (ident + header + program * segments).ljust(0x200, b"\0") + code.ljust(0xE00, b"\0")


def gzipped(data: bytes) -> bytes:
    """Without the time."""
    return gzip.compress(data, mtime=0)


def btf(struct_name: str, enum_name: str) -> bytes:
    """Type information of a kernel: an integer, an array, a struct and an enum."""
    names = (
        b"\0u64\0" + struct_name.encode() + b"\0first\0second\0" + enum_name.encode() + b"\0OFF\0"
    )

    def at(name: str) -> int:
        return names.index(b"\0" + name.encode() + b"\0") + 1

    types = struct.pack("<4I", at("u64"), 1 << 24, 8, 64)
    types += struct.pack("<6I", 0, 3 << 24, 0, 1, 1, 4)
    types += struct.pack(
        "<9I", at(struct_name), 4 << 24 | 2, 40, at("first"), 1, 0, at("second"), 2, 64
    )
    types += struct.pack("<5I", at(enum_name), 6 << 24 | 1, 4, at("OFF"), 0)
    head = struct.pack("<HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(names))
    return head + types + names
