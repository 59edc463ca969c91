# SPDX-License-Identifier: Apache-2.0
"""How much of a board's RAM a plan takes, and how much is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.plan import space

if TYPE_CHECKING:
    from mvpsdk.plan.model import Plan

__all__ = ["Usage", "usage"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """Bytes of RAM. What is neither reserved nor planned is free."""

    ram: int
    reserved: int  # in RAM: what else is reserved takes none of it
    planned: int
    free: int
    largest: int  # the largest free piece


def usage(plan: Plan) -> Usage:
    """Add up a plan."""
    banks, reserved = plan.board.memory, [area.range for area in plan.board.reserved]
    usable = space.free(banks, reserved)
    left = space.free(usable, [placement.range for placement in plan.placements])
    ram, spared = sum(bank.size for bank in banks), sum(each.size for each in usable)
    free = sum(each.size for each in left)
    return Usage(
        ram=ram,
        reserved=ram - spared,
        planned=spared - free,
        free=free,
        largest=max((each.size for each in left), default=0),
    )
