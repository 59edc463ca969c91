# SPDX-License-Identifier: Apache-2.0
"""A persona's part as bytes (include/mvp/part.h): written through C's structs, judged by C."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from mvpsdk.core._bytes import set_field, verdict_of
from mvpsdk.core._constants import PACK_ALIGN
from mvpsdk.core._delegate import delegate_new
from mvpsdk.core._enums import ImageKind
from mvpsdk.core._library import ffi, lib
from mvpsdk.core._pack import PackDelegate, PackImage
from mvpsdk.errors import BundleError
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from mvpsdk.core._pack import Verdict
    from mvpsdk.core._pack_bytes import Buffer

__all__ = [
    "PART_HEAD",
    "PART_MAGIC",
    "PART_SIGNED",
    "Part",
    "PartGuest",
    "PartSignature",
    "part_check",
    "part_guest",
    "part_read",
    "part_signature",
    "part_write",
]

PART_HEAD: int = lib.MVP_PART_HEAD
"""Bytes of header and signature: the images begin there."""
PART_SIGNED: int = lib.MVP_PART_SIGNED
"""Bytes of the header: what is signed."""
PART_MAGIC: bytes = lib.MVP_PART_MAGIC.to_bytes(8, "little")
_BEYOND = 1 << 63  # bytes: where no file has any
_SCALARS = ("abi_major", "abi_minor", "features", "rollback_index", "entry", "dtb")


@dataclass(frozen=True, kw_only=True, slots=True)
class PartGuest:
    """For whom images were laid out (struct mvp_part_guest)."""

    persona: str
    ram: int
    ram_size: int
    vcpus: int
    vgic: int
    devices: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part's header (struct mvp_part_header); offsets of images are from the part's start."""

    guest: PartGuest
    images: tuple[PackImage, ...]
    entry: int
    dtb: int = 0
    abi_major: int = lib.MVP_ABI_MAJOR
    abi_minor: int = lib.MVP_ABI_MINOR
    features: int = 0
    rollback_index: int = 0
    signature_size: int = 0  # bytes: those of the key's modulus
    total_size: int = 0  # as read; part_write computes it


@dataclass(frozen=True, kw_only=True, slots=True)
class PartSignature:
    """What follows the header (struct mvp_part_signature)."""

    key: bytes  # SHA-256 of the public key's SPKI in DER
    value: bytes


def _placed(images: tuple[PackImage, ...]) -> tuple[tuple[PackImage, ...], int]:
    placed, end = [], PART_HEAD
    for image in images:
        placed.append(replace(image, offset=end, partition=0))
        end = align_up(end + image.size, PACK_ALIGN)
    return tuple(placed), end


def part_write(part: Part) -> bytes:
    """Return the header, as it is signed.

    The images follow behind PART_HEAD, in their order, each on the next page, zeros between and to
    the end; `part_read` gives their offsets.

    Raises BundleError: there are too many images, or a value does not fit its field.
    """
    if len(part.images) > lib.MVP_PART_IMAGES:
        raise BundleError(
            f"{len(part.images)} images; a part has room for {lib.MVP_PART_IMAGES}",
            hint="leave one out",
        )
    header = ffi.new("struct mvp_part_header *")
    header.magic = lib.MVP_PART_MAGIC
    header.major, header.minor = lib.MVP_PART_MAJOR, lib.MVP_PART_MINOR
    header.pack_major, header.pack_minor = lib.MVP_PACK_MAJOR, lib.MVP_PACK_MINOR
    header.header_size = PART_SIGNED
    images, header.total_size = _placed(part.images)
    header.image_count = len(images)
    for name in (*_SCALARS, "signature_size"):
        set_field(header, name, getattr(part, name), "part")
    for field in fields(part.guest):
        set_field(header.guest, field.name, getattr(part.guest, field.name), "guest")
    for index, image in enumerate(images):
        for field in fields(image):
            set_field(header.images[index], field.name, getattr(image, field.name), "images")
    return bytes(ffi.buffer(header))


def part_signature(signature: PartSignature) -> bytes:
    """Return what stands behind the header, up to the first image."""
    struct = ffi.new("struct mvp_part_signature *")
    struct.algorithm = lib.MVP_PART_RSA_SHA256
    set_field(struct, "key", signature.key, "signature")
    set_field(struct, "value", signature.value, "signature")
    return bytes(ffi.buffer(struct))


def _view(data: Buffer) -> Any:
    """Return the bytes as C reads them: in place if they are aligned, else a copy."""
    view = ffi.from_buffer("uint8_t[]", data)
    if int(ffi.cast("uintptr_t", view)) % 8 == 0:
        return view
    copy = ffi.new("uint64_t[]", len(view) // 8 + 1)
    ffi.memmove(copy, view, len(view))
    return copy


def _text(array: Any) -> str:
    return bytes(ffi.buffer(array)).rstrip(b"\0").decode("ascii", "replace")


def _image(struct: Any) -> PackImage:
    return PackImage(
        name=_text(struct.name),
        partition=struct.partition,
        kind=ImageKind(struct.kind),
        size=struct.size,
        load=struct.load,
        memory=struct.memory,
        digest=bytes(ffi.buffer(struct.digest)),
        offset=struct.offset,
    )


def part_read(data: Buffer) -> tuple[Part, PartSignature]:
    """Return what a part's first PART_HEAD bytes say, whoever signed them; trust nothing of it.

    Raises BundleError: these are no part's, or of a form that this version can't read.
    """
    if len(data) < PART_HEAD:
        raise BundleError("no persona part: it is cut off", hint="copy or make it again")
    head = _view(bytes(data[:PART_HEAD]))
    header = ffi.cast("struct mvp_part_header *", head)
    signature = ffi.cast("struct mvp_part *", head).signature
    known = header.magic == lib.MVP_PART_MAGIC and header.major == lib.MVP_PART_MAJOR
    room = header.image_count <= lib.MVP_PART_IMAGES
    kinds = {int(kind) for kind in ImageKind}
    if not (known and room and header.signature_size <= ffi.sizeof(signature.value)):
        raise BundleError("no persona part that this version can read", hint="make it again")
    images = [header.images[n] for n in range(header.image_count)]
    if not all(each.kind in kinds and each.offset + each.size < _BEYOND for each in images):
        raise BundleError("the part's image table is damaged", hint="copy or make it again")
    guest = {field.name: getattr(header.guest, field.name) for field in fields(PartGuest)}
    found: dict[str, Any] = {name: getattr(header, name) for name in _SCALARS}
    part = Part(
        guest=PartGuest(**guest | {"persona": _text(header.guest.persona)}),
        images=tuple(_image(header.images[n]) for n in range(header.image_count)),
        signature_size=header.signature_size,
        total_size=header.total_size,
        **found,
    )
    value = bytes(ffi.buffer(signature.value))[: header.signature_size]
    return part, PartSignature(key=bytes(ffi.buffer(signature.key)), value=value)


def part_guest(pack: bytes, partition: int) -> PartGuest:
    """Return for whom a part of this partition of a pack, by its metadata, must be laid out."""
    guest = ffi.new("struct mvp_part_guest *")
    lib.mvp_part_guest(_view(pack), partition, guest)
    found = {field.name: getattr(guest, field.name) for field in fields(PartGuest)}
    return PartGuest(**found | {"persona": _text(guest.persona)})


def part_check(
    data: Buffer,
    delegate: PackDelegate,
    *,
    pack: bytes | None = None,
    size: int | None = None,
) -> Verdict:
    """Judge a part by the hypervisor's own function; digests of images are not looked at.

    Args:
        data: the whole part, read in place.
        delegate: whose key counts, and the lowest rollback index.
        pack: metadata of the pack, judged, whose partition the delegate names; None: whether the
            part fits one is not asked.
        size: bytes of room that it has; by default those of `data`, which must be no fewer.
    """
    verdict = ffi.new("struct mvp_verdict *")
    available = min(len(data), delegate.room if size is None else size)
    metadata = ffi.NULL if pack is None else _view(pack)
    struct = delegate_new(delegate)
    lib.mvp_part_check(_view(data), available, struct, metadata, delegate.partition, verdict)
    return verdict_of(verdict)
