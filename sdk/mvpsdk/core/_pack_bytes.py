# SPDX-License-Identifier: Apache-2.0
"""Packs as bytes: written through C's own structs, read back through them, judged by C."""

from __future__ import annotations

from dataclasses import fields, replace
from enum import IntEnum
from typing import TYPE_CHECKING, Any, get_type_hints

from mvpsdk.core import _pack
from mvpsdk.core._bytes import set_field, verdict_of
from mvpsdk.core._constants import META_MAX, PACK_ALIGN
from mvpsdk.core._delegate import DELEGATE_SIZE, delegate_read, delegate_write
from mvpsdk.core._enums import Table
from mvpsdk.core._library import FINGERPRINT, ffi, lib
from mvpsdk.core._pack import (
    Pack,
    PackBoard,
    PackImage,
    PackInterrupt,
    PackMemory,
    PackPartition,
    PackRegion,
    PackSmmu,
    PackVcpu,
    Verdict,
)
from mvpsdk.errors import BundleError
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from mmap import mmap

    Buffer = bytes | bytearray | memoryview | mmap

__all__ = ["checksum", "pack_check", "pack_find", "pack_read", "pack_write", "sha256"]

HEADER_SIZE: int = ffi.sizeof("struct mvp_pack_header")

# Table, the field of Pack that holds its rows, the row's type, the struct.
TABLES: tuple[tuple[Table, str, type[Any], str], ...] = (
    (Table.BOARD, "boards", PackBoard, "struct mvp_board"),
    (Table.MEMORY, "memory", PackMemory, "struct mvp_memory"),
    (Table.PARTITION, "partitions", PackPartition, "struct mvp_partition"),
    (Table.VCPU, "vcpus", PackVcpu, "struct mvp_vcpu"),
    (Table.REGION, "regions", PackRegion, "struct mvp_region"),
    (Table.INTERRUPT, "interrupts", PackInterrupt, "struct mvp_interrupt"),
    (Table.IMAGE, "images", PackImage, "struct mvp_image"),
    (Table.SMMU, "smmus", PackSmmu, "struct mvp_smmu"),
)

SCALARS = (
    "menu_ms",
    "rollback_index",
    "features",
    "abi_major",
    "abi_minor",
    "meta_size",
    "total_size",
)

TYPES: dict[str, dict[str, Any]] = {  # of the fields of each row, by the struct
    struct: get_type_hints(row, vars(_pack)) for _, _, row, struct in TABLES
}


def _rows_to_bytes(rows: tuple[Any, ...], struct: str, where: str) -> bytes:
    array = ffi.new(f"{struct}[]", len(rows))
    for index, row in enumerate(rows):
        for field in fields(row):
            set_field(array[index], field.name, getattr(row, field.name), f"{where}[{index}]")
    return bytes(ffi.buffer(array))


def _place_images(images: tuple[PackImage, ...], start: int) -> tuple[PackImage, ...]:
    placed = []
    for image in images:
        start = align_up(start, PACK_ALIGN)
        placed.append(replace(image, offset=start))
        start += image.size
    return tuple(placed)


def _meta_size(pack: Pack) -> int:
    sizes = (len(getattr(pack, name)) * ffi.sizeof(struct) for _, name, _, struct in TABLES)
    return HEADER_SIZE + int(sum(sizes)) + len(pack.delegates) * DELEGATE_SIZE


def _with_delegates(pack: Pack) -> Pack:
    """Tell partitions where their delegates stand: in their order, behind the tables."""
    start = _meta_size(pack) - len(pack.delegates) * DELEGATE_SIZE
    places = {
        row.partition: start + number * DELEGATE_SIZE for number, row in enumerate(pack.delegates)
    }
    rows = (
        replace(row, delegate=places.get(index, 0)) for index, row in enumerate(pack.partitions)
    )
    return replace(pack, partitions=tuple(rows))


def _header(pack: Pack) -> Any:
    header = ffi.new("struct mvp_pack_header *")
    header.magic = lib.MVP_PACK_MAGIC
    header.major, header.minor = lib.MVP_PACK_MAJOR, lib.MVP_PACK_MINOR
    header.header_size = HEADER_SIZE
    header.flags = lib.MVP_PACK_FLAG_CONCURRENT if pack.concurrent else 0
    default = lib.MVP_NONE if pack.default_persona is None else pack.default_persona
    set_field(header, "default_persona", default, "header")
    for name in (*SCALARS, "fingerprint"):
        set_field(header, name, getattr(pack, name), "header")
    return header


def pack_write(pack: Pack) -> bytes:
    """Return a pack's metadata (header and tables), as it ships.

    The images follow it, each at its own offset: in the order of `pack.images`, every one on the
    next page boundary, zeros between and to the end. `pack_read` of the result gives the offsets
    and `total_size`. Nothing is judged here: that is `pack_check`'s.

    Raises:
        BundleError: a value does not fit its field.
    """
    meta_size = _meta_size(pack)
    images = _place_images(pack.images, meta_size)
    end = images[-1].offset + images[-1].size if images else meta_size
    total_size = align_up(end, PACK_ALIGN)
    pack = replace(pack, images=images, meta_size=meta_size, total_size=total_size)
    pack = _with_delegates(pack)
    header = _header(pack)
    tables = b""
    channels = header.tables[Table.CHANNEL]  # none; but its place must be a possible one
    channels.offset, channels.stride = HEADER_SIZE, ffi.sizeof("struct mvp_channel")
    for table, name, _, struct in TABLES:
        rows = getattr(pack, name)
        header.tables[table].offset = HEADER_SIZE + len(tables)
        header.tables[table].count = len(rows)
        header.tables[table].stride = ffi.sizeof(struct)
        tables += _rows_to_bytes(rows, struct, name)
    tables += b"".join(map(delegate_write, pack.delegates))
    data = ffi.from_buffer("uint8_t[]", bytearray(bytes(ffi.buffer(header)) + tables))
    ffi.cast("struct mvp_pack_header *", data).checksum = lib.mvp_pack_checksum(data, meta_size)
    return bytes(ffi.buffer(data))


def _readable(data: Any, size: int) -> Any:
    """Return the bytes as C reads them: in place if aligned and long enough, else a copy.

    C looks at the metadata only, so at no more than META_MAX bytes.
    """
    view = ffi.from_buffer("uint8_t[]", data)
    needed = min(size, META_MAX)
    if len(view) >= needed and int(ffi.cast("uintptr_t", view)) % 8 == 0:
        return view
    copy = ffi.new("uint64_t[]", META_MAX // 8)
    ffi.memmove(copy, view, min(len(view), META_MAX))
    return copy


def pack_check(
    data: Buffer, *, size: int | None = None, fingerprint: bytes | None = FINGERPRINT
) -> Verdict:
    """Judge a pack by the hypervisor's own function.

    Args:
        data: the pack, or its metadata alone; read in place, whatever its length.
        size: bytes that the whole file has or will have; by default those of `data`.
        fingerprint: the judge's own; None leaves that check out (packs of other builds).
    """
    available = len(data) if size is None else size
    verdict = ffi.new("struct mvp_verdict *")
    lib.mvp_pack_check(
        _readable(data, available),
        available,
        ffi.NULL if fingerprint is None else fingerprint,
        verdict,
    )
    return verdict_of(verdict)


def _get(struct: Any, name: str, kind: type[Any]) -> Any:
    value = getattr(struct, name)
    if kind == tuple[int, ...]:
        return tuple(value)
    if kind is bytes:
        return bytes(ffi.buffer(value))
    if kind is str:
        return bytes(ffi.buffer(value)).rstrip(b"\0").decode("ascii")
    return kind(value) if issubclass(kind, IntEnum) else value


def _rows(data: Any, table: Table, row: type[Any], struct: str) -> tuple[Any, ...]:
    count = ffi.cast("struct mvp_pack_header *", data).tables[table].count
    entries = (
        ffi.cast(f"{struct} *", lib.mvp_pack_entry(data, table, index)) for index in range(count)
    )
    return tuple(
        row(**{name: _get(entry, name, kind) for name, kind in TYPES[struct].items()})
        for entry in entries
    )


def pack_read(data: Buffer, *, size: int | None = None) -> Pack:
    """Return what stands in a pack's header and tables; made by this or another build.

    Args:
        data: the pack, or its metadata alone.
        size: as in `pack_check`; by default what the header says.

    Raises:
        BundleError: the pack is refused; the message says why.
    """
    available = max(len(data), META_MAX) if size is None else size
    pointer = _readable(data, available)
    header = ffi.cast("struct mvp_pack_header *", pointer)
    verdict = pack_check(data, size=header.total_size if size is None else size, fingerprint=None)
    if not verdict.ok:
        raise BundleError(
            f"the pack is refused, reason {verdict.reason}: {verdict.reason.text}",
            hint="what is wrong with it: mvpsdk inspect",
        )
    default = None if header.default_persona == lib.MVP_NONE else header.default_persona
    tables: dict[str, Any] = {
        name: _rows(pointer, table, row, struct) for table, name, row, struct in TABLES
    }
    delegates = (
        delegate_read(lib.mvp_pack_delegate(pointer, index), index)
        for index, row in enumerate(tables["partitions"])
        if row.delegate
    )
    scalars: dict[str, Any] = {name: getattr(header, name) for name in SCALARS}
    return Pack(
        **tables,
        **scalars,
        delegates=tuple(delegates),
        concurrent=bool(header.flags & lib.MVP_PACK_FLAG_CONCURRENT),
        default_persona=default,
        fingerprint=bytes(ffi.buffer(header.fingerprint)),
    )


def pack_find(data: Buffer) -> int | None:
    """Return the offset of the first pack in the buffer, None if it holds none."""
    view = ffi.from_buffer("uint8_t[]", data)
    if int(ffi.cast("uintptr_t", view)) % 4:
        return pack_find(bytes(data))
    offset: int = lib.mvp_pack_find(view, len(view))
    return None if offset == len(view) else offset


def checksum(data: Buffer) -> int:
    """Return the Fletcher-64 of 32-bit words that guards packs and notes.

    The length must be a multiple of 4.
    """
    copy = ffi.new("uint32_t[]", len(data) // 4)
    ffi.memmove(copy, data, len(data) // 4 * 4)
    result: int = lib.mvp_checksum(copy, len(data))
    return result


def sha256(data: Buffer) -> bytes:
    """Return the SHA-256 (32 bytes) as the hypervisor computes it; hashlib is faster."""
    digest = ffi.new("uint8_t[32]")
    lib.mvp_sha256(ffi.from_buffer("uint8_t[]", data), len(data), digest)
    return bytes(ffi.buffer(digest))
