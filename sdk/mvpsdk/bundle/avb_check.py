# SPDX-License-Identifier: Apache-2.0
"""What vbmeta says of an Android container, held to what is in it; keys are `mvpsdk.sign`'s."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mvpsdk.bundle.android import BOOT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.bundle.avb import HashDescriptor
    from mvpsdk.bundle.model import Contents, Part
    from mvpsdk.bundle.spans import Progress

__all__ = ["problems"]

_NO_CHECKS = 2  # AVB_VBMETA_IMAGE_FLAGS_VERIFICATION_DISABLED


def problems(contents: Contents, progress: Progress | None = None) -> Iterator[str]:
    """Say what of a container contradicts its vbmeta image; nothing for other files.

    Raises InputError if the file can't be read.
    """
    said = contents.vbmeta
    if not said:
        return
    if said.flags & _NO_CHECKS:
        yield "vbmeta tells the boot loader to verify nothing (flags, bit 1)"
    elif said.flags:
        yield f"vbmeta has flags {said.flags:#x}; mvpsdk sets none"
    if contents.kind != "android":
        return
    yield from _boot(contents, progress)
    manifest = contents.manifest
    index = manifest.rollback_index if manifest else None
    if index is not None and index != said.rollback_index:
        yield f"vbmeta's rollback index is {said.rollback_index}, the manifest's {index}"


def _boot(contents: Contents, progress: Progress | None) -> Iterator[str]:
    said = contents.vbmeta
    images = [each for each in said.hashes if each.partition == "boot"] if said else []
    part = next((each for each in contents.parts if each.name == BOOT), None)
    if len(images) != 1 or part is None:
        yield f"vbmeta vouches for {len(images)} boot images, it should for one"
        return
    yield from _held(part, images[0], progress)


def _held(part: Part, image: HashDescriptor, progress: Progress | None) -> Iterator[str]:
    if part.span.size != image.size:
        yield f"{BOOT} has {part.span.size} bytes, vbmeta vouches for {image.size}"
        return
    total = hashlib.sha256(image.salt)
    for piece in part.span.chunks():
        total.update(piece)
        if progress:
            progress(len(piece))
    if total.digest() != image.digest:
        found, wanted = total.hexdigest(), image.digest.hex()
        yield f"{BOOT} is damaged: SHA-256 with vbmeta's salt {found}, should be {wanted}"
