# SPDX-License-Identifier: Apache-2.0
"""U-Boot's FIT with external data: a device tree that says what lies behind it.

The format is that of `mkimage -E` (U-Boot doc/usage/fit/source_file_format): `data-offset` counts
from the end of the tree, rounded up to 4 bytes. Here the tree is padded to whole pages and each
part starts on a page of its own, so that a boot loader can use the pack where it lies. The padding
has room for what a signature adds: signing rewrites the tree and what stands at the file's end, and
moves nothing.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mvpsdk.bundle.flat import flatten, node
from mvpsdk.errors import BundleError
from mvpsdk.units import align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mvpsdk.core.facade import FdtNode

__all__ = [
    "ALIGN",
    "CONFIGURATION",
    "MANIFEST",
    "Part",
    "bare",
    "digest",
    "header",
    "image",
    "tree",
]

ALIGN = 4096
"""Parts start at multiples of this many bytes."""

ROOM = 2048
"""Bytes that the tree of an unsigned bundle leaves free: both signatures' nodes, RSA-4096."""

CONFIGURATION = "conf-1"
MANIFEST = "manifest"
SIGNATURE = "manifest-signature"
CONF_SIGNATURE = "signature-1"

_LIMIT = 1 << 31  # U-Boot keeps data-offset and data-size in an int


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One image node of a FIT."""

    name: str
    type: str  # as U-Boot names it: "kernel", "ramdisk", "flat_dt", "firmware"
    role: str = ""  # property of the configuration that names it: "kernel", "ramdisk", "fdt"
    description: str
    offset: int = 0  # from the end of the tree, bytes
    size: int = 0
    sha256: str = "0" * 64
    load: int | None = None  # physical; also the entry


def tree(
    parts: Sequence[Part],
    *,
    description: str,
    compatible: str,
    rollback_index: int,
    properties: Mapping[str, bytes] | None = None,
) -> FdtNode:
    """Return the tree of a FIT that nobody has signed yet.

    `compatible` is the board's: a boot loader may choose a configuration by it. `properties` are
    the configuration's as well; like the rollback index, they are covered by its signature.

    Raises BundleError if a part lies beyond 2 GiB, where U-Boot can't find it.
    """
    configuration = {
        "description": text(description),
        **({"compatible": text(compatible)} if compatible else {}),
        **{part.role: text(part.name) for part in parts if part.role},
        "rollback-index": cell(rollback_index),
        **(properties or {}),
    }
    # Boot loaders with CONFIG_TIMESTAMP insist on one; the same inputs give the same bytes.
    root = {"description": text(description), "timestamp": cell(0), "#address-cells": cell(2)}
    return node(
        "",
        root,
        node("images", {}, *(image(part) for part in parts)),
        node(
            "configurations",
            {"default": text(CONFIGURATION)},
            node(CONFIGURATION, configuration),
        ),
    )


def header(root: FdtNode) -> bytes:
    """Return an unsigned tree, padded; its length depends on no digest, size or offset."""
    return flatten(root, align_up(len(flatten(root)) + ROOM, ALIGN))


def image(part: Part) -> FdtNode:
    """Return the node of one part. Raises BundleError if it lies beyond 2 GiB."""
    if part.offset + part.size >= _LIMIT:
        raise BundleError(
            f"{part.name} ends {describe_size(part.offset + part.size)} into the FIT;"
            f" U-Boot reads up to {describe_size(_LIMIT)}",
            hint="make the images smaller, for instance by compressing a ramdisk",
        )
    home = {} if part.load is None else dict.fromkeys(("load", "entry"), wide(part.load))
    properties = {
        "description": text(part.description),
        "type": text(part.type),
        "os": text("linux"),
        "arch": text("arm64"),
        "compression": text("none"),
        "data-offset": cell(part.offset),
        "data-size": cell(part.size),
        **home,
    }
    sha256 = {"algo": text("sha256"), "value": bytes.fromhex(part.sha256)}
    return node(part.name, properties, node("hash-1", sha256))


def bare(root: FdtNode) -> FdtNode:
    """Return a tree without what signing adds, and with nothing said of the manifest's bytes.

    Its digest stands in the manifest: so the manifest vouches for the whole tree, and its signature
    for every length, offset and name in the file.
    """
    return replace(root, children=tuple(_bare_below(child) for child in root.children))


def _bare_below(below: FdtNode) -> FdtNode:
    children = below.children
    if below.name == "images":
        children = tuple(_blank(each) for each in children if each.name != SIGNATURE)
    elif below.name == "configurations":
        children = tuple(
            replace(each, children=tuple(c for c in each.children if c.name != CONF_SIGNATURE))
            for each in children
        )
    return replace(below, children=children)


def _blank(part: FdtNode) -> FdtNode:
    if part.name != MANIFEST:
        return part
    sha256 = {"algo": text("sha256"), "value": bytes(32)}
    properties = {**part.properties, "data-size": cell(0)}
    return node(part.name, properties, node("hash-1", sha256))


def digest(root: FdtNode) -> str:
    """Return the SHA-256 of an unsigned tree, as the manifest tells it."""
    return hashlib.sha256(header(bare(root))).hexdigest()


def text(value: str) -> bytes:
    """A string for people; a device tree's are printable ASCII (DTSpec 2.2.4)."""
    plain = "".join(c if c.isascii() and c.isprintable() else "?" for c in value)
    return (plain or "?").encode() + b"\0"


def cell(value: int) -> bytes:
    """A number as one cell."""
    return struct.pack(">I", value)


def wide(value: int) -> bytes:
    """A number as two cells."""
    return struct.pack(">Q", value)
