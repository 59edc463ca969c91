# SPDX-License-Identifier: Apache-2.0
"""Android Verified Boot's vbmeta image: what it holds, and its bytes.

The layout is that of AOSP's libavb (avb_vbmeta_image.h, avb_descriptor.h, avb_crypto.h), version
1.0: a header of 256 bytes, an authentication block (digest and signature of the rest) and an
auxiliary block (descriptors, then the public key), each a multiple of 64 bytes. Numbers are
big-endian. `avb_read` reads it.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "ALGORITHMS",
    "HEADER",
    "KEY_HEAD",
    "MAGIC",
    "Algorithm",
    "HashDescriptor",
    "Key",
    "Property",
    "Vbmeta",
    "assemble",
    "public_key",
    "salt",
]

MAGIC = b"AVB0"
HEADER = struct.Struct(">4s2I2QI4Q6QQII48s80x")
"""Magic, version that is required (major, minor), sizes of the authentication and the auxiliary
block, algorithm; offset and size of digest and signature, in the authentication block; of public
key, its metadata and descriptors, in the auxiliary block; rollback index, flags, its location, and
which tool made it."""
HASH = struct.Struct(">QQQ32sIIII60x")
"""Tag, bytes that follow, size of the image, algorithm, lengths of name, salt and digest, flags."""
PROPERTY = struct.Struct(">QQQQ")
"""Tag, bytes that follow, lengths of key and value; behind each of them is a zero byte."""
KEY_HEAD = struct.Struct(">II")
"""Bits of the modulus, and -1/modulus modulo 2^32 of its lowest word."""
TAG_PROPERTY, TAG_HASH = 0, 2
BLOCK = 64
RELEASE = b"mvpsdk 1"
"""What made it: an edition of this module, so that a version of the SDK changes no bytes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Algorithm:
    """How a vbmeta image is signed: RSASSA-PKCS1-v1_5 over SHA-256."""

    number: int  # enum AvbAlgorithmType
    name: str
    bits: int  # of the key; 0: nobody signs


ALGORITHMS = (
    Algorithm(number=0, name="NONE", bits=0),
    Algorithm(number=1, name="SHA256_RSA2048", bits=2048),
    Algorithm(number=2, name="SHA256_RSA4096", bits=4096),
    Algorithm(number=3, name="SHA256_RSA8192", bits=8192),
)
"""Those that are made and verified here; AVB has three more, over SHA-512."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HashDescriptor:
    """What a partition must hold."""

    partition: str
    size: int  # bytes of the image in it
    salt: bytes
    digest: bytes  # SHA-256 of salt and image


@dataclass(frozen=True, kw_only=True, slots=True)
class Property:
    """A word of the maker's that is signed with the rest."""

    name: str
    value: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """An RSA key that signs vbmeta images, wherever its private half is."""

    modulus: int
    exponent: int
    sign: Callable[[bytes], bytes]  # a message: its signature, as long as the modulus


@dataclass(frozen=True, kw_only=True, slots=True)
class Vbmeta:
    """What a vbmeta image says."""

    algorithm: Algorithm
    rollback_index: int
    hashes: tuple[HashDescriptor, ...]
    properties: tuple[Property, ...]
    public_key: bytes = b""  # as `public_key` lays it out
    signature: bytes = b""
    message: bytes = b""  # what the signature is over
    flags: int = 0  # bit 1: the boot loader shall verify nothing
    release: str = ""  # which tool made it


def salt(*digests: str) -> bytes:
    """Return a salt that follows from what is in an image: the same inputs, the same bytes."""
    return hashlib.sha256("\0".join(["mvpsdk avb salt", *digests]).encode()).digest()


def public_key(modulus: int, exponent: int) -> bytes:
    """Return a public key as AVB lays it out: with two numbers that spare the boot loader work.

    Raises InputError if AVB has no such key.
    """
    bits = modulus.bit_length()
    if exponent != 65537 or bits not in {each.bits for each in ALGORITHMS}:  # noqa: PLR2004
        raise InputError(
            f"Android Verified Boot has no RSA key of {bits} bits with exponent {exponent}",
            hint="sign with an RSA key of 4096 bits: mvpsdk keys new makes one",
        )
    inverse = -pow(modulus, -1, 1 << 32) % (1 << 32)
    square = pow(1 << bits, 2, modulus)
    return KEY_HEAD.pack(bits, inverse) + modulus.to_bytes(bits // 8) + square.to_bytes(bits // 8)


def assemble(
    hashes: Iterable[HashDescriptor],
    properties: Iterable[Property],
    *,
    rollback_index: int,
    key: Key | None = None,
) -> bytes:
    """Return a vbmeta image; without a key nobody has signed it.

    Raises InputError if AVB has no such key, and what the key's provider raises.
    """
    descriptors = b"".join([*map(_hash, hashes), *map(_property, properties)])
    public = public_key(key.modulus, key.exponent) if key else b""
    bits = key.modulus.bit_length() if key else 0
    algorithm = next(each for each in ALGORITHMS if each.bits == bits)
    auxiliary = _padded(descriptors + public)
    sizes = (hashlib.sha256().digest_size, bits // 8) if key else (0, 0)
    authentication = align_up(sum(sizes), BLOCK)
    header = HEADER.pack(
        *(MAGIC, 1, 0, authentication, len(auxiliary), algorithm.number),
        *(0, sizes[0], sizes[0], sizes[1]),
        *(len(descriptors), len(public), len(descriptors) + len(public), 0, 0, len(descriptors)),
        *(rollback_index, 0, 0, RELEASE),
    )
    message = header + auxiliary
    proof = hashlib.sha256(message).digest() + key.sign(message) if key else b""
    return header + _padded(proof) + auxiliary


def _hash(of: HashDescriptor) -> bytes:
    name = of.partition.encode()
    tail = name + of.salt + of.digest
    follows = align_up(HASH.size - 16 + len(tail), 8)
    lengths = (len(name), len(of.salt), len(of.digest))
    head = HASH.pack(TAG_HASH, follows, of.size, b"sha256", *lengths, 0)
    return _padded(head + tail, 8)


def _property(of: Property) -> bytes:
    name = of.name.encode()
    tail = name + b"\0" + of.value + b"\0"
    follows = align_up(PROPERTY.size - 16 + len(tail), 8)
    return _padded(PROPERTY.pack(TAG_PROPERTY, follows, len(name), len(of.value)) + tail, 8)


def _padded(data: bytes, block: int = BLOCK) -> bytes:
    return data + bytes(-len(data) % block)
