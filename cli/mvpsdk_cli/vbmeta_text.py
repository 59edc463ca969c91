# SPDX-License-Identifier: Apache-2.0
"""A vbmeta image for people and as JSON."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.bundle.avb import Vbmeta

__all__ = ["document", "text"]


def text(said: Vbmeta) -> Iterator[str]:
    """What it vouches for, and by which key."""
    yield f"  vbmeta       {said.algorithm.name}, rollback index {said.rollback_index}"
    if said.public_key:
        yield f"  its key      SHA-256 {_key(said)}"
    rows = [
        [f"  {each.partition}", f"{each.size} bytes", each.digest.hex()] for each in said.hashes
    ]
    yield from render.table(rows) if rows else ()
    words = [[f"  {each.name}", _word(each.value)] for each in said.properties]
    yield from render.table(words) if words else ()


def document(said: Vbmeta | None) -> dict[str, Any] | None:
    """The same as JSON, sizes in bytes."""
    if said is None:
        return None
    return {
        "algorithm": said.algorithm.name,
        "key": _key(said) if said.public_key else None,
        "rollback_index": said.rollback_index,
        "flags": said.flags,
        "hashes": [
            {
                "partition": each.partition,
                "size": each.size,
                "salt": each.salt.hex(),
                "sha256": each.digest.hex(),
            }
            for each in said.hashes
        ],
        "properties": {each.name: _word(each.value) for each in said.properties},
    }


def _key(said: Vbmeta) -> str:
    """SHA-256 of the public key as AVB lays it out: `sha256sum avb_pkmd.bin`."""
    return hashlib.sha256(said.public_key).hexdigest()


def _word(value: bytes) -> str:
    return value.decode("ascii", "replace")
