# SPDX-License-Identifier: Apache-2.0
"""What a hypervisor may have or lack: a handset asks for it, and its board can make use of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.facade import CONSTANTS
from mvpsdk.errors import InputError
from mvpsdk.units import GIB

if TYPE_CHECKING:
    from collections.abc import Collection

    from mvpsdk.board import Board
    from mvpsdk.handset import Handset

__all__ = ["CHOICES", "bits", "known", "missing", "present", "wanted"]

CHOICES = frozenset(
    {
        "delegate",
        "early-console",
        "far",
        "flash",
        "halt",
        "menu",
        "power",
        "rtc",
        "smmu",
        "smp",
        "soft-gic",
    }
)
"""Those that a handset or its board asks for; of them and the board's GIC follows vgic2."""

_GICV2 = 2  # the architecture's version
_NEAR_END = 512 * GIB  # what EL2's tables reach without it
_NEEDLESS = frozenset({"soft-gic"})  # where the hardware has a GICV
_BITS = {
    "flash": CONSTANTS["FEATURE_FLASH"],
    "menu": CONSTANTS["FEATURE_MENU"],
    "power": CONSTANTS["FEATURE_POWER"],
    "rtc": CONSTANTS["FEATURE_PL031"],
    "smmu": CONSTANTS["FEATURE_SMMU"],
    "smp": CONSTANTS["FEATURE_SMP"],
    "vgic2": CONSTANTS["FEATURE_VGIC2"],
}
"""How a pack says that it needs them: MVP_FEATURE_* in its header."""


def wanted(handset: Handset, board: Board) -> frozenset[str]:
    """Return the features that a handset, its board's differences merged in, asks of a build."""
    cores = [core for persona in handset.personas for core in persona.cpus]
    cores += [handset.realtime.cpu] if handset.realtime else []
    gic = board.interrupt_controller
    streams = board.streams(handset.realtime.devices) if handset.realtime else ()
    kept = [*board.memory, *(frame for _, _, frame in gic.frames())]
    kept += [board.console.range] if board.console else []
    kept += [board.smmu.range] if board.smmu and streams else []
    mute = board.console is None or board.console.driver == "none"
    asked = {
        "delegate": any(persona.update_key for persona in handset.personas),
        "early-console": handset.boot.early_console and not mute,
        "far": any(part.end > _NEAR_END for part in kept),
        "flash": any(persona.rom for persona in handset.personas),
        "halt": board.cpu.bring_up != "psci-smc" and not mute,
        "menu": handset.boot.menu_timeout > 0,
        "power": any(persona.power for persona in handset.personas),
        "rtc": any(persona.rtc for persona in handset.personas),
        "smmu": bool(streams),
        "smp": any(core > 0 for core in cores),
        "soft-gic": any(persona.vgic == _GICV2 for persona in handset.personas)
        and board.interrupt_controller.version != _GICV2,
    }
    return frozenset(name for name, is_asked in asked.items() if is_asked)


def known(names: Collection[str]) -> frozenset[str]:
    """Return these features. Raises InputError that names one which there is not."""
    strange = sorted(frozenset(names) - CHOICES)
    if strange:
        there = ", ".join(sorted(CHOICES))
        raise InputError(f"there is no feature {strange[0]}", hint=f"there are: {there}")
    return frozenset(names)


def present(features: Collection[str], gic: int) -> frozenset[str]:
    """Return what a build for boards with this version of the GIC has, when it is asked for these.

    Raises InputError for a feature that there is not.
    """
    there = known(features) - (_NEEDLESS if gic == _GICV2 else frozenset())
    return there | {"vgic2"} if gic == _GICV2 or "soft-gic" in there else there


def bits(features: Collection[str]) -> int:
    """Return those features that have one as MVP_FEATURE_* bits."""
    return sum(bit for name, bit in _BITS.items() if name in features)


def missing(needed: int, features: Collection[str]) -> tuple[str, ...]:
    """Return by name what a pack's header needs (MVP_FEATURE_*) and a build lacks."""
    return tuple(name for name, bit in _BITS.items() if needed & bit and name not in features)
