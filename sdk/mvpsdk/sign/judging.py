# SPDX-License-Identifier: Apache-2.0
"""What is judged of a bundle once its bytes are known: what agrees, whose it is, and what for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.bundle import fit
from mvpsdk.core.facade import META_MAX, pack_check, pack_read
from mvpsdk.errors import BundleError
from mvpsdk.sign.preflight import faults, is_test_key
from mvpsdk.sign.public import holds
from mvpsdk.sign.report import passed, refused

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from mvpsdk.bundle import Manifest
    from mvpsdk.bundle.model import Part
    from mvpsdk.core.facade import FdtNode
    from mvpsdk.sign.model import PublicKey, Signable
    from mvpsdk.sign.report import Check, Report

__all__ = ["agreement", "profile", "signatures", "unnamed", "unproven", "unsigned"]

_MISSING = "there is none"
_MIX = "it was put together out of two: make it again in one run of mvpsdk bundle"


def agreement(root: FdtNode, parts: Sequence[Part], manifest: Manifest) -> Iterator[Check]:
    """Do tree, manifest and pack speak of the same thing? Raises BundleError: there is no pack."""
    by_name = {part.name: part for part in parts}
    if not {"pack", "hypervisor"} <= by_name.keys():
        raise BundleError("hypervisor or pack is not in it", hint=_MIX)
    span = by_name["pack"].span
    head = span.part(0, min(span.size, META_MAX)).read()
    verdict = pack_check(head, size=span.size, fingerprint=None)
    what = "the pack's metadata, by the hypervisor's own check"
    if not verdict.ok:
        yield refused("pack", what, f"the hypervisor refuses it: {verdict.reason.text}", _MIX)
        return
    yield passed("pack", what, "accepted")
    pack = pack_read(head, size=span.size)
    node = root.get(f"configurations/{fit.CONFIGURATION}")
    board = pack.boards[0]
    cells = node.cells("rollback-index") if node else ()
    said = node.text("compatible") if node else ""
    images = [(each.name, each.size, each.digest.hex()) for each in pack.images]
    yield from (
        _same("board", manifest=manifest.board, pack=board.name),
        _same("compatible", tree=said, manifest=manifest.compatible, pack=board.compatible),
        _same(
            "rollback index",
            tree=cells[0] if len(cells) == 1 else None,
            manifest=manifest.rollback_index,
            pack=pack.rollback_index,
        ),
        _same("load address", tree=_hex(by_name["hypervisor"].load), pack=_hex(board.window)),
        _same("fingerprint", manifest=manifest.fingerprint, pack=pack.fingerprint.hex()),
        _same(
            "images",
            manifest=[(each.name, each.size, each.sha256) for each in manifest.images],
            pack=images,
        ),
    )


def signatures(
    made: Signable,
    values: Mapping[str, bytes],
    keys: Sequence[PublicKey],
    *,
    now: dt.datetime,
    release: bool,
) -> Iterator[Check]:
    """Is each signature there, right, and by a key that is trusted here?"""
    by_id = {key.id: key for key in keys}
    for part in ("configuration", "manifest"):
        name, what = f"signature of the {part}", "by one of the keys that were named"
        signer = next(each for each in made.signers if each.part == part)
        key = by_id.get(signer.key)
        if key is None or (key.algorithm, key.part) != (signer.algorithm, part):
            named = ", ".join(f"{each.id} ({each.algorithm})" for each in keys) or "none"
            message = f"it is by {signer.key} ({signer.algorithm}); the keys here: {named}"
            yield refused(name, what, message, "name its key by --key, if you trust it")
            continue
        (request,) = made.requests([key])
        if holds(request, values[part]):
            yield passed(name, what, f"{signer.algorithm} by {key.origin} ({key.id})")
        else:
            message = f"it is not by {key.origin} ({key.id}) over these bytes"
            yield refused(name, what, message, "the bundle was changed after it was signed")
        yield from _key(key, now=now, release=release)


def _key(key: PublicKey, *, now: dt.datetime, release: bool) -> Iterator[Check]:
    name, what = f"key of the {key.part}", "its size, its certificate's dates and usage"
    found = list(faults(key, release=release, now=now))
    for fault in found:
        yield refused(name, what, fault.message, fault.hint)
    if not found:
        note = ", a published test key" if is_test_key(key.id) else ""
        facts = key.certificate
        until = f", certified until {facts.not_after:%Y-%m-%d}" if facts else ""
        yield passed(name, what, f"{key.algorithm}{until}{note}")


def unsigned(allowed: bool) -> Iterator[Check]:  # noqa: FBT001 - the one thing it is told
    """Nobody vouches for the bundle: is that all right?"""
    name, what = "signature", "whether anybody vouches for the bundle"
    if allowed:
        yield passed(name, what, "unsigned: only digests are checked")
    else:
        hint = "sign it: mvpsdk sign; or check digests alone: --unsigned"
        yield refused(name, what, "the bundle is unsigned", hint)


def unnamed(manifest: Manifest) -> Iterator[Check]:
    """It says that it is signed, and not by whom: each of both is to be named once."""
    for part in ("configuration", "manifest"):
        count = sum(signer.part == part for signer in manifest.signers)
        if count != 1:
            name, what = f"signature of the {part}", "the manifest names who made it"
            found = f"it names {count} signers" if count else _MISSING
            yield refused(name, what, found, "sign it: mvpsdk sign")
    others = {signer.part for signer in manifest.signers} - {"configuration", "manifest"}
    if others:
        found = f"the manifest names signers of {', '.join(sorted(others))}"
        yield refused("signature", "what the manifest says is signed", found, "sign it again")


def unproven(report: Report) -> Iterator[Check]:
    """Yield what is wrong with signatures, or missing, whosever keys they are by.

    report: of a verification that was told of no other keys than the published test keys.
    """
    known = {
        f"signature of the {signer.part}"
        for signer in (report.manifest.signers if report.manifest else ())
        if is_test_key(signer.key)
    }
    for check in report.refusals:
        if check.name == "tree" or check.name in known or check.found == _MISSING:
            yield check


def profile(manifest: Manifest, *, release: bool) -> Iterator[Check]:
    """Was it made as what ships?"""
    if release:
        name, what = "profile", "release, by the manifest"
        if manifest.profile == "release" and manifest.signed:
            yield passed(name, what, "release")
        else:
            found = f"{manifest.profile}, {'signed' if manifest.signed else 'unsigned'}"
            hint = "make it anew: mvpsdk bundle --profile release --sign KEY"
            yield refused(name, what, f"it is {found}", hint)


def _hex(address: int | None) -> str | None:
    return None if address is None else f"{address:#x}"


def _same(name: str, **said: object) -> Check:
    """Do all say the same?"""
    what = f"{', '.join(said)} against each other"
    first = next(iter(said.values()))
    if all(value == first and value is not None for value in said.values()):
        return passed(name, what, f"{len(first)} alike" if isinstance(first, list) else str(first))
    if isinstance(first, list):
        return refused(name, what, "they differ", _MIX)
    return refused(name, what, "; ".join(f"{who}: {value}" for who, value in said.items()), _MIX)
