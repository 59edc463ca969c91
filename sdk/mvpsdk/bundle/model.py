# SPDX-License-Identifier: Apache-2.0
"""What is inside a bundle, a pack or an image, as frozen facts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mvpsdk.errors import BundleError, Place

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.bundle.avb import Vbmeta
    from mvpsdk.bundle.manifest import Manifest
    from mvpsdk.bundle.spans import Span
    from mvpsdk.core import facade as core
    from mvpsdk.core.facade import Pack, Slots, Verdict
    from mvpsdk.disk import Disk
    from mvpsdk.image import ImageFacts

__all__ = ["Boot", "Bundle", "Contents", "Kind", "Part", "Slot"]

Kind = Literal["fit", "pack", "part", "image", "disk", "android", "vbmeta"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """The one file that is flashed."""

    path: Path
    size: int  # bytes
    manifest: Manifest


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A part of a container, or an image of a pack, and where its bytes are."""

    name: str
    kind: str  # "kernel", "ramdisk", "firmware", ...; for a pack's image as in struct mvp_image
    description: str = ""
    load: int | None = None  # physical for a container's part, IPA for a pack's image
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A slot of a disk: a FIT in a partition."""

    name: str  # "a", "b"
    partition: str  # "boot_a", "boot_b"
    span: Span  # of the partition
    contents: Contents | None  # kind "fit"; its spans are the disk's. None: there is none
    fault: str = ""  # why something in it can't be read; "": it is empty, or all is well

    @property
    def size(self) -> int:
        """Bytes of the partition."""
        return self.span.size

    @property
    def empty(self) -> bool:
        """Nothing was flashed into it."""
        return not self.contents and not self.fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Boot:
    """A disk's table, its slots, and which of them starts."""

    disk: Disk
    slots: tuple[Slot, ...]
    state: Slots | None  # of boot control; None: no copy in misc is right
    active: str = ""  # the slot that starts next, by the core's choice; "": none
    sparse: bool = False  # the file is a sparse image of the disk

    def slot(self, name: str) -> Slot | None:
        """Return the slot of that name."""
        return next((slot for slot in self.slots if slot.name == name), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """What a file turned out to hold."""

    path: Path
    kind: Kind
    size: int  # bytes
    parts: tuple[Part, ...] = ()  # of the container
    images: tuple[Part, ...] = ()  # of the pack, or of a persona's part
    manifest: Manifest | None = None
    pack: Pack | None = None  # None: there is none, or it is refused
    verdict: Verdict | None = None  # over the pack's metadata; None: there is no pack
    facts: ImageFacts | None = None  # of an image alone
    part: core.Part | None = None  # the header of a persona's part, whoever signed it
    signature: core.PartSignature | None = None  # of that header
    vbmeta: Vbmeta | None = None  # of an Android container, or alone
    boot: Boot | None = None  # of a disk; the manifest and the pack are those of the active slot

    def entries(self) -> tuple[Part, ...]:
        """Return everything that can be taken out, by name."""
        return self.parts + self.images

    def started(self) -> Contents:
        """Return the FIT that a device starts: of a disk, the one in its active slot.

        Raises BundleError if the disk has none that would start.
        """
        if not self.boot:
            return self
        slot = self.boot.slot(self.boot.active)
        if slot and slot.contents:
            return slot.contents
        why = slot.fault or "it is empty" if slot else "no slot may start"
        raise BundleError(
            f"this disk starts nothing: {f'{slot.partition}: ' if slot else ''}{why}",
            place=Place(file=str(self.path)),
            hint="mvpsdk inspect shows its boot control; flash it, or make the disk again",
        )
