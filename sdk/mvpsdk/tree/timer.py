# SPDX-License-Identifier: Apache-2.0
"""The generic timer's interrupts (binding arm,arch_timer)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.tree.gic import timers
from mvpsdk.tree.interrupts import lines, resolve

if TYPE_CHECKING:
    from mvpsdk.tree.nodes import Node, Tree
    from mvpsdk.tree.notes import Notes

__all__ = ["note_timer"]

ORDER = ("sec-phys", "phys", "virt", "hyp-phys", "hyp-virt")
"""Of a timer's interrupts, where it doesn't name them."""
KEYS = {"virtual-irq": "virt", "physical-irq": "phys", "hypervisor-irq": "hyp-phys"}


def note_timer(tree: Tree, notes: Notes, gic: Node | None) -> None:
    """Write down the timer's interrupts, and the frequency that the tree forces."""
    timer = next(iter(timers(tree)), None)
    found = _interrupts(tree, timer, gic) if timer and gic else {}
    count = len(lines(tree, timer)) if timer else 0
    reason = f"the timer's node lists {count} interrupts" if timer else "there is no timer node"
    for key, name in KEYS.items():
        notes.known(f"timer.{key}", found.get(name), timer, f"{reason}, {name} is not one")
    frequency = timer.number("clock-frequency", 0) if timer else 0
    if frequency:
        notes.fact("timer.frequency", frequency, timer)


def _interrupts(tree: Tree, timer: Node, gic: Node) -> dict[str, int]:
    """Return the INTID of each of the timer's PPIs, by the binding's name of it."""
    own = lines(tree, timer)
    names = timer.texts("interrupt-names")
    names = names if len(names) == len(own) else ORDER
    found = {}
    for name, line in zip(names, own, strict=False):
        interrupt = resolve(tree, timer, line, gic)
        if interrupt and 16 <= interrupt.intid < 32:  # noqa: PLR2004 - PPIs
            found[name] = interrupt.intid
    return found
