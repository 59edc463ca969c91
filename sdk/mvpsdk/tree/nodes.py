# SPDX-License-Identifier: Apache-2.0
"""A device tree with the ways through it: parents, phandles, aliases, addresses.

Devicetree Specification 0.4: 2.3 (standard properties), 3.3 (aliases), 3.6 (chosen).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.units import Pa, Range

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.core.facade import FdtNode

__all__ = ["Node", "Tree"]

ENABLED = ("", "okay", "ok")
MOST_CELLS = 4
"""Of an address or a size: PCI has 3; more is no tree that boots."""


class Node:
    """A node with its parent; everything else is found out when it is asked for."""

    __slots__ = ("_enabled", "_windows", "children", "fdt", "name", "parent", "path")

    def __init__(self, fdt: FdtNode, parent: Node | None) -> None:
        """Stand below a parent; None: this is the root."""
        self.fdt = fdt
        self.name = fdt.name
        self.path = fdt.path
        self.parent = parent
        self.children: list[Node] = []
        self._enabled: bool | None = None
        self._windows: list[tuple[int, int, int]] | None = None

    @property
    def generic(self) -> str:
        """The name without its unit address."""
        return self.name.partition("@")[0]

    @property
    def enabled(self) -> bool:
        """Neither this node nor any above it is disabled."""
        if self._enabled is None:
            here = self.text("status") in ENABLED
            self._enabled = here and (self.parent is None or self.parent.enabled)
        return self._enabled

    def has(self, name: str) -> bool:
        """Tell whether there is such a property."""
        return name in self.fdt.properties

    def text(self, name: str) -> str:
        """Return the first string of a property; "" if there is none."""
        return self.fdt.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the strings of a property."""
        return self.fdt.texts(name)

    def cells(self, name: str) -> tuple[int, ...]:
        """Return a property as 32-bit numbers; empty if it is none."""
        return self.fdt.cells(name)

    def number(self, name: str, default: int) -> int:
        """Return a property of one cell."""
        cells = self.cells(name)
        return cells[0] if len(cells) == 1 else default

    @property
    def compatibles(self) -> tuple[str, ...]:
        """What the node is, most specific first."""
        return self.texts("compatible")

    def ancestors(self) -> Iterator[Node]:
        """Yield the parent, its parent and so on up to the root."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    # ---- addresses (2.3.5, 2.3.6, 2.3.8) ----

    @property
    def address_cells(self) -> int:
        """Cells of an address of a child."""
        return min(self.number("#address-cells", 2), MOST_CELLS)

    @property
    def size_cells(self) -> int:
        """Cells of a size of a child."""
        return min(self.number("#size-cells", 1), MOST_CELLS)

    def windows(self) -> list[tuple[int, int, int]]:
        """Return `ranges`: child address, address one level up, size. Empty: not there."""
        if self._windows is None:
            above = self.parent.address_cells if self.parent else 0
            rows = _rows(self.cells("ranges"), self.address_cells, above, self.size_cells)
            self._windows = [(child, up, size) for child, up, size in rows]
        return self._windows

    def raw_reg(self) -> list[tuple[int, int]]:
        """Return `reg`: address and size of each block, as the parent's bus counts."""
        if self.parent is None:
            return []
        address, size = self.parent.address_cells, self.parent.size_cells
        return [(row[0], row[1]) for row in _rows(self.cells("reg"), address, size)]

    def reg(self) -> list[Range[Pa] | None]:
        """Return `reg` as the CPU sees it; None for a block that it can't reach."""
        return [self._translated(*block) for block in self.raw_reg()]

    def block(self, number: int = 0) -> Range[Pa] | None:
        """Return one block of `reg`; None: not there, without size, or out of reach."""
        raw = self.raw_reg()
        if number >= len(raw):
            return None
        found = self._translated(*raw[number])
        return found if found and found.size else None

    def _translated(self, address: int, size: int) -> Range[Pa] | None:
        for bus in self.ancestors():
            if bus.parent is None:
                break
            found = _through(bus, address)
            if found is None:
                return None
            address = found
        return Range(Pa(address), size) if address + size <= 1 << 64 else None


def _through(bus: Node, address: int) -> int | None:
    """Translate an address one level up; None: the bus passes nothing on."""
    if bus.text("device_type") == "pci" or not bus.has("ranges"):
        return None
    if not bus.fdt.properties["ranges"]:
        return address
    for child, up, size in bus.windows():
        if child <= address < child + size:
            return up + address - child
    return None


def _rows(cells: tuple[int, ...], *widths: int) -> Iterator[tuple[int, ...]]:
    """Cut cells into rows of numbers, each so many cells wide; an odd end is left out."""
    width = sum(widths)
    if not width:
        return
    for at in range(0, len(cells) - width + 1, width):
        row, place = [], at
        for count in widths:
            number = 0
            for cell in cells[place : place + count]:
                number = number << 32 | cell
            row.append(number)
            place += count
        yield tuple(row)


class Tree:
    """All nodes of a tree, and what is looked up in it."""

    def __init__(self, root: FdtNode) -> None:
        """Walk the tree once."""
        self.root = Node(root, None)
        self.nodes = [self.root]
        self.by_path: dict[str, Node] = {}
        self._by_phandle: dict[int, Node] = {}
        for node in self.nodes:  # grows while it is walked: parents before children
            self.by_path.setdefault(node.path, node)
            self._note_phandle(node)
            node.children = [Node(child, node) for child in node.fdt.children]
            self.nodes += node.children
        aliases = self.by_path.get("/aliases")
        self.aliases = (
            {name: aliases.text(name) for name in aliases.fdt.properties} if aliases else {}
        )

    def _note_phandle(self, node: Node) -> None:
        for name in ("phandle", "linux,phandle"):
            if name in node.fdt.properties:
                self._by_phandle.setdefault(node.number(name, 0), node)

    def phandle(self, number: int) -> Node | None:
        """Return the node that a phandle means."""
        return self._by_phandle.get(number)

    def find(self, name: str) -> Node | None:
        """Return the node of a path or an alias, as stdout-path has it: `serial0:115200n8`."""
        path = name.partition(":")[0]
        head, slash, rest = path.partition("/")
        if head:
            path = f"{self.aliases.get(head, '?')}{slash}{rest}"
        return self.by_path.get(path.rstrip("/") or "/")

    def below(self, path: str) -> list[Node]:
        """Return the children of a node; none if it is not there."""
        node = self.by_path.get(path)
        return node.children if node else []
