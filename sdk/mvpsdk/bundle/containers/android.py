# SPDX-License-Identifier: Apache-2.0
"""For Android's boot loaders: a zip file with `boot.img`, `vbmeta.img` and how to flash them.

Checked, not booted: no Android boot loader is among what this SDK is tested with. The members are
stored, so that each can be used where it lies; nothing in the file tells a time.
"""

from __future__ import annotations

import hashlib
import zipfile
from typing import IO, TYPE_CHECKING, cast

from mvpsdk.bundle import avb, bootimg
from mvpsdk.bundle.android import BOOT, PAPERS, PUBLIC_KEY, STEPS, VBMETA
from mvpsdk.bundle.avb import HashDescriptor, Property
from mvpsdk.bundle.bootimg import BootImage
from mvpsdk.bundle.containers import Contained
from mvpsdk.bundle.opening import open_bundle
from mvpsdk.bundle.spans import Span
from mvpsdk.core.facade import WINDOW_SIZE, MemoryKind
from mvpsdk.errors import BundleError, Place
from mvpsdk.store import output
from mvpsdk.store.digest import file_digest
from mvpsdk.units import MIB, Range, align_up

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from mvpsdk.bundle.avb import Key
    from mvpsdk.bundle.containers import Wanted
    from mvpsdk.bundle.manifest import Manifest
    from mvpsdk.bundle.model import Contents, Part
    from mvpsdk.bundle.spans import Progress
    from mvpsdk.core.facade import Pack

__all__ = ["TAKES", "contain", "steps"]

TAKES: frozenset[str] = frozenset({"tree", "vbmeta_key"})
_BOUNDARY = 2 * MIB  # Linux maps its tree in blocks of this size (arm64/booting.rst)
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can tell

_NOT_BOOTED = "checked, not booted: no Android boot loader has started it in this SDK's tests"


def contain(fit: Path, wanted: Wanted, progress: Progress | None) -> Contained:
    """Make the zip file of a FIT; the FIT is left where it is. Raises as `pack` does."""
    contents = open_bundle(fit)
    parts = {part.name: part for part in contents.parts}
    manifest = contents.manifest
    if manifest is None or not {"hypervisor", "pack"} <= parts.keys():
        hint = "mvpsdk bundle makes bundles"
        raise BundleError("this FIT is no bundle", place=Place(file=str(fit)), hint=hint)
    image = _image(contents, parts, wanted.tree)
    notes = () if wanted.tree else (_NO_TREE,)
    lines = steps(manifest, signed=wanted.vbmeta_key is not None)
    with output(wanted.output, sync=False) as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as box:
            hashed = _boot(box, image, progress)
            _add(box, VBMETA, _vbmeta(contents, manifest, hashed, wanted.vbmeta_key))
            if wanted.vbmeta_key:
                key = wanted.vbmeta_key
                _add(box, PUBLIC_KEY, avb.public_key(key.modulus, key.exponent))
            for part, name in PAPERS.items():
                if part in parts:
                    _add(box, name, parts[part].span.read())
            _add(box, STEPS, "".join(f"{line}\n" for line in lines).encode())
        size = file.tell()
    return Contained(size=size, notes=(*lines, *notes))


_NO_TREE = "no device tree is in it: the boot loader must have its own, or give one by --tree"


def steps(manifest: Manifest, *, signed: bool) -> tuple[str, ...]:
    """Return how the images get onto a phone, line by line."""
    what = f"{manifest.handset} {manifest.version} for {manifest.board}"
    enrol = f"once, if the boot loader takes a key: fastboot flash avb_custom_key {PUBLIC_KEY}"
    trust = (
        (enrol,) if signed else ("vbmeta is not signed: an unlocked boot loader alone takes it",)
    )
    return (
        f"{what} ({_NOT_BOOTED})",
        *trust,
        f"fastboot flash boot {BOOT}",
        f"fastboot flash vbmeta {VBMETA}",
        "fastboot reboot",
    )


def _image(contents: Contents, parts: Mapping[str, Part], tree: Path | None) -> BootImage:
    """Hypervisor and pack to where they are at home, so that neither has to move."""
    kernel, ramdisk, pack = parts["hypervisor"], parts["pack"], contents.pack
    home = pack.boards[0].pack_home if pack else 0
    digest, size = file_digest(tree) if tree else ("", 0)
    taken = [Range(kernel.load or 0, WINDOW_SIZE), Range(home, ramdisk.span.size)]
    name = contents.manifest.handset if contents.manifest else ""
    return BootImage(
        name=name,
        kernel=kernel.span,
        kernel_at=kernel.load or 0,
        ramdisk=ramdisk.span,
        ramdisk_at=home,
        tree=Span(size=size, path=tree, sha256=digest) if tree else None,
        tree_at=_room(pack, size, taken) if pack else 0,
    )


def _room(pack: Pack, size: int, taken: Sequence[Range[int]]) -> int:
    """Return the lowest place in RAM, on a 2 MiB boundary, that is nobody's; 0: there is none."""
    banks = [each for each in pack.memory if each.kind is MemoryKind.RAM]
    others = [each for each in pack.memory if each.kind is not MemoryKind.RAM]
    blocked = [*taken, *(Range(each.base, each.size) for each in others)]
    for bank in banks:
        at = align_up(bank.base, _BOUNDARY)
        while at + size <= bank.base + bank.size:
            wall = next((each for each in blocked if each.overlaps(Range(at, max(size, 1)))), None)
            if wall is None:
                return at
            at = align_up(wall.base + wall.size, _BOUNDARY)
    return 0


def _boot(box: zipfile.ZipFile, image: BootImage, progress: Progress | None) -> HashDescriptor:
    """Write the boot image, and say what vbmeta must say of it."""
    spans = [span for span in (image.kernel, image.ramdisk, image.tree) if span]
    salt = avb.salt(*(span.sha256 for span in spans))
    total = hashlib.sha256(salt)
    with box.open(_info(BOOT, sum(span.size for span in spans)), "w") as target:
        size = bootimg.write(image, cast("BinaryIO", _Sink(target)), total, progress)
    return HashDescriptor(partition="boot", size=size, salt=salt, digest=total.digest())


class _Sink:
    """A member on its way into a zip file, which does not tell how far it has come."""

    def __init__(self, target: IO[bytes]) -> None:
        self.target = target
        self.position = 0

    def write(self, data: bytes) -> int:
        self.position += self.target.write(data)
        return len(data)

    def tell(self) -> int:
        return self.position


def _vbmeta(
    contents: Contents, manifest: Manifest, hashed: HashDescriptor, key: Key | None
) -> bytes:
    """Return the vbmeta image: it vouches for the boot image, and for the manifest."""
    part = next(each for each in contents.parts if each.name == "manifest")
    words = {
        "handset": manifest.handset,
        "version": manifest.version,
        "board": manifest.board,
        "manifest": part.span.sha256,
    }
    properties = [
        Property(name=f"mvpsdk.{name}", value=word.encode()) for name, word in words.items()
    ]
    return avb.assemble([hashed], properties, rollback_index=manifest.rollback_index, key=key)


def _add(box: zipfile.ZipFile, name: str, data: bytes) -> None:
    box.writestr(_info(name, len(data)), data)


def _info(name: str, size: int) -> zipfile.ZipInfo:
    """A member's entry: nothing in it is of this day or this machine."""
    info = zipfile.ZipInfo(name, date_time=_FIRST_DAY)
    info.create_system = 3  # Unix, wherever this runs
    info.external_attr = 0o644 << 16
    info.file_size = size
    return info
