# SPDX-License-Identifier: Apache-2.0
"""A partition's virtual GIC: which version it gets, and what of it stands where.

The hardware's list registers serve a vGIC of their own version. Version 2 is there on every board:
its CPU interface is the board's GICV, mapped, or where there is none emulated as all else is. A
guest can't tell which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.core.facade import CONSTANTS, gic2_second_page
from mvpsdk.errors import PlanError
from mvpsdk.plan.model import Region
from mvpsdk.plan.parts import emulated
from mvpsdk.units import PAGE, Ipa, Pa, Range

if TYPE_CHECKING:
    from mvpsdk.board.model import Board
    from mvpsdk.errors import Place
    from mvpsdk.handset.model import Persona
    from mvpsdk.image.model import ImageFacts

__all__ = ["VirtualGic", "check_image", "persona_gic", "realtime_gic"]

_V2, _V3 = 2, 3  # of the GIC's architecture


@dataclass(frozen=True, kw_only=True, slots=True)
class VirtualGic:
    """What a guest finds: ranges of its addresses."""

    version: int
    distributor: Range[Ipa]
    interface: Range[Ipa]  # version 3: a redistributor for each vCPU; version 2: the CPU interface
    regions: tuple[Region, ...]


def persona_gic(board: Board, persona: Persona, place: Place | None) -> VirtualGic:
    """Return a persona's: at the virtual handset's addresses.

    Raises PlanError if it asks for version 3 and the board's GIC is version 2.
    """
    have = board.interrupt_controller.version
    version = have if persona.vgic == "board" else persona.vgic
    if version > have:
        raise PlanError(
            f'persona "{persona.name}" asks for vgic = {persona.vgic}, but board "{board.name}" has'
            f" a GICv{have}",
            place=place,
            hint=f'every board has vgic = 2; left out, or "board", it is version {have} here',
        )
    of = CONSTANTS
    if version == _V2:
        return _version_2(board, of["GICD_BASE"], of["GICC_BASE"])
    return _version_3(of["GICD_BASE"], of["GICR_BASE"], len(persona.cpus))


def realtime_gic(board: Board) -> VirtualGic:
    """Return the realtime partition's: at the board's own addresses."""
    gic = board.interrupt_controller
    if gic.version == _V2:
        return _version_2(board, gic.distributor.base, gic.cpu_interface.base)
    return _version_3(gic.distributor.base, gic.redistributor.base, 1)


def check_image(
    found: ImageFacts, owner: str, version: int, place: Place | None, *, chooses: bool = False
) -> None:
    """Raise PlanError if an image's note says that it can't drive this version.

    chooses: whether the owner may ask for another one.
    """
    note = found.note
    if (
        note is None
        or note.role != CONSTANTS["NOTE_ROLE_GUEST"]
        or note.vgic_versions >> version & 1
    ):
        return
    drives = [str(bit) for bit in range(32) if note.vgic_versions >> bit & 1]
    hint = "build it against this version's runtime, which drives both, or choose another board"
    if chooses and note.vgic_versions >> _V2 & 1:
        hint = "write vgic = 2: every board has that version"
    drives_all = " and ".join(drives) or "none"
    raise PlanError(
        f"{owner}: {found.path} drives GIC version {drives_all}, but gets version {version} here",
        place=place,
        hint=hint,
        rule="RTF003",
        parties=((owner, f"GIC version {drives_all}"), ("board", f"GIC version {version}")),
    )


def _version_3(distributor: int, redistributors: int, cpu_count: int) -> VirtualGic:
    gicd = emulated("gicd", distributor, CONSTANTS["GICD_SIZE"])
    gicr = emulated("gicr", redistributors, CONSTANTS["GICR_STRIDE"] * cpu_count)
    return VirtualGic(version=_V3, distributor=gicd.ipa, interface=gicr.ipa, regions=(gicd, gicr))


def _version_2(board: Board, distributor: int, interface: int) -> VirtualGic:
    gicd = emulated("gicd2", distributor, CONSTANTS["GICD2_SIZE"])
    return VirtualGic(
        version=_V2,
        distributor=gicd.ipa,
        interface=Range(Ipa(interface), CONSTANTS["GICC_SIZE"]),
        regions=(gicd, *_interface(board, interface)),
    )


def _interface(board: Board, ipa: int) -> tuple[Region, ...]:
    """Return a GICv2's CPU interface: the pages of the board's GICV, or where it has none, ours."""
    gic = board.interrupt_controller
    if gic.version != _V2:
        return (emulated("gicc", ipa, CONSTANTS["GICC_SIZE"]),)
    gicv = gic.virtual_interface
    second = Pa(gicv.base + gic2_second_page(gicv.size))
    return (_page(ipa, gicv.base), _page(ipa + PAGE, second))


def _page(ipa: int, pa: Pa) -> Region:
    window = Range(Ipa(ipa), PAGE)
    return Region(kind="gicv", name="gicv", ipa=window, pa=pa, write=True, execute=False, intid=0)
