# SPDX-License-Identifier: Apache-2.0
"""Flattened device trees, read by the core's own bounds-checked reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mvpsdk.core._library import ffi, lib
from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["FdtNode", "fdt_read"]

HINT = "check it with: dtc -I dtb -O dts FILE"


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
        yield self
        for child in self.children:
            yield from child.walk()

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


def _tokens(tree: Any) -> Iterator[Any]:
    token = ffi.new("struct fdt_token *")
    token.next = tree.structure
    while True:
        at = token.next
        lib.fdt_token(tree, at, token)
        if token.kind == lib.FDT_DAMAGED:
            message = f"the device tree is damaged at byte 0x{at:x} of its file"
            raise InputError(message, hint=HINT)
        if token.kind == lib.FDT_END:
            return
        yield token


def _name(token: Any) -> str:
    if token.kind == lib.FDT_NODE_END:
        return ""
    return str(ffi.string(token.name).decode("ascii", "replace"))


def _build(tree: Any) -> FdtNode:
    stack = [_Open("", "")]
    for token in _tokens(tree):
        name = (
            ffi.string(token.name).decode("ascii", "replace")
            if token.kind != lib.FDT_NODE_END
            else ""
        )
        if token.kind == lib.FDT_NODE:
            stack.append(_Open(name, stack[-1].path))
        elif token.kind == lib.FDT_PROPERTY:
            stack[-1].properties[name] = bytes(ffi.buffer(token.value, token.value_size))
        elif len(stack) > 1:
            node = stack.pop().close()
            stack[-1].children.append(node)
    if len(stack) != 1 or len(stack[0].children) != 1:
        raise InputError("the device tree has no single root node", hint=HINT)
    return stack[0].children[0]


def fdt_read(data: bytes) -> FdtNode:
    """Return the root node of a flattened device tree (Devicetree Specification 0.4, chapter 5).

    Raises:
        InputError: it is no device tree, or a damaged one.
    """
    tree = ffi.new("struct fdt *")
    buffer = ffi.from_buffer("uint8_t[]", data)
    if not lib.fdt_open(tree, buffer, len(buffer)):
        raise InputError(
            "this is no flattened device tree of version 17, or it is cut short", hint=HINT
        )
    return _build(tree)
