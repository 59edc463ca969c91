# SPDX-License-Identifier: Apache-2.0
"""A persona in a part of its own, beside the machine of `handset`: signed, and ways to spoil it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import handset
import packs
from mvpsdk.core import facade as core
from mvpsdk.core._delegate import delegate_new
from mvpsdk.core._library import ffi, lib

PARTITION = 2
HOME = 0x40800000
ROOM = 0x8000
FLOOR = 5
"""The lowest rollback index that the pack accepts."""
IMAGES = (("personal/kernel", core.ImageKind.KERNEL, b"v" * 5000, handset.ENTRY),)
TREE = ("personal/dtb", core.ImageKind.DTB, b"t" * 100, handset.ENTRY + 0x80000)
IMAGE_AT = 120
"""Offset of the image table in a part: struct mvp_part_header."""


@cache
def key_id(private: rsa.RSAPrivateKey) -> bytes:
    """SHA-256 of the public key."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = private.public_key().public_bytes(serialization.Encoding.DER, form)
    return hashlib.sha256(public).digest()


@cache
def key(bits: int = 2048, name: str = "vendor") -> rsa.RSAPrivateKey:
    """A vendor's key; another name, another key."""
    del name
    return rsa.generate_private_key(65537, bits)


def delegate(private: rsa.RSAPrivateKey | None = None, **changes: Any) -> core.PackDelegate:
    """The maker's word for the vendor."""
    private = private or key()
    row = core.PackDelegate(
        partition=PARTITION,
        home=HOME,
        room=ROOM,
        rollback_index=FLOOR,
        key=key_id(private),
        modulus=private.public_key().public_numbers().n,
    )
    return replace(row, **changes)


def pack(*delegates: core.PackDelegate, **changes: Any) -> core.Pack:
    """The pack of `handset`, but one persona's images come in a part."""
    whole = handset.pack()
    rows = list(whole.partitions)
    rows[PARTITION] = replace(rows[PARTITION], entry=0, dtb=0)
    own = tuple(image for image in whole.images if image.partition != PARTITION)
    found = delegates or (delegate(),)
    return replace(
        whole, partitions=tuple(rows), images=own, delegates=found, **{"menu_ms": 0, **changes}
    )


def part(whole: core.Pack | None = None, **changes: Any) -> core.Part:
    """A part that suits the pack."""
    found = core.Part(
        guest=core.part_guest(core.pack_write(whole) if whole else metadata(), PARTITION),
        images=tuple(
            packs.image(name, 0, kind, data, load) for name, kind, data, load in (*IMAGES, TREE)
        ),
        entry=handset.ENTRY,
        dtb=TREE[3],
        rollback_index=FLOOR,
        signature_size=256,
    )
    return replace(found, **changes)


def sign(header: bytes, private: rsa.RSAPrivateKey) -> bytes:
    """A header, its signature behind it."""
    value = private.sign(header, padding.PKCS1v15(), hashes.SHA256())
    return header + core.part_signature(core.PartSignature(key=key_id(private), value=value))


def contents() -> bytes:
    """The images, each on pages of its own."""
    return b"".join(data + bytes(-len(data) % 4096) for _, _, data, _ in (*IMAGES, TREE))


def made(
    found: core.Part | None = None,
    private: rsa.RSAPrivateKey | None = None,
    header: bytes | None = None,
) -> bytes:
    """A whole part, signed; `header` in place of the one that the part would have."""
    private = private or key()
    found = found or part(signature_size=private.key_size // 8)
    return sign(header or core.part_write(found), private) + contents()


def spoiled(**values: Any) -> bytes:
    """A header with fields set, signed by the right key."""
    struct = ffi.new("struct mvp_part_header *")
    data = core.part_write(part())
    ffi.memmove(struct, data, len(data))
    for name, value in values.items():
        target = struct
        *path, last = name.split("__")
        for step in path:
            target = target[int(step)] if step.isdigit() else getattr(target, step)
        if last.isdigit():
            target[int(last)] = value
        else:
            setattr(target, last, value)
    return made(header=bytes(ffi.buffer(struct)))


@cache
def metadata() -> bytes:
    """Of the pack."""
    return core.pack_write(pack())


def judged(data: bytes, **changes: Any) -> core.Verdict:
    """The verdict over a part, with the pack."""
    return core.part_check(data, delegate(**changes), pack=metadata())


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A signature over some bytes, as the board computes it."""

    good: bool
    steps: int


def vouched(message: bytes, value: bytes, modulus: int) -> Check:
    """Whether the core takes a signature over a message for the key's."""
    bits = modulus.bit_length()
    whole = core.PackDelegate(partition=0, home=0, room=0, key=bytes(32), modulus=modulus)
    struct = delegate_new(whole)
    rsa_state = ffi.new("struct rsa *")
    digest = ffi.new("struct sha256 *")
    lib.sha256_init(digest)
    data = ffi.from_buffer(message or b"\0")  # there is no pointer to nothing
    while not lib.sha256_step(digest, data, len(message)):
        pass
    number = ffi.new("uint64_t[]", bits // 64)
    ffi.memmove(number, value, bits // 8)
    if not lib.rsa_begin(rsa_state, struct, number):
        return Check(good=False, steps=0)
    steps = 1
    while not lib.rsa_step(rsa_state):
        steps += 1
    return Check(good=bool(lib.rsa_vouches(rsa_state, digest)), steps=steps)


class Delegated(handset.Handset):
    """The machine of `handset`; one persona comes in a part that the boot loader put home."""

    def __init__(self, data: bytes, whole: core.Pack | None = None) -> None:
        super().__init__(whole or pack())
        self.put(data)

    def _place(self, whole: core.Pack) -> core.Pack:
        meta = core.pack_write(whole)
        placed = core.pack_read(meta)
        contents = bytearray(placed.total_size)
        contents[: len(meta)] = meta
        for image in placed.images:
            own = handset.IMAGES[image.name]
            contents[image.offset : image.offset + len(own)] = own
        assert core.pack_check(bytes(contents)).ok, core.pack_check(bytes(contents))
        self.write(handset.HOME, bytes(contents))
        return placed

    def put(self, data: bytes) -> None:
        """What the boot loader read."""
        self.write(HOME, data.ljust(ROOM, b"\0"))

    def load(self, index: int = PARTITION) -> str:
        """Load a partition to the end, whoever else waits; what the console says."""
        lib.partition_start(self.partition(index))
        while not lib.loader_step(self.partition(index)):
            pass
        return self.console()
