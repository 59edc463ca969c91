# SPDX-License-Identifier: Apache-2.0
"""A device tree for machines that QEMU makes none for: what a boot loader hands over at least.

The hypervisor's facts of the board are the pack's. Of the tree it takes the ramdisk, the boot
arguments, both of which QEMU fills in, and the console for what it says before it knows the pack.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.drivers import console_parts
from mvpsdk.core.facade import MemoryKind

if TYPE_CHECKING:
    from mvpsdk.core.facade import Pack, PackBoard

__all__ = ["tree"]


def tree(pack: Pack) -> bytes:
    """Return the flattened tree of a pack's board: its name, RAM, console, and /chosen."""
    import fdt

    board = pack.boards[0]
    root = fdt.FDT()
    for name in ("#address-cells", "#size-cells"):
        root.set_property(name, 2, path="/")
    root.set_property("compatible", board.compatible, path="/")
    banks = [row for row in pack.memory if row.kind is MemoryKind.RAM]
    for bank in banks:
        path = f"/memory@{bank.base:x}"
        root.set_property("device_type", "memory", path=path)
        root.set_property("reg", _cells(bank.base, bank.size), path=path)
    root.add_item(fdt.Node("chosen"))
    _console(root, board)
    blob: bytes = root.to_dtb(version=17, last_comp_version=16, boot_cpuid_phys=0)
    return blob


def _console(root: object, board: PackBoard) -> None:
    parts = [part for part in console_parts() if part.driver == board.console_driver]
    if not parts:
        return
    path = f"/serial@{board.console_register:x}"
    facts = {
        "compatible": parts[0].compatible,
        "reg": _cells(board.console_register, board.console_size),
        "reg-shift": board.console_shift,
        "reg-io-width": board.console_width,
    }
    for name, value in facts.items():
        root.set_property(name, value, path=path)  # type: ignore[attr-defined]
    root.set_property("stdout-path", path, path="/chosen")  # type: ignore[attr-defined]


def _cells(*numbers: int) -> list[int]:
    """Write each number as two cells."""
    return [cell for number in numbers for cell in (number >> 32, number & 0xFFFF_FFFF)]
