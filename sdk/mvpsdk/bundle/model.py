# SPDX-License-Identifier: Apache-2.0
"""What is inside a bundle, a pack or an image, as frozen facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.bundle.avb import Vbmeta
    from mvpsdk.bundle.manifest import Manifest
    from mvpsdk.bundle.spans import Span
    from mvpsdk.core.facade import Pack, Verdict
    from mvpsdk.image import ImageFacts

__all__ = ["Contents", "Kind", "Part"]

Kind = Literal["fit", "pack", "image", "android", "vbmeta"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a container, or an image of a pack, and where its bytes are."""

    name: str
    kind: str  # "kernel", "ramdisk", "firmware", ...; for a pack's image as in struct mvp_image
    description: str = ""
    load: int | None = None  # physical for a container's part, IPA for a pack's image
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What a file turned out to hold."""

    path: Path
    kind: Kind
    size: int  # bytes
    parts: tuple[Part, ...] = ()  # of the container
    images: tuple[Part, ...] = ()  # of the pack
    manifest: Manifest | None = None
    pack: Pack | None = None  # None: there is none, or it is refused
    verdict: Verdict | None = None  # over the pack's metadata; None: there is no pack
    facts: ImageFacts | None = None  # of an image alone
    vbmeta: Vbmeta | None = None  # of an Android container, or alone

    def entries(self) -> tuple[Part, ...]:
        """Return everything that can be taken out, by name."""
        return self.parts + self.images
