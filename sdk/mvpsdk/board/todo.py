# SPDX-License-Identifier: Apache-2.0
"""What a board may not know yet: what each gap means, how to fill it, and who speaks of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.draft import Draft

__all__ = ["Gap", "faults_of_todos", "gap"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """A fact that is not known yet."""

    what: str
    how: str  # to find it out
    rule: str  # the lint rule that reports it


_MANUAL = "see the SoC's reference manual"
_LIVE = (
    "the boot loader fills it in: boot the stock OS, copy /sys/firmware/fdt from it,"
    " and use --from-live-fdt; or give it by --memory BASE+SIZE"
)

_GAPS = (
    (
        r"memory\[\d+\]\.(base|size)",
        Gap(what="where RAM is and how much there is", how=_LIVE, rule="BRD001"),
    ),
    (
        r"board\.el2",
        Gap(
            what="whether EL2 is free: no device tree says it",
            how="find out at which exception level the boot loader starts kernels, then attest"
            ' "free", "unlocked: <evidence>" or "taken: <by whom>"',
            rule="BRD003",
        ),
    ),
    (
        r"interrupt-controller\.maintenance-irq",
        Gap(
            what="the GIC's maintenance interrupt",
            how=f"{_MANUAL}: it is PPI 9 (INTID 25) on most SoCs",
            rule="BRD005",
        ),
    ),
    (
        r"interrupt-controller\..*",
        Gap(
            what="a register block of the GIC",
            how=f"{_MANUAL}: GICD, and GICR of a GICv3, or GICC, GICH and GICV of a GICv2",
            rule="BRD004",
        ),
    ),
    (
        r"timer\..*",
        Gap(
            what="an interrupt of the generic timer",
            how=f"{_MANUAL}: INTID 27 is usually CNTV, 30 CNTP, 26 CNTHP",
            rule="BRD007",
        ),
    ),
    (
        r"cpu\..*",
        Gap(
            what="the cores, or how they are started",
            how="see /proc/cpuinfo of the stock OS; arm64 firmware starts cores by PSCI over SMC",
            rule="BRD009",
        ),
    ),
    (
        r"console\..*",
        Gap(
            what="the debug UART",
            how="see the schematic, or console= in /proc/cmdline of the stock OS; or remove"
            " [console]: the board is mute then",
            rule="BRD011",
        ),
    ),
)


def gap(key: str) -> Gap:
    """Return what is not known where a key such as `memory[0].size` is "TODO"."""
    return next(
        (found for pattern, found in _GAPS if re.fullmatch(pattern, key)),
        Gap(what="a fact of the board", how=_MANUAL, rule=""),
    )


def faults_of_todos(draft: Draft) -> Iterator[Fault]:
    """Yield a fault for each fact that is not known yet."""
    for key in draft.todos:
        missing = gap(key)
        yield Fault(
            message=f"{key} is still TODO: {missing.what}",
            place=draft.place(key),
            hint=missing.how,
            rule=missing.rule,
        )
