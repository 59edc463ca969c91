# SPDX-License-Identifier: Apache-2.0
"""Whether a guest's note asks for what a hypervisor offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mvpsdk.abi.naming import bits_of, call_name, conduit_names, feature_names, vgic_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.core.facade import Note
    from mvpsdk.image.model import AbiNote

__all__ = ["Misfit", "misfits"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Misfit:
    """One thing that a guest needs and does not get."""

    kind: Literal["version", "feature", "call", "vgic", "conduit"]
    needed: str
    offered: str  # empty: it is not


def misfits(guest: AbiNote, hypervisor: AbiNote | Note) -> Iterator[Misfit]:
    """Yield what a guest needs and a hypervisor does not offer.

    A note that names no vGIC, or no conduit, has no wish there.
    """
    mine, its = ((side.abi_major, side.abi_minor) for side in (guest, hypervisor))
    if mine[0] != its[0] or mine[1] > its[1]:
        needed, offered = (f"{major}.{minor}" for major, minor in (mine, its))
        yield Misfit(kind="version", needed=needed, offered=offered)
    for bit in bits_of(guest.features & ~hypervisor.features):
        yield Misfit(kind="feature", needed=feature_names(bit)[0], offered="")
    for bit in bits_of(guest.calls & ~hypervisor.calls):
        yield Misfit(kind="call", needed=call_name(bit.bit_length() - 1), offered="")
    wishes: tuple[tuple[Literal["vgic", "conduit"], int, int], ...] = (
        ("vgic", guest.vgic_versions, hypervisor.vgic_versions),
        ("conduit", guest.psci_conduits, hypervisor.psci_conduits),
    )
    for kind, wish, offer in wishes:
        if wish and not wish & offer:
            names = vgic_names if kind == "vgic" else conduit_names
            needed, offered = (" or ".join(names(side)) or "none" for side in (wish, offer))
            yield Misfit(kind=kind, needed=needed, offered=offered)
