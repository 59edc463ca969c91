# SPDX-License-Identifier: Apache-2.0
"""A persona's part: signing its header, and verifying the file as the hypervisor will."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.bundle import open as open_bundle
from mvpsdk.bundle import verify as digests
from mvpsdk.core.facade import (
    PackDelegate,
    PartSignature,
    pack_write,
    part_check,
)
from mvpsdk.errors import BundleError, InputError, Place
from mvpsdk.sign.model import Request
from mvpsdk.sign.public import modulus, signed
from mvpsdk.sign.report import Report, judged, passed, refused
from mvpsdk.store import open_input

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from mvpsdk.bundle import Contents
    from mvpsdk.core.facade import Pack, Verdict
    from mvpsdk.sign.model import PublicKey, Signer
    from mvpsdk.sign.report import Check

__all__ = ["seal_part", "verify_part"]

_AGAIN = "copy the file again; if it stays so, it is not the part that was signed"
_MAKES = "mvpsdk bundle --persona makes a part"
_ROOM = 1 << 32  # bytes: without a bundle nobody has said how much there is


def seal_part(header: bytes, signers: Sequence[Signer]) -> PartSignature:
    """Sign a part's header.

    Raises InputError unless there is exactly one key, RSA; and others as the signer does.
    """
    fit = [signer for signer in signers if signer.key.kind == "rsa"]
    if len(fit) != 1 or len(signers) != 1:
        have = ", ".join(f"{each.key.origin} ({each.key.algorithm})" for each in signers) or "none"
        raise InputError(
            f"a persona's part is signed by one RSA key; given: {have}",
            hint="give the private half of the handset file's update-key by --sign",
        )
    request = Request(key=fit[0].key, message=header)
    return PartSignature(key=bytes.fromhex(request.key.id), value=signed(fit[0], request))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Held:
    """What a part is held to, and its words for people."""

    row: PackDelegate
    pack: Pack | None
    what: str


def verify_part(
    path: Path,
    *,
    keys: Sequence[PublicKey] = (),
    bundle: Contents | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Judge a persona's part by the hypervisor's own check, and hold each image to its digest.

    keys: of its vendor's; or bundle: the maker's, which has delegated the persona to a key, and
    whose pack the part must fit.

    Raises BundleError if the bundle has no such persona, InputError for a key that is not RSA or a
    file that can't be read; that it is no part, or damaged, is a refusal.
    """
    try:
        contents = _opened(path)
    except BundleError as error:
        container = refused("container", "the file", error.message, error.hint)
        return Report(path=path, checks=(container,), manifest=None)
    checks = [_length(contents)]
    held = [_of_bundle(contents, bundle)] if bundle else [_of_key(key) for key in keys]
    with (
        open_input(contents.path) as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
    ):
        verdicts = [(each, _judged(data, each)) for each in held]
    checks.append(_best(verdicts))
    for digest in digests(contents, progress):
        name, what = f"image {digest.name}", "SHA-256 against the header"
        said = "" if digest.ok else f", the header says {digest.expected}"
        found = f"SHA-256 {digest.found}{said}"
        checks.append(judged(name, what, ok=digest.ok, found=found, hint=_AGAIN))
    return Report(path=contents.path, checks=tuple(checks), manifest=None)


def _opened(path: Path) -> Contents:
    contents = open_bundle(path)
    if contents.part is None:
        raise BundleError(f"it is of kind {contents.kind}, no persona's part", hint=_MAKES)
    return contents


def _length(contents: Contents) -> Check:
    assert contents.part  # noqa: S101 - as above
    wanted = contents.part.total_size
    ok = contents.size == wanted
    said = "" if ok else f", the header says {wanted}"
    what, found = "the file's length against the header", f"{contents.size} bytes{said}"
    return judged("container", what, ok=ok, found=found, hint=_AGAIN)


def _of_bundle(contents: Contents, bundle: Contents) -> _Held:
    assert contents.part  # noqa: S101 - as above
    name = contents.part.guest.persona
    pack = bundle.pack
    rows = {row.partition: row for row in pack.delegates} if pack else {}
    names = {pack.partitions[index].name: row for index, row in rows.items()} if pack else {}
    if name not in names:
        there = ", ".join(names) or "none"
        raise BundleError(
            f'the bundle delegates no persona "{name}"',
            place=Place(file=str(bundle.path)),
            hint=f"it delegates: {there}",
        )
    return _Held(row=names[name], pack=pack, what=f"what {bundle.path.name} delegates {name} to")


def _of_key(key: PublicKey) -> _Held:
    if key.kind != "rsa":
        hint = "a persona's part is signed by an RSA key"
        raise InputError(f"{key.origin} is a key of another kind: {key.algorithm}", hint=hint)
    row = PackDelegate(
        partition=0,
        home=0,
        room=_ROOM,
        key=bytes.fromhex(key.id),
        modulus=int.from_bytes(modulus(key.spki)),
    )
    return _Held(row=row, pack=None, what=key.origin)


def _judged(data: mmap.mmap, held: _Held) -> Verdict:
    pack = pack_write(held.pack) if held.pack else None
    return part_check(data, held.row, pack=pack)


def _best(found: Sequence[tuple[_Held, Verdict]]) -> Check:
    """The key that the part is signed by, if it is among them; else the last one's refusal."""
    held, verdict = next((each for each in found if each[1].ok), found[-1])
    what = f"header, signature and images' places, by the hypervisor's own check, for {held.what}"
    if verdict.ok:
        return passed("part", what, f"signed by {held.row.key.hex()}")
    return refused(
        "part",
        what,
        f"the hypervisor refuses it: reason {int(verdict.reason):#x}, {verdict.reason.text}"
        f" ({verdict.value:#x} against {verdict.bound:#x})",
        "what to do about it stands in docs/reference/reasons.md",
    )
