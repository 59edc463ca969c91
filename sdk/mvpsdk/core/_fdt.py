# SPDX-License-Identifier: Apache-2.0
"""Flattened device trees, read by the core's own bounds-checked reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mvpsdk.core._library import ffi, lib
from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FdtNode", "fdt_read", "fdt_reservations"]

HINT = "check it with: dtc -I dtb -O dts FILE"
DEEPEST = 64
"""Nodes in nodes; Linux reads no deeper tree either (FDT_MAX_DEPTH)."""
RESERVATIONS = 16
"""Where the header says where the memory reservation block is (5.2, off_mem_rsvmap)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FdtNode:
    """A node of a device tree; the root's path is "/"."""

    name: str
    path: str
    properties: Mapping[str, bytes] = field(default_factory=dict)
    children: tuple[FdtNode, ...] = ()

    def get(self, path: str) -> FdtNode | None:
        """Return the node at a path below this one, such as "cpus/cpu@0"; None: there is none."""
        node = self
        for step in filter(None, path.split("/")):
            below = next((child for child in node.children if child.name == step), None)
            if below is None:
                return None
            node = below
        return node

    def walk(self) -> Iterator[FdtNode]:
        """Give this node and all below it, parents first, in the tree's order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed(node.children)

    def text(self, name: str, default: str = "") -> str:
        """Return the first string of a property."""
        return next(iter(self.texts(name)), default)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the strings of a property, such as "compatible"."""
        value = self.properties.get(name, b"")
        return tuple(
            part.decode("ascii", "replace") for part in value.rstrip(b"\0").split(b"\0") if part
        )

    def cells(self, name: str) -> tuple[int, ...]:
        """Return a property as 32-bit numbers; empty if it is missing or no multiple of 4 bytes."""
        value = self.properties.get(name, b"")
        if len(value) % 4:
            return ()
        return tuple(int.from_bytes(value[at : at + 4]) for at in range(0, len(value), 4))


class _Open:
    """A node whose end has not come yet."""

    __slots__ = ("children", "name", "path", "properties")

    def __init__(self, name: str, parent: str) -> None:
        self.name = name
        self.path = f"{parent.rstrip('/')}/{name}"
        self.properties: dict[str, bytes] = {}
        self.children: list[FdtNode] = []

    def close(self) -> FdtNode:
        return FdtNode(
            name=self.name,
            path=self.path,
            properties=self.properties,
            children=tuple(self.children),
        )


def _build(tree: Any) -> FdtNode:
    read, text, buffer = lib.fdt_token, ffi.string, ffi.buffer
    names: dict[Any, str] = {}  # of properties, which share their texts
    stack = [_Open("", "")]
    here = stack[-1]
    token = ffi.new("struct fdt_token *")
    at = tree.structure
    while True:
        read(tree, at, token)
        kind = token.kind
        if kind == lib.FDT_PROPERTY:
            name = names.get(token.name)
            if name is None:
                name = names[token.name] = _text(text(token.name))
            here.properties[name] = buffer(token.value, token.value_size)[:]
        elif kind == lib.FDT_NODE:
            here = _Open(_text(text(token.name)), here.path)
            stack.append(here)
            if len(stack) > DEEPEST:
                raise InputError(f"the device tree nests deeper than {DEEPEST} nodes", hint=HINT)
        elif kind == lib.FDT_NODE_END and len(stack) > 1:
            done = stack.pop().close()
            here = stack[-1]
            here.children.append(done)
        elif kind == lib.FDT_END:
            break
        elif kind == lib.FDT_DAMAGED:
            message = f"the device tree is damaged at byte 0x{at:x} of its file"
            raise InputError(message, hint=HINT)
        at = token.next
    if len(stack) != 1 or len(here.children) != 1:
        raise InputError("the device tree has no single root node", hint=HINT)
    return here.children[0]


def _text(name: bytes) -> str:
    return name.decode("ascii", "replace")


def _open(data: bytes) -> Any:
    tree = ffi.new("struct fdt *")
    if not lib.fdt_open(tree, ffi.from_buffer("uint8_t[]", data), len(data)):
        raise InputError(
            "this is no flattened device tree of version 17, or it is cut short", hint=HINT
        )
    return tree


def fdt_read(data: bytes) -> FdtNode:
    """Return the root node of a flattened device tree (Devicetree Specification 0.4, chapter 5).

    Raises:
        InputError: it is no device tree, or a damaged one.
    """
    return _build(_open(data))


def fdt_reservations(data: bytes) -> list[tuple[int, int]]:
    """Return address and size of each entry of the memory reservation block (5.3).

    Raises:
        InputError: it is no device tree, or the block has no end.
    """
    size = _open(data).size
    at = int.from_bytes(data[RESERVATIONS : RESERVATIONS + 4])
    found: list[tuple[int, int]] = []
    while at + 16 <= size:
        entry = (int.from_bytes(data[at : at + 8]), int.from_bytes(data[at + 8 : at + 16]))
        if entry == (0, 0):
            return found
        found.append(entry)
        at += 16
    raise InputError("the device tree's memory reservation block has no end", hint=HINT)
