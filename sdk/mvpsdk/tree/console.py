# SPDX-License-Identifier: Apache-2.0
"""The debug UART (Devicetree Specification 0.4, 3.6; bindings serial and 8250)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.core.drivers import console_drivers, driver_for, part_for
from mvpsdk.errors import InputError, Place
from mvpsdk.tree.interrupts import lines, resolve
from mvpsdk.units import PAGE

if TYPE_CHECKING:
    from mvpsdk.tree.model import Confidence
    from mvpsdk.tree.nodes import Node, Tree
    from mvpsdk.tree.notes import Notes

__all__ = ["note_console"]

UARTS = ("serial", "uart")
CONSOLE = re.compile(r"\bconsole=tty[A-Z]+(\d{1,3})\b")
ALIAS = re.compile(r"serial(\d{1,3})")
WORD = re.compile(r"[!-~]{1,63}")
FIXED = ("arm,pl011", "arm,sbsa-uart")
"""UARTs whose registers are 4 bytes apart, whatever their nodes say of an access's width."""
WIDE = re.compile(r"mediatek,.*-uart|ti,(omap|am|dra).*-uart|brcm,bcm2835-aux-uart")
"""8250s whose registers are 32 bits wide and 4 bytes apart, without the tree saying so."""
HOW = "see the schematic, or console= in /proc/cmdline of the stock OS"


def note_console(tree: Tree, notes: Notes, gic: Node | None, wanted: str = "") -> Node | None:
    """Write down the console; returns its node, None if the tree doesn't tell.

    Raises InputError if one is wanted, by path or alias, that is not there.
    """
    uart, confidence, why = _given(tree, notes, wanted) if wanted else _choose(tree, notes)
    if uart is None:
        for field in ("driver", "base", "irq"):
            notes.missing(f"console.{field}", None, why)
        return None
    base = _base(uart)
    driver = driver_for(uart.compatibles) or "none"
    notes.fact("console.driver", driver, uart, confidence, why)
    reason = "its reg has no address that the CPU sees"
    notes.known("console.base", base, uart, reason, confidence=confidence)
    reason = "it has no interrupt that can be followed to an SPI of the GIC"
    notes.known("console.irq", _irq(tree, uart, gic), uart, reason, confidence=confidence)
    _details(notes, uart, confidence)
    if driver == "none":
        _no_driver(notes, uart)
    if base is not None:
        _neighbours(tree, notes, uart, base)
    return uart


def _given(tree: Tree, notes: Notes, wanted: str) -> tuple[Node, Confidence, str]:
    found = tree.find(wanted)
    if found is None or not found.has("reg"):
        uarts = ", ".join(node.path for node in tree.nodes if _is_uart(node))
        raise InputError(
            f'"{wanted}" is no node with registers',
            place=Place(file=notes.file),
            hint=f"UARTs of the tree: {uarts or 'none'}",
        )
    return found, "certain", "given"


def _choose(tree: Tree, notes: Notes) -> tuple[Node | None, Confidence, str]:
    """Return the console's node, how sure that is, and why."""
    for name in ("stdout-path", "linux,stdout-path"):
        chosen = tree.by_path.get("/chosen")
        said = chosen.text(name) if chosen else ""
        found = tree.find(said) if said else None
        if found and found.enabled and found.has("reg"):
            return found, "certain", f"{name} is {said}"
        if said and name == "stdout-path":
            _broken(notes, chosen, said, found)
    return _guess(tree, notes)


def _broken(notes: Notes, chosen: Node | None, said: str, found: Node | None) -> None:
    what = "a node that is disabled or has no registers" if found else "no node"
    notes.remark(
        "BRD011",
        "stdout-broken",
        "console",
        f'stdout-path is "{said}", which is {what}',
        found or chosen,
        hint=HOW,
    )


def _guess(tree: Tree, notes: Notes) -> tuple[Node | None, Confidence, str]:
    uarts = [node for node in tree.nodes if _is_free_uart(node)]
    if not uarts:
        reason = "no UART is enabled, and stdout-path names none"
        notes.remark("BRD011", "no-uart", "console", reason, None, hint=HOW)
        return None, "certain", reason
    if len(uarts) == 1:
        return uarts[0], "likely", "the only UART that is enabled"
    names = ", ".join(node.path for node in uarts)
    notes.remark(
        "BRD011",
        "several-uarts",
        "console",
        f"{len(uarts)} UARTs are enabled, and no stdout-path chooses: {names}",
        uarts[0],
        hint=HOW,
        parties=tuple((node.name, node.path) for node in uarts[:8]),
    )
    return _of_several(tree, uarts)


def _of_several(tree: Tree, uarts: list[Node]) -> tuple[Node | None, Confidence, str]:
    """Choose by the kernel's command line, or by the numbers that aliases give."""
    chosen = tree.by_path.get("/chosen")
    for number in CONSOLE.findall(chosen.text("bootargs") if chosen else ""):
        if (named := tree.find(f"serial{number}")) in uarts:
            return named, "likely", f"bootargs have a console of number {number}"
    numbers = sorted(int(found[1]) for name in tree.aliases if (found := ALIAS.fullmatch(name)))
    for number in numbers:
        if (named := tree.find(f"serial{number}")) in uarts:
            return named, "guess", f"of the aliases of UARTs, serial{number} is the first"
    return None, "certain", "several UARTs are enabled, and nothing says which it is"


def _is_uart(node: Node) -> bool:
    """Tell whether a node is a UART, by its generic name or because a driver serves it."""
    return node.generic in UARTS or driver_for(node.compatibles) is not None


def _is_free_uart(node: Node) -> bool:
    """Tell whether a node is a UART that is enabled, with no part soldered to it."""
    return (
        node.generic in UARTS
        and node.enabled
        and node.has("compatible")
        and node.has("reg")
        and not any(child.has("compatible") for child in node.children)
    )


def _base(uart: Node) -> int | None:
    found = next(iter(uart.reg()), None)
    return found.base if found and found.base % 4 == 0 and found.base < 1 << 48 else None


def _irq(tree: Tree, uart: Node, gic: Node | None) -> int | None:
    own = lines(tree, uart)
    found = resolve(tree, uart, own[0], gic) if own and gic else None
    return found.intid if found and 32 <= found.intid < 1020 else None  # noqa: PLR2004 - SPIs


def _details(notes: Notes, uart: Node, sure: Confidence) -> None:
    name = uart.text("compatible")
    if WORD.fullmatch(name):
        notes.fact("console.compatible", name, uart, sure)
    if any(compatible in FIXED for compatible in uart.compatibles):
        return
    part = part_for(uart.compatibles)
    wide = any(WIDE.fullmatch(part) for part in uart.compatibles)
    usual = (part.register_shift, part.register_width) if part else (2, 4) if wide else (0, 1)
    shift = uart.number("reg-shift", usual[0])
    width = uart.number("reg-io-width", usual[1])
    if 0 < shift <= 3:  # noqa: PLR2004 - 8 bytes apart at most
        notes.fact("console.register-shift", shift, uart, sure)
    if width in (2, 4):
        notes.fact("console.register-width", width, uart, sure)


def _no_driver(notes: Notes, uart: Node) -> None:
    notes.remark(
        "BRD011",
        "no-driver",
        "console.driver",
        f"there is no driver for {uart.text('compatible') or 'it'} yet: the board is mute",
        uart,
        hint=f"drivers: {', '.join(console_drivers())}; a new one is a file in core/drivers",
    )


def _neighbours(tree: Tree, notes: Notes, uart: Node, base: int) -> None:
    """Remark on a device whose registers stand on the console's page."""
    page = base // PAGE
    above = {id(node) for node in uart.ancestors()}
    for node in tree.nodes:
        if node is uart or id(node) in above or not node.has("reg") or not node.enabled:
            continue
        if uart in node.ancestors() or node.parent is None or not _is_on(node, page):
            continue
        notes.remark(
            "BRD010",
            "console-shares-page",
            "console",
            f"{uart.name} and {node.name} stand on one page: {page * PAGE:#x}",
            uart,
            hint="a partition can't have the one without the other; both stay the hypervisor's",
            parties=((uart.name, uart.path), (node.name, node.path)),
        )
        return


def _is_on(node: Node, page: int) -> bool:
    return any(
        block.size and block.base // PAGE <= page <= (block.end - 1) // PAGE
        for block in node.reg()
        if block
    )
