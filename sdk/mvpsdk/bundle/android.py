# SPDX-License-Identifier: Apache-2.0
"""Reading the Android container: a zip file of stored members, of which nothing is trusted.

Its boot image is taken apart, so hypervisor and pack are found in it as in any other container.
"""

from __future__ import annotations

import struct
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.bundle import avb_read
from mvpsdk.bundle.model import Part
from mvpsdk.bundle.spans import Span
from mvpsdk.errors import BundleError, Place
from mvpsdk.units import align_up

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from mvpsdk.bundle.avb import Vbmeta

__all__ = ["BOOT", "INSIDE", "PAPERS", "PUBLIC_KEY", "STEPS", "VBMETA", "read", "vbmeta"]

BOOT, VBMETA, PUBLIC_KEY, STEPS = "boot.img", "vbmeta.img", "avb_pkmd.bin", "flash.txt"
"""Members of the container; what Android's tools call a public key for a boot loader is `pkmd`."""
PAPERS = {
    "manifest": "manifest.json",
    "manifest-signature": "manifest.sig",
    "sbom": "sbom.json",
    "provenance": "provenance.json",
}
"""Parts of the FIT that are members of their own."""

INSIDE = ("hypervisor", "pack", "second", "dtb")
"""Parts of the boot image."""
_MOST = 64  # members that are looked at
_LONGEST = 128 << 10  # bytes read at once: their directory, or the longest comment behind it
_LOCAL = struct.Struct("<26xHH")  # of a member's own header: lengths of its name and what follows
_HEAD = struct.Struct("<8xIIIIIIIII")
_V2 = struct.Struct("<1644xIIQ")
_PAGES = tuple(1 << shift for shift in range(11, 17))


def read(file: BinaryIO, path: Path, size: int) -> tuple[Part, ...]:
    """Return the parts of a container of `size` bytes that is open.

    Raises BundleError if it is damaged, cut short, or holds no boot image.
    """
    members = {part.name: part for part in _members(file, path, size)}
    if BOOT not in members or VBMETA not in members:
        raise _fault(path, f"{BOOT} and {VBMETA} are not both in it")
    papers = {name: part for part, name in PAPERS.items()}
    found = list(_booted(file, members[BOOT].span, path))
    for name, part in members.items():
        kind = "firmware" if name in papers else "file"
        found.append(replace(part, name=papers.get(name, name), kind=kind))
    return tuple(found)


def vbmeta(parts: tuple[Part, ...]) -> Vbmeta:
    """Return what the vbmeta image among these parts says.

    Raises BundleError if it is damaged, StopIteration if there is none.
    """
    span = next(each for each in parts if each.name == VBMETA).span
    return avb_read.read(span.part(0, min(span.size, avb_read.LONGEST + 1)).read())


def _members(file: BinaryIO, path: Path, size: int) -> Iterator[Part]:
    try:
        with zipfile.ZipFile(_Bounded(file)) as box:
            entries = box.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
        raise _fault(path, f"it is no whole zip file: {error}") from error
    if len(entries) > _MOST or len({each.filename for each in entries}) < len(entries):
        raise _fault(path, f"it has {len(entries)} members, or two of one name")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            raise _fault(path, f"{entry.filename} is packed or encrypted, not stored")
        file.seek(entry.header_offset)
        head = file.read(30)
        if len(head) < _LOCAL.size:
            raise _fault(path, f"{entry.filename} begins at its end")
        at = entry.header_offset + len(head) + sum(_LOCAL.unpack_from(head))
        if at + entry.file_size > size:
            raise _fault(path, f"{entry.filename} ends at {at + entry.file_size} of {size} bytes")
        span = Span(size=entry.file_size, path=path, offset=at)
        yield Part(name=entry.filename, kind="file", span=span)


class _Bounded:
    """A file out of which nobody takes a directory larger than so many members could need."""

    def __init__(self, file: BinaryIO) -> None:
        self.seek, self.tell, self._read = file.seek, file.tell, file.read

    def read(self, size: int = -1) -> bytes:
        """Read on. Raises BadZipFile for more than a directory's worth."""
        if size > _LONGEST:
            raise zipfile.BadZipFile(f"its directory has {size} bytes")
        return self._read(size if size >= 0 else _LONGEST)  # to the end, of which it is near


def _booted(file: BinaryIO, image: Span, path: Path) -> Iterator[Part]:
    """Hypervisor, pack and device tree in the boot image (`mvpsdk.bundle.bootimg`)."""
    file.seek(image.offset)
    head = file.read(min(image.size, 4096))
    if len(head) < _V2.size or head[:8] != b"ANDROID!":
        raise _fault(path, f"{BOOT} is no boot image")
    kernel, kernel_at, ramdisk, ramdisk_at, second, _, _, page, version = _HEAD.unpack_from(head)
    _, tree, tree_at = _V2.unpack_from(head)
    if version != 2 or page not in _PAGES:  # noqa: PLR2004
        raise _fault(path, f"{BOOT} has header version {version}, pages of {page} bytes")
    at = page
    found = (
        ("kernel", kernel, kernel_at),
        ("ramdisk", ramdisk, ramdisk_at),
        ("firmware", second, None),
        ("flat_dt", tree, tree_at),
    )
    for name, (kind, size, load) in zip(INSIDE, found, strict=True):
        if at + size > image.size:
            raise _fault(path, f"{name} in {BOOT} ends at {at + size} of {image.size} bytes")
        if size:
            yield Part(name=name, kind=kind, load=load, span=image.part(at, size))
        at += align_up(size, page)


def _fault(path: Path, message: str) -> BundleError:
    place = Place(file=str(path))
    return BundleError(f"Android container: {message}", place=place, hint="make it again")
