# SPDX-License-Identifier: Apache-2.0
"""Two versions of the ABI, or two builds of the hypervisor: what was added, and what broke."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.abi.layouts import compare_layouts
from mvpsdk.abi.model import Change
from mvpsdk.abi.naming import bits_of, call_name, conduit_names, feature_names, vgic_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mvpsdk.abi.model import Abi, Kind
    from mvpsdk.image.model import AbiNote

__all__ = ["compare", "compare_notes"]


def compare(before: Abi, after: Abi) -> tuple[Change, ...]:
    """Return what differs between two versions of the header, in the order of the header.

    What a guest was compiled with must mean the same to a later hypervisor: a number that changes
    breaks, and so does one that goes.
    """
    return (
        *_version(before.version, after.version),
        *_calls(before, after),
        *_numbers(dict(before.features), dict(after.features), "#x"),
        *_numbers(dict(before.constants), dict(after.constants), "d"),
        *compare_layouts((before.structs, before.enums), (after.structs, after.enums)),
    )


def _version(before: str, after: str) -> Iterator[Change]:
    old, new = ([int(part) for part in version.split(".")] for version in (before, after))
    if old != new:
        kind: Kind = "added" if old[0] == new[0] and old[1] < new[1] else "broke"
        yield Change(kind=kind, what="ABI", aspect="version", before=before, after=after)


def _calls(before: Abi, after: Abi) -> Iterator[Change]:
    old, new = ({call.name: call for call in side.calls} for side in (before, after))
    ids = {name: call.id for name, call in old.items()}
    yield from _numbers(ids, {name: call.id for name, call in new.items()}, "#x")
    for name in (name for name in old if name in new):
        if old[name].arguments != new[name].arguments:
            yield Change(
                kind="reworded",
                what=name,
                aspect="arguments",
                before=old[name].arguments or "none",
                after=new[name].arguments or "none",
            )


def _numbers(old: Mapping[str, int], new: Mapping[str, int], form: str) -> Iterator[Change]:
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Change(
                kind="broke" if name in old else "added",
                what=name,
                aspect="value",
                before=format(old[name], form) if name in old else "",
                after=format(new[name], form) if name in new else "",
            )


def compare_notes(before: AbiNote, after: AbiNote) -> tuple[Change, ...]:
    """Return what differs between what two builds of the hypervisor offer."""
    old = f"{before.abi_major}.{before.abi_minor}"
    new = f"{after.abi_major}.{after.abi_minor}"
    return (
        *_version(old, new),
        *_offers("feature", before.features, after.features, feature_names),
        *_offers("call", before.calls, after.calls, _call_names),
        *_offers("vGIC version", before.vgic_versions, after.vgic_versions, vgic_names),
        *_offers("PSCI by", before.psci_conduits, after.psci_conduits, conduit_names),
    )


def _call_names(calls: int) -> tuple[str, ...]:
    return tuple(call_name(bit.bit_length() - 1) for bit in bits_of(calls))


def _offers(
    word: str, old: int, new: int, names: Callable[[int], tuple[str, ...]]
) -> Iterator[Change]:
    for bit in bits_of(old ^ new):
        was = bool(old & bit)
        yield Change(
            kind="broke" if was else "added",
            what=f"{word} {names(bit)[0]}",
            aspect="offer",
            before="offered" if was else "",
            after="" if was else "offered",
        )
