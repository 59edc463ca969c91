# SPDX-License-Identifier: Apache-2.0
"""Makes device trees of nested tables."""

from __future__ import annotations

import struct
from typing import Any

from mvpsdk.core.facade import FdtNode

GIC, SYSIRQ, PDC, SMMU = 1, 2, 3, 4
"""Phandles."""

Table = dict[str, Any]


def value(given: Any) -> bytes:
    """Return a property's bytes: text, a number, a list of either, or True for an empty one."""
    match given:
        case bytes():
            return given
        case True:
            return b""
        case str():
            return given.encode() + b"\0"
        case int():
            return struct.pack(">I", given)
    return b"".join(map(value, given))


def node(table: Table, name: str = "", above: str = "") -> FdtNode:
    """Make a node of a table: tables in it are nodes, all else is a property."""
    path = f"{above.rstrip('/')}/{name}"
    properties = {key: value(it) for key, it in table.items() if not isinstance(it, dict)}
    children = [node(it, key, path) for key, it in table.items() if isinstance(it, dict)]
    return FdtNode(name=name, path=path, properties=properties, children=tuple(children))


def cpu(number: int) -> Table:
    """Make a core that PSCI starts."""
    return {
        "device_type": "cpu",
        "compatible": "arm,cortex-a53",
        "reg": number,
        "enable-method": "psci",
    }


def phone() -> Table:
    """Make a sound tree: two cores, a GICv3, a UART on a bus."""
    return {
        "compatible": ["acme,one", "acme,soc"],
        "model": "Acme One",
        "#address-cells": 2,
        "#size-cells": 2,
        "interrupt-parent": GIC,
        "aliases": {"serial0": "/soc/serial@1000"},
        "chosen": {"stdout-path": "serial0:115200n8"},
        "cpus": {"#address-cells": 1, "#size-cells": 0, "cpu@0": cpu(0), "cpu@1": cpu(1)},
        "psci": {"compatible": ["arm,psci-1.0", "arm,psci-0.2"], "method": "smc"},
        "memory@40000000": {"device_type": "memory", "reg": [0, 0x40000000, 0, 0x40000000]},
        "timer": {
            "compatible": "arm,armv8-timer",
            "interrupts": [1, 13, 4, 1, 14, 4, 1, 11, 4, 1, 10, 4],
        },
        "interrupt-controller@8000000": {
            "compatible": "arm,gic-v3",
            "phandle": GIC,
            "interrupt-controller": True,
            "#interrupt-cells": 3,
            "reg": [0, 0x8000000, 0, 0x10000, 0, 0x80A0000, 0, 0x40000],
            "interrupts": [1, 9, 4],
        },
        "soc": {
            "compatible": "simple-bus",
            "#address-cells": 1,
            "#size-cells": 1,
            "ranges": [0, 0, 0x9000000, 0x1000000],
            "serial@1000": {
                "compatible": "arm,pl011",
                "reg": [0x1000, 0x1000],
                "interrupts": [0, 1, 4],
            },
        },
    }


def blob(table: Table, reservations: list[tuple[int, int]] | None = None) -> bytes:
    """Make the file of a tree (Devicetree Specification 0.4, chapter 5)."""
    names: dict[str, int] = {}
    structure = _structure(node(table), names) + struct.pack(">I", 9)
    strings = b"".join(name.encode() + b"\0" for name in names)
    header = b"".join(struct.pack(">QQ", *entry) for entry in [*(reservations or ()), (0, 0)])
    at = 40 + len(header)
    total = at + len(structure) + len(strings)
    sizes = (len(strings), len(structure))
    head = struct.pack(">10I", 0xD00DFEED, total, at, at + sizes[1], 40, 17, 16, 0, *sizes)
    return head + header + structure + strings


def _structure(of: FdtNode, names: dict[str, int]) -> bytes:
    made = struct.pack(">I", 1) + _padded(of.name.encode() + b"\0")
    for name, data in of.properties.items():
        at = names.setdefault(name, sum(len(other) + 1 for other in names))
        made += struct.pack(">III", 3, len(data), at) + _padded(data)
    return made + b"".join(_structure(child, names) for child in of.children) + struct.pack(">I", 2)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
