# SPDX-License-Identifier: Apache-2.0
"""Reading a FIT, whoever made it, by the core's own device tree reader; nothing is trusted."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.bundle.model import Part
from mvpsdk.bundle.spans import Span
from mvpsdk.core.facade import FdtNode, fdt_read
from mvpsdk.errors import BundleError, InputError, Place
from mvpsdk.units import MIB, align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["MAGIC", "Fit", "has_images", "read"]

MAGIC = bytes.fromhex("d00dfeed")
"""Of every flattened device tree (Devicetree Specification 0.4, section 5.2)."""

_WIDEST = 8  # bytes of a number
_LARGEST = 256 * MIB  # of the tree: more than any loader takes, with parts inside it


@dataclass(frozen=True, kw_only=True, slots=True)
class Fit:
    """What a FIT says of itself."""

    root: FdtNode
    tree_size: int  # bytes, padding included
    parts: tuple[Part, ...]
    size: int  # bytes, to the end of what lies last: a partition may be longer


def read(file: BinaryIO, whole: Span) -> Fit:
    """Return what a FIT says, which takes `whole` of a file at most: of a disk, a partition.

    Raises BundleError if it is damaged, cut short, or no FIT.
    """
    root, tree_size = _root(file, whole)
    if not root.get("images"):
        hint = "a FIT is one too, but has /images in it"
        place = Place(file=str(whole.path))
        raise BundleError("this is a device tree, no bundle", place=place, hint=hint)
    found = tuple(_parts(root, tree_size, whole))
    ends = (each.span.offset - whole.offset + each.span.size for each in found if each.span.path)
    return Fit(root=root, tree_size=tree_size, parts=found, size=max(tree_size, *ends, 0))


def has_images(file: BinaryIO, path: Path) -> bool:
    """Tell a FIT from another device tree. Raises BundleError if it is damaged."""
    root, _ = _root(file, Span(size=file.seek(0, SEEK_END), path=path))
    return root.get("images") is not None


def _root(file: BinaryIO, whole: Span) -> tuple[FdtNode, int]:
    place = Place(file=str(whole.path))
    file.seek(whole.offset)
    tree_size = _tree_size(file, whole, place)
    try:
        return fdt_read(file.read(tree_size)), tree_size
    except InputError as error:
        raise BundleError(error.message, place=place, hint=error.hint) from error


def _parts(root: FdtNode, tree_size: int, whole: Span) -> Iterator[Part]:
    images = root.get("images")
    base = align_up(tree_size, 4)
    return (_part(node, base, whole) for node in (images.children if images else ()))


def _tree_size(file: BinaryIO, whole: Span, place: Place) -> int:
    head = file.read(8)
    file.seek(whole.offset)
    tree_size = int(struct.unpack(">I", head[4:])[0]) if len(head) == 8 else 0  # noqa: PLR2004
    if not 8 <= tree_size <= min(whole.size, _LARGEST):  # noqa: PLR2004
        message = f"the FIT's tree has {tree_size} bytes, the file {whole.size}"
        raise BundleError(message, place=place, hint="it is cut short: copy or make it again")
    return tree_size


def _part(node: FdtNode, base: int, whole: Span) -> Part:
    span = _span(node, base, whole)
    end = span.offset - whole.offset + span.size
    if span.path and end > whole.size:
        raise BundleError(
            f"part {node.name} ends at byte {end},"
            f" the file at {whole.size} ({describe_size(whole.size)})",
            place=Place(file=str(whole.path)),
            hint="it is cut short: copy or make it again",
        )
    return Part(
        name=node.name,
        kind=node.text("type"),
        description=node.text("description"),
        load=_number(node, "load"),
        span=span,
    )


def _span(node: FdtNode, base: int, whole: Span) -> Span:
    """The part's bytes: behind the tree, at a place of their own, or inside the tree."""
    digest = _sha256(node)
    inside = node.properties.get("data")
    if inside is not None:
        return Span(size=len(inside), data=inside, sha256=digest)
    position = _number(node, "data-position")
    offset = _number(node, "data-offset")
    start = position if position is not None else base + (offset or 0)
    return whole.part(start, _number(node, "data-size") or 0, digest)


def _sha256(node: FdtNode) -> str:
    for child in node.children:
        if child.name.startswith("hash") and child.text("algo") == "sha256":
            return child.properties.get("value", b"").hex()
    return ""


def _number(node: FdtNode, name: str) -> int | None:
    value = node.properties.get(name, b"")
    if len(value) > _WIDEST:
        message = f"{name} of {node.name} is a number of {len(value)} bytes"
        raise BundleError(message, hint="no boot loader reads such a one: make the FIT again")
    return int.from_bytes(value) if value else None
