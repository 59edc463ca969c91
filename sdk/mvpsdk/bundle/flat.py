# SPDX-License-Identifier: Apache-2.0
"""Flattening a device tree (Devicetree Specification 0.4, chapter 5), in one way only.

A tree has one form here: no gaps, no NOPs, each property's name once in the strings block, in the
order in which the names first occur. So a tree that was read from a file can be held to its bytes,
and what a signature covers follows from the tree alone.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from mvpsdk.core.facade import FdtNode

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = ["flatten", "hashed", "node", "string_size"]

_MAGIC = 0xD00DFEED
_BEGIN, _END_NODE, _PROPERTY, _END = (struct.pack(">I", token) for token in (1, 2, 3, 9))
_HEADER = 40
_RESERVATIONS = bytes(16)
_UNHASHED = ("data", "data-size", "data-position", "data-offset")
"""Properties that the signature of a configuration leaves out, whosever they are."""

_WHOLE, _FRAME = 2, 1  # a node with its properties; its begin and end alone


def node(name: str, properties: Mapping[str, bytes], *children: FdtNode) -> FdtNode:
    """Return a node that is still to find its place in a tree."""
    return FdtNode(name=name, path="", properties=properties, children=children)


def flatten(root: FdtNode, size: int = 0) -> bytes:
    """Return the tree as it lies in a file, with zeros behind it up to `size` bytes."""
    offsets = _names(root)
    structure = b"".join(token for token, _ in _tokens(root, offsets))
    names = _strings(offsets)
    start = _HEADER + len(_RESERVATIONS)
    strings = start + len(structure)
    total = max(size, strings + len(names))
    fields = (_MAGIC, total, start, strings, _HEADER, 17, 16, 0, len(names), len(structure))
    blob = struct.pack(">10I", *fields) + _RESERVATIONS + structure + names
    return blob + bytes(total - len(blob))


def hashed(root: FdtNode, nodes: Collection[str]) -> bytes:
    """Return the bytes that the signature of a configuration is made over.

    nodes: paths; of their children the names are covered as well. Then come the end of the tree
    and the names of all properties (U-Boot, doc/usage/fit/signature: "hashed-nodes",
    "hashed-strings").
    """
    offsets = _names(root)
    covered = (token for token, inside in _tokens(root, offsets, nodes) if inside)
    return b"".join(covered) + _strings(offsets)


def string_size(root: FdtNode) -> int:
    """Return the size of the strings block, bytes."""
    return len(_strings(_names(root)))


def _names(root: FdtNode) -> dict[str, int]:
    """Where each property's name stands in the strings block."""
    offsets: dict[str, int] = {}
    end = 0
    for each in root.walk():
        for name in each.properties:
            if name not in offsets:
                offsets[name] = end
                end += len(name) + 1
    return offsets


def _strings(offsets: Mapping[str, int]) -> bytes:
    return b"".join(name.encode("ascii", "replace") + b"\0" for name in offsets)


def _tokens(
    root: FdtNode, offsets: Mapping[str, int], nodes: Collection[str] = ()
) -> Iterator[tuple[bytes, bool]]:
    """Each token of the structure block, and whether a signature over the nodes covers it."""
    yield from _node(root, "", offsets, nodes, 0)
    yield _END, True


def _node(
    here: FdtNode, path: str, offsets: Mapping[str, int], nodes: Collection[str], want: int
) -> Iterator[tuple[bytes, bool]]:
    want = _WHOLE if (path or "/") in nodes else max(want - 1, 0)
    name = here.name.encode("ascii", "replace") + b"\0"
    yield _BEGIN + _to_words(name), want >= _FRAME
    for key, value in here.properties.items():
        head = struct.pack(">II", len(value), offsets[key])
        yield _PROPERTY + head + _to_words(value), want >= _WHOLE and key not in _UNHASHED
    for child in here.children:
        yield from _node(child, f"{path}/{child.name}", offsets, nodes, want)
    yield _END_NODE, want >= _FRAME


def _to_words(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
