# SPDX-License-Identifier: Apache-2.0
"""The GIC of a draft: where each of its register frames stands, as far as that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.board.model import NOWHERE, InterruptController
from mvpsdk.units import KIB, Pa, Range

if TYPE_CHECKING:
    from mvpsdk.board.schema import BoardFile

__all__ = ["FRAMES", "GICR_STRIDE", "gic_of"]

FRAMES = {
    2: ("distributor", "cpu-interface", "hypervisor-interface", "virtual-interface"),
    3: ("distributor", "redistributor"),
}
"""What a GIC must have, by its version: keys of `[interrupt-controller]`."""

GICD_SIZE = {2: 4 * KIB, 3: 64 * KIB}
"""Distributor frame by version (Arm IHI 0048, 4.1.2; Arm IHI 0069, 12.8)."""
GICR_STRIDE = 128 * KIB
"""RD_base and SGI_base frames of one core's redistributor (Arm IHI 0069, 12.10)."""
GICC_SIZE = 8 * KIB
"""Of each of GICC, GICH and GICV (Arm IHI 0048, 4.1.3: GICC_DIR stands on the second page)."""


def gic_of(content: BoardFile) -> InterruptController | None:
    """Return the GIC with all frames that are known; None if not even its version is."""
    table = content.interrupt_controller
    if table.version is None:
        return None
    return InterruptController(
        version=table.version,
        distributor=_frame(table.distributor, GICD_SIZE[table.version]),
        maintenance_irq=table.maintenance_irq or 0,
        **(_interfaces(content) if table.version == 2 else _redistributors(content)),  # noqa: PLR2004
    )


def _frame(base: int | None, size: int) -> Range[Pa]:
    return NOWHERE if base is None else Range(Pa(base), size)


def _redistributors(content: BoardFile) -> dict[str, Range[Pa]]:
    table = content.interrupt_controller
    size = table.redistributor_size or GICR_STRIDE * (content.cpu.count or 1)
    return {"redistributor": _frame(table.redistributor, size)}


def _interfaces(content: BoardFile) -> dict[str, Range[Pa]]:
    table = content.interrupt_controller
    return {
        "cpu_interface": _frame(table.cpu_interface, table.cpu_interface_size or GICC_SIZE),
        "hypervisor_interface": _frame(
            table.hypervisor_interface, table.hypervisor_interface_size or GICC_SIZE
        ),
        "virtual_interface": _frame(
            table.virtual_interface, table.virtual_interface_size or GICC_SIZE
        ),
    }
