# SPDX-License-Identifier: Apache-2.0
"""What is in a FIT, wherever it lies, and in its pack."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.bundle import fit_read, manifest
from mvpsdk.bundle.model import Contents, Part
from mvpsdk.core.facade import META_MAX, PART_HEAD, pack_check, pack_read, part_read
from mvpsdk.errors import BundleError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from mvpsdk.bundle.manifest import Manifest
    from mvpsdk.bundle.spans import Span
    from mvpsdk.core.facade import Pack, PackImage, Verdict

__all__ = ["of_parts", "open_fit", "open_pack", "open_persona"]


def open_fit(file: BinaryIO, whole: Span) -> Contents:
    """Return what a FIT holds that takes `whole` of a file at most.

    Raises BundleError if it is damaged, InputError if the file can't be read.
    """
    assert whole.path  # noqa: S101 - a FIT in memory is read by nobody
    return of_parts(whole.path, whole.size, fit_read.read(file, whole).parts)


def of_parts(path: Path, size: int, parts: tuple[Part, ...]) -> Contents:
    """Return what the parts of a container hold. Raises as `open_fit` does."""
    by_name = {part.name: part for part in parts}
    opened = open_pack(by_name["pack"].span) if "pack" in by_name else (None, None, ())
    verdict, pack, images = opened
    return Contents(
        path=path,
        kind="fit",
        size=size,
        parts=parts,
        images=images,
        manifest=_manifest(by_name.get("manifest"), path),
        pack=pack,
        verdict=verdict,
    )


def open_pack(span: Span) -> tuple[Verdict, Pack | None, tuple[Part, ...]]:
    """Return what the core says of a pack, what it holds if the core takes it, and its images.

    Raises InputError if the file can't be read.
    """
    metadata = span.part(0, min(span.size, META_MAX)).read()
    verdict = pack_check(metadata, size=span.size, fingerprint=None)
    if not verdict.ok:
        return verdict, None, ()
    pack = pack_read(metadata, size=span.size)
    return verdict, pack, _images(pack.images, span)


def open_persona(whole: Span) -> Contents:
    """Return what a persona's part says itself, whoever signed it.

    Raises BundleError if it says nothing that can be, InputError if the file can't be read.
    """
    assert whole.path  # noqa: S101 - a part in memory is read by nobody
    try:
        part, signature = part_read(whole.part(0, min(whole.size, PART_HEAD)).read())
    except BundleError as error:
        place = Place(file=str(whole.path))
        raise BundleError(error.message, place=place, hint=error.hint) from error
    return Contents(
        path=whole.path,
        kind="part",
        size=whole.size,
        images=_images(part.images, whole),
        part=part,
        signature=signature,
    )


def _images(rows: Iterable[PackImage], span: Span) -> tuple[Part, ...]:
    return tuple(
        Part(
            name=entry.name,
            kind=entry.kind.name.lower(),
            load=entry.load,
            span=span.part(entry.offset, entry.size, entry.digest.hex()),
        )
        for entry in rows
    )


def _manifest(part: Part | None, path: Path | None) -> Manifest | None:
    if not part or part.span.size > manifest.LARGEST:
        return None
    try:
        return manifest.parse(part.span.read())
    except BundleError as error:
        hint = "the bundle is damaged, or another tool made it"
        raise BundleError(error.message, place=Place(file=str(path)), hint=hint) from error
