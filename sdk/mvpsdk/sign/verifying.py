# SPDX-License-Identifier: Apache-2.0
"""Verifying a bundle: every byte of the file is accounted for, in one pass and constant memory.

The manifest's signature vouches for the manifest, the manifest for the tree and every part, and the
configuration's signature for what U-Boot looks at. A file that holds anything else is refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from os import SEEK_END
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.bundle import Kind, fit, fit_read, kind_of
from mvpsdk.bundle.flat import flatten
from mvpsdk.bundle.manifest import LARGEST, parse
from mvpsdk.bundle.spans import Span
from mvpsdk.errors import BundleError
from mvpsdk.sign import disks, fitting, judging
from mvpsdk.sign.forming import SIGNATURE_SIZE, form
from mvpsdk.sign.report import Report, passed, refused
from mvpsdk.store import open_input
from mvpsdk.store.digest import digest_of, pieces
from mvpsdk.store.output import unreadable
from mvpsdk.units import align_up

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from mvpsdk.bundle import Manifest
    from mvpsdk.bundle.model import Part
    from mvpsdk.core.facade import FdtNode
    from mvpsdk.device import DeviceFacts
    from mvpsdk.sign.model import PublicKey
    from mvpsdk.sign.report import Check

__all__ = ["Wanted", "verify"]

_AGAIN = "copy the file again; if it stays so, it is not the bundle that was signed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What a bundle is held to."""

    keys: Sequence[PublicKey] = ()
    now: dt.datetime  # with its time zone: certificates expire
    release: bool = False  # the profile
    unsigned: bool = False  # an unsigned bundle will do: digests alone are checked
    device: DeviceFacts | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _File:
    """The file and what its tree says, all of it unproven."""

    start: int  # in the file, bytes
    total: int  # bytes that the bundle should have
    root: FdtNode
    size: int  # of the tree with its padding, bytes
    raw: bytes = field(repr=False)  # the tree
    parts: tuple[Part, ...]


def verify(
    path: Path,
    wanted: Wanted,
    *,
    whole: Span | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Check all of a bundle, and say of each check what it found.

    whole: where in the file it is, of a disk a partition, which may be longer than the bundle;
    None: the file is the bundle and nothing else, or it is a disk, and every slot is checked, or
    an Android container.

    Raises InputError if the file can't be read; that it is no bundle, or damaged, is a refusal.
    """
    kind = None if whole else kind_of(path)
    if kind in (Kind.DISK, Kind.SPARSE):
        return disks.verify_disk(path, wanted, progress)
    if kind is Kind.ZIP:
        from mvpsdk.sign import android

        return android.verify(path, wanted, progress)
    checks: list[Check] = []
    manifest: Manifest | None = None
    with whole.open() if whole else open_input(path) as file:
        try:
            opened = _open(file, path, whole)
            checks.append(passed("container", "the FIT's tree", f"{len(opened.parts)} parts"))
            data = _manifest_bytes(file, opened)
            manifest = parse(data)
            checks += _structure(file, opened, manifest, data)
            checks += _parts(file, opened, manifest, progress)
            checks += judging.agreement(opened.root, opened.parts, manifest)
            checks += _signatures(file, opened, manifest, data, wanted)
        except BundleError as error:
            checks.append(refused("container", "the file", error.message, error.hint))
        except OSError as error:
            raise unreadable(path, error) from error
    if manifest:
        checks += judging.profile(manifest, release=wanted.release)
        checks += fitting.device(manifest, opened.total, wanted)
    return Report(path=path, checks=tuple(checks), manifest=manifest)


def _open(file: BinaryIO, path: Path, partition: Span | None) -> _File:
    whole = partition or Span(size=file.seek(0, SEEK_END), path=path)
    file.seek(whole.offset)
    head = file.read(8)
    if head[:4] != fit_read.MAGIC:
        what = f"begins with {head.hex(' ')}" if head else "is empty"
        raise BundleError(f"the file {what}, a FIT with d0 0d fe ed", hint=_AGAIN)
    found = fit_read.read(file, whole)
    file.seek(whole.offset)
    return _File(
        start=whole.offset,
        total=found.size if partition else whole.size,
        root=found.root,
        size=found.tree_size,
        raw=file.read(found.tree_size),
        parts=found.parts,
    )


def _manifest_bytes(file: BinaryIO, opened: _File) -> bytes:
    part = next((part for part in opened.parts if part.name == fit.MANIFEST), None)
    if part is None or part.span.data or part.span.size > LARGEST:
        raise BundleError("there is no manifest in it", hint="mvpsdk bundle makes one that has")
    file.seek(part.span.offset)
    return file.read(part.span.size)


def _structure(file: BinaryIO, opened: _File, manifest: Manifest, data: bytes) -> Iterator[Check]:
    """Is the file made as the manifest says, and nothing more in it?"""
    name, what = "tree", "the tree against its digest in the manifest"
    found = fit.digest(opened.root)
    if found != manifest.tree:
        said = manifest.tree or "nothing"
        yield refused(name, what, f"SHA-256 {found}, the manifest says {said}", _AGAIN)
    elif _expected(file, opened, manifest, data) != opened.raw:
        yield refused(name, what, "it has bytes that nothing accounts for", _AGAIN)
    else:
        yield passed(name, what, f"SHA-256 {found}")
    yield from _layout(opened, manifest)


def _expected(file: BinaryIO, opened: _File, manifest: Manifest, data: bytes) -> bytes:
    """The tree as it must be, with the signatures that stand in the file."""
    if not manifest.signed:
        return flatten(opened.root, len(fit.header(fit.bare(opened.root))))
    if not _both_sign(manifest):
        return b""
    made = form(opened.root, len(fit.header(fit.bare(opened.root))), data)
    return made.filled(
        {"configuration": _value(opened), "manifest": _manifest_signature(file, opened)}
    ).tree


def _both_sign(manifest: Manifest) -> bool:
    parts = [signer.part for signer in manifest.signers]
    return sorted(parts) == ["configuration", "manifest"]


def _value(opened: _File) -> bytes:
    """The configuration's signature, as it stands in the file."""
    path = f"configurations/{fit.CONFIGURATION}/{fit.CONF_SIGNATURE}"
    node = opened.root.get(path)
    return node.properties.get("value", b"") if node else b""


def _manifest_signature(file: BinaryIO, opened: _File) -> bytes:
    part = next((part for part in opened.parts if part.name == fit.SIGNATURE), None)
    if part is None or part.span.size != SIGNATURE_SIZE:
        return b""
    file.seek(part.span.offset)
    return file.read(SIGNATURE_SIZE)


def _layout(opened: _File, manifest: Manifest) -> Iterator[Check]:
    """Each part on the page behind the one before it, and the file ends with the last."""
    name, what = "layout", "each part's place, and where the file ends"
    names = [part.name for part in manifest.parts]
    names += [fit.MANIFEST] + [fit.SIGNATURE] * manifest.signed
    found = [part.name for part in opened.parts]
    if found != names:
        message = f"the parts are {', '.join(found)}; they should be {', '.join(names)}"
        yield refused(name, what, message, _AGAIN)
        return
    end = opened.size
    for part in opened.parts:
        place = align_up(end - opened.size, fit.ALIGN) + opened.size
        if part.span.path is None or part.span.offset - opened.start != place:
            begins = part.span.offset - opened.start
            message = f"{part.name} begins at byte {begins}, it should at {place}"
            yield refused(name, what, message, _AGAIN)
        end = place + part.span.size
    if end != opened.total:
        message = f"the last part ends at byte {end}, the file at {opened.total}"
        yield refused(name, what, message, _AGAIN)
    else:
        yield passed(name, what, f"{opened.total} bytes")


def _parts(
    file: BinaryIO,
    opened: _File,
    manifest: Manifest,
    progress: Callable[[int], None] | None,
) -> Iterator[Check]:
    """Digest every part, and hold it to both that name it; between parts there are zeros."""
    told = {each.name: each for each in manifest.parts}
    for index, part in enumerate(opened.parts):
        file.seek(part.span.offset)
        digest = digest_of(pieces(file, part.span.size), progress)
        entry = told.get(part.name)
        what = "SHA-256 and size against the tree" + (" and the manifest" if entry else "")
        name = f"part {part.name}"
        wrong = [] if digest == part.span.sha256 else [f"the tree says {part.span.sha256}"]
        if entry and digest != entry.sha256:
            wrong.append(f"the manifest says {entry.sha256}")
        if entry and (part.span.size, part.load) != (entry.size, entry.load):
            wrong.append(f"{part.span.size} bytes, the manifest says {entry.size}")
        if wrong:
            yield refused(name, what, f"SHA-256 {digest}; {'; '.join(wrong)}", _AGAIN)
        else:
            yield passed(name, what, f"{part.span.size} bytes, SHA-256 {digest}")
        following = opened.parts[index + 1 :]
        gap = following[0].span.offset - file.tell() if following else 0
        if 0 < gap <= fit.ALIGN and any(file.read(gap)):
            yield refused(name, "zeros behind it", "there are other bytes", _AGAIN)


def _signatures(
    file: BinaryIO, opened: _File, manifest: Manifest, data: bytes, wanted: Wanted
) -> Iterable[Check]:
    if not manifest.signed:
        return judging.unsigned(wanted.unsigned)
    if not _both_sign(manifest):
        return judging.unnamed(manifest)
    made = form(opened.root, opened.size, data)
    values = {"configuration": _value(opened), "manifest": _manifest_signature(file, opened)}
    return judging.signatures(made, values, wanted.keys, now=wanted.now, release=wanted.release)
