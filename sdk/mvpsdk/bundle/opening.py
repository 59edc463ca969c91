# SPDX-License-Identifier: Apache-2.0
"""Opening a file to see what is inside: recognised by its first bytes, never by its name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk import image
from mvpsdk.bundle.disk_opening import open_disk
from mvpsdk.bundle.model import Contents, Part
from mvpsdk.bundle.packed import of_parts, open_fit, open_pack, open_persona
from mvpsdk.bundle.recognising import HEAD, Kind, recognised
from mvpsdk.bundle.spans import Span
from mvpsdk.errors import BundleError, Place
from mvpsdk.image.inside import chosen
from mvpsdk.store import open_input
from mvpsdk.store.output import unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from mvpsdk.image import ImageFacts

__all__ = ["open_bundle"]


def open_bundle(path: Path) -> Contents:
    """Return what a bundle in any container, a pack, a persona's part or an image holds.

    No digest of a part is checked here: see `verify`.

    Packs of other builds of the core can be opened too; a pack that the core refuses is told by its
    verdict. Raises InputError if the file can't be read, BundleError if it is none of these.
    """
    with open_input(path) as file:
        try:
            size = file.seek(0, 2)
            file.seek(0)
            head = file.read(HEAD)
            kind, whole = recognised(head), Span(size=size, path=path)
            if kind is Kind.TREE:
                return open_fit(file, whole)
            if kind is Kind.ZIP and (members := _members(file, path, size)):
                return _android(path, size, members)
            if kind in (Kind.DISK, Kind.SPARSE) and (opened := open_disk(file, whole)):
                return opened
        except OSError as error:
            raise unreadable(path, error) from error
    if kind in _READ:
        return _READ[kind](whole, path)
    facts = image.open_all({"image": path})["image"] if head else None
    if facts and facts.format != "unknown":
        parts = tuple(_parts(facts))
        return Contents(path=path, kind="image", size=size, parts=parts, facts=facts)
    what = f"begins with {head[:8].hex(' ')}" if head else "is empty"
    hint = "a FIT begins with d0 0d fe ed, a pack with MVP-PACK; or name an image that boots"
    raise BundleError(f"no bundle: the file {what}", place=Place(file=str(path)), hint=hint)


def _pack(whole: Span, path: Path) -> Contents:
    verdict, pack, images = open_pack(whole)
    return Contents(
        path=path, kind="pack", size=whole.size, images=images, pack=pack, verdict=verdict
    )


def _parts(facts: ImageFacts) -> Iterator[Part]:
    """The parts of a boot loader's container or a packed file: a kernel comes out unpacked."""
    for part in facts.container.parts if facts.container else ():
        span = Span(size=part.size, path=facts.path, offset=part.offset, sha256=part.sha256)
        inside = facts.inside
        if inside and facts.container and part.holds and part == chosen(facts.container):
            span = Span(
                size=inside.size,
                path=facts.path,
                offset=part.offset,
                sha256=inside.sha256,
                packing=part.format,
                stored=part.size,
            )
        said = f"{part.format}, holds {part.holds}" if part.holds else part.format
        yield Part(name=part.name, kind=part.kind, description=said, load=part.load, span=span)


def _members(file: BinaryIO, path: Path, size: int) -> tuple[Part, ...]:
    from mvpsdk.bundle import android  # whoever has no such file does not wait for it

    return android.read(file, path, size)


def _vbmeta(whole: Span, path: Path) -> Contents:
    from mvpsdk.bundle import android

    part = Part(name=android.VBMETA, kind="firmware", span=whole)
    said = android.vbmeta((part,))
    return Contents(path=path, kind="vbmeta", size=whole.size, parts=(part,), vbmeta=said)


def _android(path: Path, size: int, members: tuple[Part, ...]) -> Contents:
    """An Android container: what its parts must be is what vbmeta and the manifest say."""
    from mvpsdk.bundle import android

    said = android.vbmeta(members)
    opened = of_parts(path, size, members)
    listed = {part.name: part.sha256 for part in opened.manifest.parts} if opened.manifest else {}
    words = {each.name: each.value.decode("ascii", "replace") for each in said.properties}
    listed["manifest"] = words.get("mvpsdk.manifest", "")
    parts = tuple(
        replace(part, span=replace(part.span, sha256=listed.get(part.name, ""))) for part in members
    )
    return replace(opened, kind="android", parts=parts, vbmeta=said)


_READ: dict[Kind, Callable[[Span, Path], Contents]] = {
    Kind.PACK: _pack,
    Kind.PART: lambda whole, _: open_persona(whole),
    Kind.VBMETA: _vbmeta,
}
"""How what is a part by itself is read."""
