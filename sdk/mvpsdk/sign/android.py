# SPDX-License-Identifier: Apache-2.0
"""Verifying an Android container: vbmeta vouches for boot image and manifest, that for the rest.

The boot loader on the phone looks at vbmeta and the boot image alone. What else is in the zip file
is for people and pipelines, and is accounted for all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mvpsdk.bundle import android, avb, avb_check
from mvpsdk.bundle.containers.android import steps
from mvpsdk.bundle.opening import open_bundle
from mvpsdk.bundle.taking import verify as digests
from mvpsdk.errors import BundleError
from mvpsdk.sign import fitting, judging
from mvpsdk.sign.avb import numbers
from mvpsdk.sign.model import Request
from mvpsdk.sign.report import Report, judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from mvpsdk.bundle import Contents, Manifest
    from mvpsdk.bundle.avb import Vbmeta
    from mvpsdk.bundle.manifest import Signer
    from mvpsdk.bundle.model import Part
    from mvpsdk.sign.model import PublicKey
    from mvpsdk.sign.report import Check
    from mvpsdk.sign.verifying import Wanted

__all__ = ["verify"]

_AGAIN = "copy the file again; if it stays so, it is not the container that was made"
_LOCAL, _CENTRAL, _END = 30, 46, 22  # bytes of a zip file beside names and data, without extras


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signed:
    """Two messages and who signs them, as the checks of signatures want it."""

    signers: tuple[Signer, ...]
    messages: Mapping[str, bytes]

    def requests(self, keys: Iterable[PublicKey]) -> tuple[Request, ...]:
        return tuple(Request(key=key, message=self.messages[key.part]) for key in keys)


def verify(path: Path, wanted: Wanted, progress: Callable[[int], None] | None = None) -> Report:
    """Check all of a container. Raises InputError if the file can't be read."""
    try:
        contents = open_bundle(path)
    except BundleError as error:
        wrong = _check("container", "the file", "", error.message, error.hint or _AGAIN)
        return Report(path=path, checks=(wrong,), manifest=None)
    checks = tuple(_checks(contents, wanted, progress))
    return Report(path=path, checks=checks, manifest=contents.manifest)


def _checks(
    contents: Contents, wanted: Wanted, progress: Callable[[int], None] | None
) -> Iterator[Check]:
    said, manifest = contents.vbmeta, contents.manifest
    if said is None or manifest is None:
        yield _check("container", "the zip file", "", "there is no manifest in it")
        return
    yield _check("container", "the zip file", f"{len(contents.parts)} parts")
    yield from _layout(contents)
    yield from _parts(contents, progress)
    yield from _vbmeta(contents, progress)
    yield from _agreement(contents, manifest, said)
    yield from _signatures(contents, manifest, said, wanted)
    yield from judging.profile(manifest, release=wanted.release)
    yield from fitting.device(manifest, _boot_size(contents), wanted)


def _layout(contents: Contents) -> Iterator[Check]:
    """Members that are known, and nothing between or behind them."""
    members = [part for part in contents.parts if part.name not in android.INSIDE]
    names = {*android.PAPERS.values(), *(android.BOOT, android.VBMETA, android.STEPS)}
    found = {android.PAPERS.get(part.name, part.name): part.span.size for part in members}
    strange = sorted(found.keys() - names - {android.PUBLIC_KEY})
    name, what = "layout", "the members, and that there is nothing else in the file"
    overhead = sum(_LOCAL + _CENTRAL + 2 * len(member) for member in found) + _END
    total = sum(found.values()) + overhead
    if strange:
        yield _check(name, what, "", f"mvpsdk puts no {', '.join(strange)} into it")
    elif total != contents.size:
        yield _check(name, what, "", f"members and their entries have {total} of {contents.size}")
    else:
        yield _check(name, what, f"{contents.size} bytes")


def _parts(contents: Contents, progress: Callable[[int], None] | None) -> Iterator[Check]:
    """Each part by its digest in manifest or vbmeta; words for people by what they must say."""
    alone = tuple(part for part in contents.parts if part.span.sha256)
    for digest in digests(replace(contents, parts=alone), progress):
        wrong = "" if digest.ok else f"SHA-256 {digest.found}, should be {digest.expected}"
        what = "SHA-256 against the manifest's, or vbmeta's"
        yield _check(f"part {digest.name}", what, f"SHA-256 {digest.found}", wrong)
    listed = {each.name for each in contents.manifest.parts} if contents.manifest else set()
    for name in sorted(listed - {part.name for part in alone}):
        yield _check(f"part {name}", "that it is there", "", "the manifest lists it")
    by_name = {part.name: part for part in contents.parts}
    for name, data in _told(contents).items():
        wrong = "" if _bytes(by_name.get(name)) == data else "it does not say what it must"
        yield _check(f"part {name}", "what it must say", "as it must be", wrong)


def _told(contents: Contents) -> Mapping[str, bytes]:
    """Members that follow from others."""
    said, manifest = contents.vbmeta, contents.manifest
    if not said or not manifest:
        return {}
    lines = steps(manifest, signed=bool(said.algorithm.bits))
    text = "".join(f"{line}\n" for line in lines).encode()
    key = {android.PUBLIC_KEY: said.public_key} if said.algorithm.bits else {}
    return {android.STEPS: text, **key}


def _bytes(part: Part | None) -> bytes | None:
    small = part is not None and part.span.size <= 1 << 16
    return part.span.read() if part and small else None


def _vbmeta(contents: Contents, progress: Callable[[int], None] | None) -> Iterator[Check]:
    name, what = "vbmeta", "its flags, and the boot image by its salted digest"
    wrong = list(avb_check.problems(contents, progress))
    for problem in wrong:
        yield _check(name, what, "", problem)
    if not wrong and contents.vbmeta:
        yield _check(name, what, f"{contents.vbmeta.algorithm.name}, boot.img as it says")


def _agreement(contents: Contents, manifest: Manifest, said: Vbmeta) -> Iterator[Check]:
    """Do vbmeta, manifest and pack speak of the same thing?"""
    verdict, pack = contents.verdict, contents.pack
    what = "the pack's metadata, by the hypervisor's own check"
    if not verdict or not verdict.ok or pack is None:
        why = verdict.reason.text if verdict else "it is not there"
        yield _check("pack", what, "", f"the hypervisor refuses it: {why}")
        return
    yield _check("pack", what, "accepted")
    words = {each.name: each.value.decode("ascii", "replace") for each in said.properties}
    board = pack.boards[0]
    images = [(each.name, each.size, each.digest.hex()) for each in pack.images]
    listed = [(each.name, each.size, each.sha256) for each in manifest.images]
    by_name = {part.name: part for part in contents.parts}
    same: Mapping[str, tuple[object, ...]] = {
        "board": (words.get("mvpsdk.board"), manifest.board, board.name),
        "compatible": (manifest.compatible, board.compatible),
        "rollback index": (said.rollback_index, manifest.rollback_index, pack.rollback_index),
        "fingerprint": (manifest.fingerprint, pack.fingerprint.hex()),
        "load address": (by_name["hypervisor"].load, board.window),
        "images": (listed, images),
    }
    for name, values in same.items():
        wrong = "" if len({repr(value) for value in values}) == 1 else f"they say {values}"
        found = f"{len(listed)} alike" if name == "images" else str(values[0])
        yield _check(name, "vbmeta, manifest and pack against each other", found, wrong)


def _signatures(
    contents: Contents, manifest: Manifest, said: Vbmeta, wanted: Wanted
) -> Iterator[Check]:
    if not manifest.signed and not said.algorithm.bits:
        yield from judging.unsigned(wanted.unsigned)
        return
    nameless = tuple(judging.unnamed(manifest))
    if nameless:
        yield from nameless
        return
    by_name = {part.name: part for part in contents.parts}
    signed = _Signed(
        signers=manifest.signers,
        messages={"configuration": said.message, "manifest": by_name["manifest"].span.read()},
    )
    over_manifest = _bytes(by_name.get("manifest-signature")) or b""
    values = {"configuration": said.signature, "manifest": over_manifest}
    now, release = wanted.now, wanted.release
    for check in judging.signatures(signed, values, wanted.keys, now=now, release=release):
        yield replace(check, name=check.name.replace("the configuration", "vbmeta"))
    yield _embedded(manifest, said, wanted.keys)


def _embedded(manifest: Manifest, said: Vbmeta, keys: Iterable[PublicKey]) -> Check:
    """The boot loader verifies by the key that is in vbmeta: is it the one that is trusted?"""
    name, what = "key in vbmeta", "the key that the boot loader finds, against the one named"
    wanted = {each.key for each in manifest.signers if each.part == "configuration"}
    key = next((each for each in keys if each.id in wanted and each.kind == "rsa"), None)
    if key and avb.public_key(*numbers(key)) == said.public_key:
        return _check(name, what, key.id)
    return _check(name, what, "", "it is another, or its own is not named")


def _boot_size(contents: Contents) -> int:
    return next(part.span.size for part in contents.parts if part.name == android.BOOT)


def _check(name: str, what: str, found: str, wrong: str = "", hint: str = _AGAIN) -> Check:
    return judged(name, what, ok=not wrong, found=wrong or found, hint=hint)
