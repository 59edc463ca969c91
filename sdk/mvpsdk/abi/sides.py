# SPDX-License-Identifier: Apache-2.0
"""What stands on either side of a comparison: a header, a hypervisor, or an image for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mvpsdk.abi.comparing import compare, compare_notes
from mvpsdk.abi.fitting import misfits
from mvpsdk.abi.history import version_of
from mvpsdk.abi.layouts import compare_layouts
from mvpsdk.abi.model import Change
from mvpsdk.core.facade import CONSTANTS
from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mvpsdk.abi.model import Abi
    from mvpsdk.image.layouts import Enum, Struct
    from mvpsdk.image.model import AbiNote, ImageFacts

__all__ = ["Side", "diff", "of_image", "of_version", "verdict"]

Kind = Literal["header", "hypervisor", "guest", "silent"]
Verdict = Literal["runs", "does not run", "can't tell"]

_WORDS = {
    "version": "ABI",
    "feature": "feature",
    "call": "call",
    "vgic": "vGIC version",
    "conduit": "conduit",
}
_Layouts = tuple[tuple["Struct", ...], tuple["Enum", ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Side:
    """One of two that are compared."""

    name: str  # how a message calls it
    kind: Kind  # "silent": an image without a note
    abi: Abi | None = None  # of a header
    note: AbiNote | None = None
    structs: tuple[Struct, ...] = ()
    enums: tuple[Enum, ...] = ()
    source: str = ""  # what its layouts are known from; empty: they are not known

    @property
    def version(self) -> str:
        """The ABI's number; empty: it doesn't say."""
        if self.abi:
            return self.abi.version
        return f"{self.note.abi_major}.{self.note.abi_minor}" if self.note else ""


def of_version(name: str, abi: Abi) -> Side:
    """Return the side of a header, or of a version that once was one."""
    return Side(
        name=name, kind="header", abi=abi, structs=abi.structs, enums=abi.enums, source="header"
    )


def of_image(name: str, facts: ImageFacts) -> Side:
    """Return the side of an image: of its debug information, else of the version that it names."""
    note, found = facts.note, facts.layouts
    kind: Kind = "silent"
    if note:
        offers = note.role == CONSTANTS["NOTE_ROLE_HYPERVISOR"]
        kind = "hypervisor" if offers else "guest"
    if found and (found.structs or found.enums):
        return Side(
            name=name,
            kind=kind,
            note=note,
            structs=found.structs,
            enums=found.enums,
            source=found.source,
        )
    known = version_of(note.layouts) if note else None
    if not known:
        return Side(name=name, kind=kind, note=note)
    return Side(
        name=name,
        kind=kind,
        note=note,
        structs=known.structs,
        enums=known.enums,
        source=f"those of ABI {known.version}, by the note's digest",
    )


def diff(before: Side, after: Side) -> tuple[Change, ...]:
    """Return what differs between two sides.

    Two headers or two hypervisors: what the second has added or broken. A guest and one of these:
    what the guest needs and does not get. Raises InputError for two images of which neither offers
    anything.
    """
    if before.abi and after.abi:
        return compare(before.abi, after.abi)
    kinds = {before.kind, after.kind}
    if kinds <= {"guest", "silent"}:
        hint = "name a hypervisor's image, a header or a version such as 1.0 on one side"
        raise InputError(f"neither {before.name} nor {after.name} offers an ABI", hint=hint)
    shared = tuple(_shared(before, after))
    if kinds == {"hypervisor"} and before.note and after.note:
        return (*compare_notes(before.note, after.note), *shared)
    guest, offer = (before, after) if before.kind in ("guest", "silent") else (after, before)
    return (*_needs(guest, offer), *shared)


def _needs(guest: Side, offer: Side) -> Iterator[Change]:
    """What a guest needs and does not get; against a header, the version alone is known."""
    if guest.note and offer.note and guest.kind == "guest":
        for misfit in misfits(guest.note, offer.note):
            yield Change(
                kind="broke",
                what=_WORDS[misfit.kind],
                aspect="need",
                before=misfit.needed,
                after=misfit.offered,
            )
    elif guest.version and offer.version and _older(offer.version, guest.version):
        yield Change(
            kind="broke", what="ABI", aspect="need", before=guest.version, after=offer.version
        )


def _older(offered: str, needed: str) -> bool:
    have, want = ([int(part) for part in text.split(".")] for text in (offered, needed))
    return have[0] != want[0] or have[1] < want[1]


def _shared(before: Side, after: Side) -> Iterator[Change]:
    """Layouts that both sides know of. What only one of them uses is no difference."""
    for mine in _ways(before):
        for its in _ways(after):
            yield from compare_layouts(_common(mine, its), _common(its, mine))


def _ways(side: Side) -> Iterator[_Layouts]:
    """Each struct and enum alone: there may be several of one name in an image."""
    yield from (((each,), ()) for each in side.structs)
    yield from (((), (each,)) for each in side.enums)


def _common(mine: _Layouts, its: _Layouts) -> _Layouts:
    names = {each.name for kind in its for each in kind}
    structs = tuple(each for each in mine[0] if each.name in names and its[0])
    return structs, tuple(each for each in mine[1] if each.name in names and its[1])


def verdict(image: Side, changes: Iterable[Change]) -> Verdict:
    """Say whether an image runs, by what differs between it and its hypervisor."""
    if any(change.kind == "broke" for change in changes):
        return "does not run"
    return "runs" if image.note else "can't tell"
