# SPDX-License-Identifier: Apache-2.0
"""Devices that realtime firmware may own, by their generic names.

The names are those of the Devicetree Specification 0.4, 2.2.2. A device is a candidate if the CPU
reaches its registers, and nothing else has them or its interrupt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.tree.interrupts import lines, resolve
from mvpsdk.tree.iommus import stream_ids
from mvpsdk.tree.names import Names, plain
from mvpsdk.units import Pa, Range, format_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.tree.interrupts import Interrupt
    from mvpsdk.tree.nodes import Node, Tree
    from mvpsdk.tree.notes import Notes

__all__ = ["note_devices"]

KINDS = {
    **{name: name for name in ("adc", "can", "crypto", "dsp", "gpio", "i2c", "i2s", "mailbox")},
    **{name: name for name in ("modem", "pwm", "remoteproc", "rng", "rtc", "serial", "spi")},
    **{name: name for name in ("timer", "watchdog")},
    "uart": "serial",
    "mbox": "mailbox",
    "pinctrl": "gpio",
}
"""Generic names, and the kind that each stands for."""
PARTS = {"arm,pl061": "gpio", "arm,pl031": "rtc", "arm,pl022": "spi", "arm,sp805": "watchdog"}
"""Parts whose nodes go by the part's name."""
MASTERS = ("remoteproc", "modem", "dsp", "crypto")
"""Kinds that read or write memory by themselves."""
MOST = 256
"""Candidates of one board."""
WORD = re.compile(r"[!-~]{1,63}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A device with what it would take to hand it over."""

    node: Node
    kind: str
    range: Range[Pa]
    interrupt: Interrupt | None


def note_devices(
    tree: Tree, notes: Notes, gic: Node | None, console: Node | None, taken: Sequence[Range[Pa]]
) -> None:
    """Write down the candidates, from low to high.

    Args:
        tree: is read.
        notes: are written.
        gic: what their interrupts are followed to.
        console: is none of them.
        taken: what stands where no device of the firmware may.
    """
    found = [one for one in _candidates(tree, gic) if one.node is not console]
    found.sort(key=lambda one: (one.range.base, one.range.size, one.node.path))
    kept = _apart(found, taken, _used_interrupts(notes))[:MOST]
    counts: dict[str, int] = {}
    for one in kept:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    aliases = {path: name for name, path in reversed(tree.aliases.items())}
    names = Names(31)
    for number, one in enumerate(kept):
        alias = plain(aliases.get(one.node.path, ""))
        wanted = alias or one.kind
        alone = bool(alias) or counts[one.kind] == 1
        name = names.take(wanted, one.range.base, generic=not alone)
        _write(tree, notes, f"device[{number}]", name, one)


def _candidates(tree: Tree, gic: Node | None) -> Iterator[Candidate]:
    for node in tree.nodes:
        kind = _kind(node)
        if not kind or not node.has("reg") or not node.enabled:
            continue
        block = node.block()
        if block is None or block.base % 4 or block.end > 1 << 48:
            continue
        own = lines(tree, node)
        found = resolve(tree, node, own[0], gic) if own and gic else None
        usable = found if found and 32 <= found.intid < 1020 else None  # noqa: PLR2004 - SPIs
        if usable or not own:
            yield Candidate(node=node, kind=kind, range=block, interrupt=usable)


def _kind(node: Node) -> str:
    """Return what a node is; "" if it is nothing that firmware would own."""
    kind = KINDS.get(node.generic, "")
    if kind == "gpio" and node.generic == "pinctrl" and not node.has("gpio-controller"):
        return ""
    if not kind and node.has("compatible"):
        kind = next((PARTS[name] for name in node.compatibles if name in PARTS), "")
    return kind if node.has("compatible") else ""


def _used_interrupts(notes: Notes) -> set[int]:
    keys = ("console.irq",)
    return {value for key in keys if isinstance(value := notes.values.get(key), int)}


def _apart(found: list[Candidate], taken: Sequence[Range[Pa]], used: set[int]) -> list[Candidate]:
    """Leave out what shares registers or an interrupt with something else."""
    lines_used: dict[int, int] = dict.fromkeys(used, 1)
    for one in found:
        if one.interrupt:
            intid = one.interrupt.intid
            lines_used[intid] = lines_used.get(intid, 0) + 1
    shared = _overlapping(found)
    return [
        one
        for one in found
        if (one.interrupt is None or lines_used[one.interrupt.intid] == 1)
        and one.node.path not in shared
        and not any(one.range.overlaps(other) for other in taken)
    ]


def _overlapping(found: list[Candidate]) -> set[str]:
    """Return the nodes whose registers reach into another's; they come from low to high."""
    shared: set[str] = set()
    highest: Candidate | None = None
    for one in found:
        if highest and highest.range.overlaps(one.range):
            shared |= {highest.node.path, one.node.path}
        if highest is None or one.range.end > highest.range.end:
            highest = one
    return shared


def _write(tree: Tree, notes: Notes, key: str, name: str, one: Candidate) -> None:
    node = one.node
    notes.fact(f"{key}.name", name, node, "certain", one.kind)
    notes.fact(f"{key}.base", one.range.base, node)
    notes.fact(f"{key}.size", format_size(one.range.size), node)
    if one.interrupt:
        sure = "certain" if one.interrupt.sure else "likely"
        notes.fact(f"{key}.irq", one.interrupt.intid, node, sure)  # type: ignore[arg-type]
        if one.interrupt.edge:
            notes.fact(f"{key}.trigger", "edge", node, sure)  # type: ignore[arg-type]
    compatible = node.text("compatible")
    if WORD.fullmatch(compatible):
        notes.fact(f"{key}.compatible", compatible, node)
    ids = stream_ids(tree, node)
    if node.has("dmas") or node.has("iommus") or one.kind in MASTERS:
        sure = "certain" if node.has("dmas") or node.has("iommus") else "likely"
        notes.fact(f"{key}.dma", True, node, sure)  # type: ignore[arg-type] # noqa: FBT003 - a fact
    if ids:
        notes.fact(f"{key}.stream-ids", ids, node)
