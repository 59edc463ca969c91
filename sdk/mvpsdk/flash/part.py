# SPDX-License-Identifier: Apache-2.0
"""A persona's own part for a slot: judged by the bundle that runs, which says whose key counts.

Hypervisor and firmware stay byte for byte: the slot gets a copy of the boot part that runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk import bundle
from mvpsdk.core.facade import SLOT_NAMES
from mvpsdk.flash import medium as on
from mvpsdk.flash.blocks import Extent
from mvpsdk.flash.checks import passed, refused
from mvpsdk.flash.part_checks import judge_part
from mvpsdk.flash.slot import Filling, choose, nowhere, partition, planned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.flash.blocks import BlockDevice
    from mvpsdk.flash.inputs import Input
    from mvpsdk.flash.model import Check, Options, Plan, Tell

__all__ = ["plan_part"]


def plan_part(device: BlockDevice, name: str, what: Input, options: Options, tell: Tell) -> Plan:
    """Hold a persona's part against a medium.

    Raises InputError for a slot that is none, BundleError for a part that can't be read.
    """
    found = on.look(device, name)
    if found is None or found.state is None:
        return nowhere(name, what, found)
    contents = bundle.open(what.path)
    assert contents.part  # noqa: S101 - it begins as one
    persona = contents.part.guest.persona
    choice = choose(device, what, found, options, persona)
    run = choice.slot if choice.run is None else choice.run
    whole = found.bundles[run]
    where = f"{persona}_{SLOT_NAMES[choice.slot]}"
    at = on.extent(found.disk, where)
    checks = [*choice.checks, *partition(at, where), *_room(at, where, what.size)]
    if whole is None:
        checks += _no_bundle(run)
    else:
        boot = on.extent(found.disk, on.boot(run))
        assert boot  # noqa: S101 - it has a bundle in it
        with on.taken_out(device, Extent(boot.offset, whole.size)) as path:
            checks += judge_part(what.path, bundle.open(path), on.boot(run), tell)
    index = whole.manifest.rollback_index if whole else 0
    filling = Filling(name=name, what=what, found=found, choice=choice, stem=persona, index=index)
    return planned(device, filling, checks, tell)


def _room(at: Extent | None, where: str, size: int) -> Iterator[Check]:
    if at is None:
        return
    name, what = "room", "the part against its partition"
    found = f"the part has {size} bytes, {where} {at.size}"
    if size > at.size:
        hint = "make the part smaller, or update-room larger and write a whole disk image"
        yield refused(name, what, found, hint)
    else:
        yield passed(name, what, found)


def _no_bundle(run: int) -> Iterator[Check]:
    found = f"{on.boot(run)} has no whole bundle, and nothing else says whose key counts"
    yield refused("bundle", "the bundle that the part is for", found, "flash a bundle first")
