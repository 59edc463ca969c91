# SPDX-License-Identifier: Apache-2.0
"""Reading a FIT, whoever made it, by the core's own device tree reader; nothing is trusted."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.bundle.model import Part
from mvpsdk.bundle.spans import Span
from mvpsdk.core.facade import FdtNode, fdt_read
from mvpsdk.errors import BundleError, InputError, Place
from mvpsdk.units import MIB, align_up, describe_size

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["MAGIC", "read"]

MAGIC = bytes.fromhex("d00dfeed")
"""Of every flattened device tree (Devicetree Specification 0.4, section 5.2)."""

_LARGEST = 256 * MIB  # of the tree: more than any loader takes, with parts inside it


def read(file: BinaryIO, path: Path, size: int) -> tuple[Part, ...]:
    """Return the images of a FIT of `size` bytes that is open at its start.

    Raises BundleError if it is damaged, cut short, or no FIT.
    """
    place = Place(file=str(path))
    tree_size = _tree_size(file, size, place)
    try:
        root = fdt_read(file.read(tree_size))
    except InputError as error:
        raise BundleError(error.message, place=place, hint=error.hint) from error
    images = root.get("images")
    if not images:
        hint = "a FIT is one too, but has /images in it"
        raise BundleError("this is a device tree, no bundle", place=place, hint=hint)
    base = align_up(tree_size, 4)
    return tuple(_part(node, base, path, size) for node in images.children)


def _tree_size(file: BinaryIO, size: int, place: Place) -> int:
    head = file.read(8)
    file.seek(0)
    tree_size = int(struct.unpack(">I", head[4:])[0]) if len(head) == 8 else 0  # noqa: PLR2004
    if not 8 <= tree_size <= min(size, _LARGEST):  # noqa: PLR2004
        message = f"the FIT's tree has {tree_size} bytes, the file {size}"
        raise BundleError(message, place=place, hint="it is cut short: copy or make it again")
    return tree_size


def _part(node: FdtNode, base: int, path: Path, size: int) -> Part:
    span = _span(node, base, path)
    if span.offset + span.size > size:
        raise BundleError(
            f"part {node.name} ends at byte {span.offset + span.size},"
            f" the file at {size} ({describe_size(size)})",
            place=Place(file=str(path)),
            hint="it is cut short: copy or make it again",
        )
    return Part(
        name=node.name,
        kind=node.text("type"),
        description=node.text("description"),
        load=_number(node, "load"),
        span=span,
    )


def _span(node: FdtNode, base: int, path: Path) -> Span:
    """The part's bytes: behind the tree, at a place of their own, or inside the tree."""
    digest = _sha256(node)
    inside = node.properties.get("data")
    if inside is not None:
        return Span(size=len(inside), data=inside, sha256=digest)
    position = _number(node, "data-position")
    offset = _number(node, "data-offset")
    start = position if position is not None else base + (offset or 0)
    return Span(size=_number(node, "data-size") or 0, path=path, offset=start, sha256=digest)


def _sha256(node: FdtNode) -> str:
    for child in node.children:
        if child.name.startswith("hash") and child.text("algo") == "sha256":
            return child.properties.get("value", b"").hex()
    return ""


def _number(node: FdtNode, name: str) -> int | None:
    value = node.properties.get(name)
    return int.from_bytes(value) if value else None
