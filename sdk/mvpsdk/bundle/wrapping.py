# SPDX-License-Identifier: Apache-2.0
"""From a plan to the file that is delivered: packed, sealed, contained."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.bundle import containers
from mvpsdk.bundle.making import check_outputs, pack
from mvpsdk.store.output import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from mvpsdk.build import Image
    from mvpsdk.bundle.making import Profile
    from mvpsdk.bundle.manifest import Manifest
    from mvpsdk.bundle.origins import Supply
    from mvpsdk.bundle.sbom import Bill
    from mvpsdk.bundle.spans import Progress
    from mvpsdk.plan import Plan

__all__ = ["Delivery", "make"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What leaves the building."""

    path: Path
    container: str
    size: int  # bytes
    manifest: Manifest
    also: tuple[Path, ...] = ()  # other forms of the same
    notes: tuple[str, ...] = ()  # what was assumed, for people


def make(
    plan: Plan,
    hypervisor: Image,
    files: Mapping[str, Path],
    wanted: containers.Wanted,
    *,
    container: str = "fit",
    profile: Profile = "dev",
    supply: Supply | None = None,
    properties: Mapping[str, bytes] | None = None,
    seal: Callable[[BinaryIO], bytes] | None = None,
    scribe: Callable[[Bill], bytes] | None = None,
    progress: Progress | None = None,
) -> Delivery:
    """Pack a plan into a FIT, and that into a container.

    supply, properties, seal, scribe: as for `pack`.

    Raises as `containers.find`, `pack`, `seal` and the container do; then nothing is left behind,
    and what stood at the outputs is untouched.
    """
    box = containers.find(container, wanted)
    wanted = replace(wanted, board=plan.board)
    check_outputs(wanted.outputs(), plan, [*files.values(), *wanted.inputs()])
    with beside(wanted.output) as folder:
        fit = folder / "bundle.itb"
        made = pack(
            plan,
            hypervisor,
            files,
            fit,
            profile=profile,
            supply=supply,
            properties=properties,
            seal=seal,
            scribe=scribe,
            progress=progress,
        )
        contained = box.contain(fit, wanted, progress)
    return Delivery(
        path=wanted.output,
        container=container,
        size=contained.size,
        manifest=made.manifest,
        also=wanted.outputs()[1:],
        notes=contained.notes,
    )
