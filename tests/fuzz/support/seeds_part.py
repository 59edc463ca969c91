# SPDX-License-Identifier: Apache-2.0
"""First inputs of the harness for personas' parts: a pack, and a part that suits it."""

from __future__ import annotations

import struct

__all__ = ["parts"]

MODULUS = (1 << 2048) - 159
"""Of nobody's key: what was signed by it is never asked for by a seed."""
KEY = bytes(32)


def _input(pack: bytes, part: bytes, options: int = 0) -> bytes:
    """As the harness takes it; checksum and fingerprint of the pack are mended there."""
    bare = pack[:16] + bytes(8) + pack[24:56] + bytes(32) + pack[88:]
    return struct.pack("<BHxI", options, len(bare) // 8, 0) + bare + part


def parts() -> dict[str, bytes]:
    """One with a tree, judged with its pack and without; one that really must be signed."""
    import packs
    import parts as made
    from mvpsdk.core import facade as core

    row = core.PackDelegate(
        partition=made.PARTITION,
        home=made.HOME,
        room=made.ROOM,
        rollback_index=made.FLOOR,
        key=KEY,
        modulus=MODULUS,
    )
    signature = core.part_signature(core.PartSignature(key=KEY, value=b"\1" * 256))
    whole = made.pack(row)
    small = packs.image("k", 0, core.ImageKind.KERNEL, b"v" * 100, made.IMAGES[0][3])
    tree = packs.image("t", 0, core.ImageKind.DTB, b"t" * 100, made.TREE[3])
    found = made.part(whole, images=(small, tree))
    contents = b"v" * 100 + bytes(3996) + b"t" * 100 + bytes(3996)
    pack = core.pack_write(whole)
    plain = core.part_write(found) + signature + contents
    return {
        "plain": _input(pack, plain),
        "alone": _input(pack, plain, options=2),
        "signed": _input(pack, plain, options=1),
    }
