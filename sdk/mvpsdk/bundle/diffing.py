# SPDX-License-Identifier: Apache-2.0
"""What changed between two containers, packs or images: nothing at all if their bytes are equal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.bundle.aspects import AREAS, aspects
from mvpsdk.bundle.taking import verify
from mvpsdk.store.digest import file_digest

if TYPE_CHECKING:
    from mvpsdk.bundle.model import Contents
    from mvpsdk.bundle.spans import Progress

__all__ = ["Change", "diff"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing that is not in both files what it is in one."""

    area: str  # one of AREAS
    what: str  # "work/kernel SHA-256"
    before: str | None  # None: it was not there
    after: str | None  # None: it is there no more


def diff(before: Contents, after: Contents, progress: Progress | None = None) -> tuple[Change, ...]:
    """Return what changed, area by area; () if and only if the files have the same bytes.

    Every part is read and digested, so that nothing rests on what a file says of itself.

    Raises InputError if a file can't be read, BundleError if what is in it can't.
    """
    old = aspects(before, verify(before, progress))
    new = aspects(after, verify(after, progress))
    found = [
        Change(area=area, what=what, before=old.get((area, what)), after=new.get((area, what)))
        for area, what in {**old, **new}
        if old.get((area, what)) != new.get((area, what))
    ]
    if not found:
        found = _bytes(before, after)
    return tuple(sorted(found, key=lambda change: AREAS.index(change.area)))


def _bytes(before: Contents, after: Contents) -> list[Change]:
    """All that is told is equal: the bytes may differ where nothing is told of them."""
    old, new = file_digest(before.path)[0], file_digest(after.path)[0]
    return [] if old == new else [Change(area="file", what="SHA-256", before=old, after=new)]
