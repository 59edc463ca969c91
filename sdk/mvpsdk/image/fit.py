# SPDX-License-Identifier: Apache-2.0
"""A FIT: a device tree whose node /images has a kernel, ramdisks and trees below it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.core.facade import FdtNode, fdt_read
from mvpsdk.errors import InputError
from mvpsdk.image.container import MOST_PARTS, Container, checksum, found, pieces
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from mvpsdk.image.container import Part
    from mvpsdk.image.raw import Raw

__all__ = ["read"]

_DIGESTS = ("md5", "sha1", "sha256", "sha384", "sha512")
_WIDEST = 8  # bytes of a number


def read(raw: Raw) -> tuple[Container, list[str]]:
    """Find the images, and hold each to the digests that its node names."""
    size = int.from_bytes(raw.head[4:8], "big")
    try:
        root = fdt_read(raw.data[: min(size, raw.size)])
    except InputError as error:
        return Container(kind="FIT"), [f"its tree can't be read: {error.message}"]
    images = root.get("images")
    faults: list[str] = []
    parts = []
    for node in (images.children if images else ())[:MOST_PARTS]:
        part = _part(raw, node, align_up(size, 4), faults)
        if part:
            parts.append(part)
            faults += _damage(raw, node, part)
    return Container(kind="FIT", parts=tuple(parts)), faults


def _part(raw: Raw, node: FdtNode, base: int, faults: list[str]) -> Part | None:
    """Find a part: inside the tree, behind it, or at a place of its own."""
    kind = node.text("type") or "data"
    inside = node.properties.get("data")
    if inside is not None:
        at = (max(0, raw.data.find(inside)), len(inside))
    else:
        position = _number(node, "data-position")
        start = position if position is not None else base + (_number(node, "data-offset") or 0)
        at = (start, _number(node, "data-size") or 0)
    part = found(raw, faults, node.name, kind, at)
    if not part:
        return None
    return replace(
        part,
        architecture=node.text("arch"),
        os=node.text("os"),
        load=_number(node, "load"),
        entry=_number(node, "entry"),
    )


def _damage(raw: Raw, node: FdtNode, part: Part) -> list[str]:
    """Compare a part with each digest that stands below its node."""
    faults = []
    for child in node.children:
        algorithm, expected = child.text("algo"), child.properties.get("value", b"").hex()
        real = _digest(raw, part, algorithm) if child.name.startswith("hash") else ""
        if real and real != expected:
            faults.append(f"{part.name} has {algorithm} {real}, it should be {expected}")
    return faults


def _digest(raw: Raw, part: Part, algorithm: str) -> str:
    """Digest a part; "" if there is no such algorithm here."""
    if algorithm == "crc32":
        return f"{checksum(raw, part.offset, part.size):08x}"
    if algorithm not in _DIGESTS:
        return ""
    total = hashlib.new(algorithm, usedforsecurity=False)
    for piece in pieces(raw, part.offset, part.size):
        total.update(piece)
    return total.hexdigest()


def _number(node: FdtNode, name: str) -> int | None:
    """What is wider than two cells is no number."""
    value = node.properties.get(name, b"")
    return int.from_bytes(value) if 0 < len(value) <= _WIDEST else None
