# SPDX-License-Identifier: Apache-2.0
"""Reading a vbmeta image, whoever made it: every length is held to the block that it lies in."""

from __future__ import annotations

import hashlib
import struct
from typing import TYPE_CHECKING

from mvpsdk.bundle import avb
from mvpsdk.bundle.avb import ALGORITHMS, BLOCK, HEADER, KEY_HEAD, MAGIC
from mvpsdk.errors import BundleError
from mvpsdk.units import KIB

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LONGEST", "modulus", "read"]

LONGEST = 64 * KIB
"""Bytes of a vbmeta image that libavb takes (VBMETA_MAX_SIZE)."""

_HASH, _HEAD = avb.HASH, struct.Struct(">QQ")
_DIGEST = 32


def read(data: bytes) -> avb.Vbmeta:
    """Return what a vbmeta image says. Its signature is not verified here, its digest is.

    Raises BundleError if it is none, is damaged, or signed in a way that is unknown here.
    """
    if len(data) > LONGEST or data[:4] != MAGIC or len(data) < HEADER.size:
        raise _fault(f"it begins with {data[:4].hex(' ')} and has {len(data)} bytes")
    fields = HEADER.unpack_from(data)
    _, major, _, authentication, auxiliary, number = fields[:6]
    if major != 1:
        raise _fault(f"it needs libavb {major}, this is for 1")
    if authentication % BLOCK or auxiliary % BLOCK:
        raise _fault(f"its blocks have {authentication} and {auxiliary} bytes, not whole {BLOCK}s")
    if HEADER.size + authentication + auxiliary > len(data):
        total = HEADER.size + authentication + auxiliary
        raise _fault(f"it has {len(data)} bytes, its header says {total}")
    algorithm = next((each for each in ALGORITHMS if each.number == number), None)
    if algorithm is None:
        raise _fault(f"its algorithm is number {number}, known are 0 to {len(ALGORITHMS) - 1}")
    start = HEADER.size + authentication
    proof = data[HEADER.size : start]
    extra = data[start : start + auxiliary]
    digest, signature = (
        _inside(proof, fields[6:8], "digest"),
        _inside(proof, fields[8:10], "signature"),
    )
    public = _inside(extra, fields[10:12], "public key")
    _inside(extra, fields[12:14], "public key's metadata")
    message = data[: HEADER.size] + extra
    _hold(algorithm, message, digest, signature, public)
    found = tuple(_descriptors(_inside(extra, fields[14:16], "descriptors")))
    return avb.Vbmeta(
        algorithm=algorithm,
        rollback_index=fields[16],
        flags=fields[17],
        hashes=tuple(each for each in found if isinstance(each, avb.HashDescriptor)),
        properties=tuple(each for each in found if isinstance(each, avb.Property)),
        public_key=public,
        signature=signature,
        message=message,
        release=_text(fields[19].partition(b"\0")[0]),
    )


def _inside(block: bytes, place: tuple[int, int], what: str) -> bytes:
    offset, size = place
    if offset + size > len(block):
        raise _fault(f"its {what} ends at {offset + size} of a block of {len(block)} bytes")
    return block[offset : offset + size]


def _hold(
    algorithm: avb.Algorithm, message: bytes, digest: bytes, signature: bytes, public: bytes
) -> None:
    """Hold sizes to the algorithm, and the digest to what is signed (libavb's own order)."""
    if not algorithm.bits:
        return
    wanted = (_DIGEST, algorithm.bits // 8)
    if (len(digest), len(signature)) != wanted:
        raise _fault(
            f"digest and signature have {len(digest)} and {len(signature)} bytes,"
            f" {algorithm.name} makes {wanted[0]} and {wanted[1]}"
        )
    found = hashlib.sha256(message).digest()
    if digest != found:
        raise _fault(f"SHA-256 of what is signed is {found.hex()}, should be {digest.hex()}")
    modulus(public, algorithm)


def modulus(public: bytes, algorithm: avb.Algorithm) -> int:
    """Return the modulus of a public key, held to the numbers beside it. Raises BundleError."""
    size = algorithm.bits // 8
    if len(public) != KEY_HEAD.size + 2 * size:
        raise _fault(f"its public key has {len(public)} bytes, of {algorithm.bits} bits")
    number = int.from_bytes(public[KEY_HEAD.size :][:size])
    even_or_short = number % 2 == 0 or number.bit_length() != algorithm.bits
    if even_or_short or avb.public_key(number, 65537) != public:
        raise _fault("the numbers of its public key contradict each other")
    return number


def _descriptors(data: bytes) -> Iterator[avb.HashDescriptor | avb.Property | None]:
    """Each descriptor, None for one of another kind."""
    at = 0
    while at < len(data):
        if len(data) - at < _HEAD.size:
            raise _fault(f"{len(data) - at} bytes are left for a descriptor")
        tag, follows = _HEAD.unpack_from(data, at)
        end = at + _HEAD.size + follows
        if follows % 8 or end > len(data):
            raise _fault(f"a descriptor of {follows} bytes at {at} of {len(data)}")
        body = data[at:end]
        if tag == avb.TAG_HASH:
            yield _hash(body)
        elif tag == avb.TAG_PROPERTY:
            yield _property(body)
        else:
            yield None
        at = end


def _hash(body: bytes) -> avb.HashDescriptor:
    if len(body) < _HASH.size:
        raise _fault(f"a hash descriptor of {len(body)} bytes")
    _, _, size, kind, name, salt, digest, _ = _HASH.unpack_from(body)
    if kind.rstrip(b"\0") != b"sha256" or digest != _DIGEST:
        raise _fault(f"a hash of {digest} bytes by {_text(kind.rstrip(bytes(1)))}, known is sha256")
    parts = _split(body[_HASH.size :], (name, salt, digest))
    return avb.HashDescriptor(partition=_text(parts[0]), size=size, salt=parts[1], digest=parts[2])


def _property(body: bytes) -> avb.Property:
    if len(body) < avb.PROPERTY.size:
        raise _fault(f"a property descriptor of {len(body)} bytes")
    _, _, name, value = avb.PROPERTY.unpack_from(body)
    parts = _split(body[avb.PROPERTY.size :], (name, 1, value, 1))
    if parts[1] != b"\0" or parts[3] != b"\0":
        raise _fault("a property without the zero byte behind name or value")
    return avb.Property(name=_text(parts[0]), value=parts[2])


def _split(data: bytes, sizes: tuple[int, ...]) -> list[bytes]:
    """Take parts off the front. Raises BundleError if there are too few bytes."""
    if sum(sizes) > len(data):
        raise _fault(f"a descriptor names {sum(sizes)} bytes and has {len(data)}")
    found, at = [], 0
    for size in sizes:
        found.append(data[at : at + size])
        at += size
    return found


def _text(data: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in data)  # noqa: PLR2004 - ASCII


def _fault(message: str) -> BundleError:
    hint = "it is damaged, or no vbmeta image: make it again"
    return BundleError(f"vbmeta: {message}", hint=hint)
