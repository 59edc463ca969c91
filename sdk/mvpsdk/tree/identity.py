# SPDX-License-Identifier: Apache-2.0
"""Which board it is, whose EL2 is, and how QEMU would build it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError, Place
from mvpsdk.units import format_size, parse_size

if TYPE_CHECKING:
    from mvpsdk.tree.nodes import Node, Tree
    from mvpsdk.tree.notes import Notes
    from mvpsdk.tree.socs import Soc

__all__ = ["compatibles_of", "note_el2", "note_virtual"]

WORD = re.compile(r"[!-~]{1,63}")
QEMU = "linux,dummy-virt"
"""Of the tree that QEMU makes for its machine `virt` (hw/arm/virt.c, create_fdt)."""


def compatibles_of(tree: Tree, file: str) -> tuple[str, ...]:
    """Return the root node's compatible strings.

    Raises InputError if it has none: then the tree is of no board.
    """
    found = tuple(name for name in tree.root.compatibles if WORD.fullmatch(name))
    if not found:
        raise InputError(
            "the root node has no compatible: this is no board's tree",
            place=Place(file=file, node="/"),
            hint="an overlay (.dtbo) is merged into its base first: fdtoverlay -i BASE -o DTB DTBO",
        )
    return found


def note_el2(tree: Tree, notes: Notes, soc: Soc | None) -> None:
    """Write down whose EL2 is, as far as anyone can know it from here."""
    if tree.root.text("compatible") == QEMU and notes.values.get("cpu.bring-up") == "psci-smc":
        why = "QEMU's virt calls PSCI by SMC only with virtualization=on, which gives EL2"
        notes.fact("board.el2", "free", tree.root, "likely", why)
        return
    notes.missing("board.el2", tree.root, soc.hint if soc else "no device tree says it")
    for node in tree.below("/"):
        if node.generic == "hypervisor" and node.enabled:
            _hypervisor(notes, node)
    if soc and soc.owner:
        notes.remark(
            "BRD003",
            "soc-known-owner",
            "board.el2",
            f"{soc.compatible}: {soc.owner} ({soc.evidence})",
            tree.root,
            hint='attest "unlocked: <evidence>" if this device is an exception, or don\'t flash it',
            parties=(("SoC", soc.compatible), ("EL2", soc.owner)),
        )


def _hypervisor(notes: Notes, node: Node) -> None:
    notes.remark(
        "BRD003",
        "hypervisor-node",
        "board.el2",
        f"the tree is a guest's: it was started by {node.text('compatible') or 'a hypervisor'}",
        node,
        hint="take the tree that the boot loader gives to the hypervisor, not the one of its guest",
    )


def note_virtual(tree: Tree, notes: Notes) -> None:
    """Write down how QEMU builds the board, if it is QEMU's own."""
    version = notes.values.get("interrupt-controller.version")
    core = notes.values.get("cpu.core")
    total = _memory(notes)
    if tree.root.text("compatible") != QEMU or core in (None, "TODO") or not total:
        return
    if notes.values.get("cpu.bring-up") != "psci-smc" or version not in (2, 3):
        return
    root = tree.root
    machine = f"virt,virtualization=on,gic-version={version}"
    notes.fact("virtual.machine", machine, root, "likely", "the machine that makes this tree")
    notes.fact("virtual.cpu", core, root, "likely", "the kind of the first core")
    notes.fact("virtual.memory", format_size(total), root, "likely", "all banks together")
    for node in tree.nodes:
        block = node.block() if "arm,pl031" in node.compatibles and node.enabled else None
        if block and block.base % 4096 == 0 and block.end < 1 << 48:
            notes.fact("virtual.clock", block.base, node, "certain", "a PL031")
            return


def _memory(notes: Notes) -> int:
    """Return the bytes of all banks; 0 if that is not known."""
    total, number = 0, 0
    while (size := notes.values.get(f"memory[{number}].size")) is not None:
        if size == "TODO":
            return 0
        total += parse_size(size)
        number += 1
    return total
