# SPDX-License-Identifier: Apache-2.0
"""A bundle beside one that was built anew: which parts differ, and which inputs are to blame."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mvpsdk.bundle import papers
from mvpsdk.bundle.taking import verify
from mvpsdk.errors import BundleError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mvpsdk.bundle.model import Contents
    from mvpsdk.bundle.papers import Provenance

__all__ = ["Cause", "Rebuilt", "RebuiltPart", "compare"]

_COMPARED = ("hypervisor", "pack", "sbom", "provenance")
_NAMES = {"mvpsdk": "SDK", "toolchain": "toolchain", "fingerprint": "core's fingerprint"}


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuiltPart:
    """A part's bytes, then and now."""

    name: str
    before: str  # SHA-256; "": it was not there
    after: str

    @property
    def same(self) -> bool:
        """Whether it was built again byte for byte."""
        return self.before == self.after


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Something that the build depends on and that is not what it was."""

    name: str  # "input work/kernel", "toolchain", ...
    before: str  # "": it was none then
    after: str  # "": it is none now


@dataclass(frozen=True, kw_only=True, slots=True)
class Rebuilt:
    """What came of building anew."""

    parts: tuple[RebuiltPart, ...]
    causes: tuple[Cause, ...]
    inputs: int  # of the bundle, by its provenance

    @property
    def same(self) -> bool:
        """Whether every part is the same, of the same inputs."""
        return all(part.same for part in self.parts) and not self.causes


def compare(given: Contents, rebuilt: Contents) -> Rebuilt:
    """Hold a bundle to one that was built anew, unsigned, of what claims to be its inputs.

    Parts are compared by their bytes; of the manifest, all but who signed it. Raises BundleError if
    the bundle does not say of what it was made, InputError if a file can't be read.
    """
    then, now = papers.provenance(given), papers.provenance(rebuilt)
    if then is None or now is None:
        place = Place(file=str(given.path if then is None else rebuilt.path))
        hint = "it is of an earlier version; this one puts a provenance into each bundle"
        raise BundleError("the bundle does not say what it was made of", place=place, hint=hint)
    return Rebuilt(
        parts=tuple(_parts(given, rebuilt)),
        causes=tuple(_causes(then, now)),
        inputs=len(then.dependencies),
    )


def _parts(given: Contents, rebuilt: Contents) -> Iterator[RebuiltPart]:
    before, after = _digests(given), _digests(rebuilt)
    for name in _COMPARED:
        yield RebuiltPart(name=name, before=before.get(name, ""), after=after.get(name, ""))
    manifests = [
        replace(each.manifest, signed=False, signers=()).json() if each.manifest else b""
        for each in (given, rebuilt)
    ]
    names = [hashlib.sha256(each).hexdigest() if each else "" for each in manifests]
    yield RebuiltPart(name="manifest", before=names[0], after=names[1])


def _digests(contents: Contents) -> Mapping[str, str]:
    parts = tuple(part for part in contents.parts if part.name in _COMPARED)
    alone = replace(contents, parts=parts, images=())
    return {digest.name: digest.found for digest in verify(alone)}


def _causes(then: Provenance, now: Provenance) -> Iterator[Cause]:
    old = {each.name: each.sha256 for each in then.dependencies}
    new = {each.name: each.sha256 for each in now.dependencies}
    yield from _differing("input ", old.items(), new.items())
    yield from _differing("", then.versions, now.versions)
    yield from _differing("", then.parameters, now.parameters)


def _differing(
    prefix: str, before: Iterable[tuple[str, str]], after: Iterable[tuple[str, str]]
) -> Iterator[Cause]:
    old, new = dict(before), dict(after)
    for name in {**old, **new}:
        if old.get(name, "") != new.get(name, ""):
            said = f"{prefix}{_NAMES.get(name, name)}"
            yield Cause(name=said, before=old.get(name, ""), after=new.get(name, ""))
