# SPDX-License-Identifier: Apache-2.0
"""What the linter looks at of a bundle: what it says of itself, and what its bytes are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk import board as boards
from mvpsdk import bundle
from mvpsdk.errors import InputError, Place
from mvpsdk.lint import Bench
from mvpsdk.lint.delivery import Delivered, Delivery
from mvpsdk_cli import benches, signing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mvpsdk.bundle import Manifest
    from mvpsdk.sign import Report

__all__ = ["is_bundle", "of_bundle", "refuse_container"]

_DISK = "take a slot's bundle out and lint that: mvpsdk extract FILE boot_a.itb -o FOLDER"
_ELSEWHERE = {
    bundle.Kind.DISK: ("is a disk; rules are about one bundle", _DISK),
    bundle.Kind.SPARSE: ("is a sparse image of a disk; rules are about one bundle", _DISK),
    bundle.Kind.ZIP: (
        "is an archive; rules are about a bundle",
        "lint the handset that it was made of, or check what is in it: mvpsdk verify",
    ),
    bundle.Kind.PART: (
        "is a persona's part; rules are about a bundle",
        "hold it to the bundle that it is for: mvpsdk verify PART --bundle BUNDLE",
    ),
}
"""What is refused, and where what is in it can be checked."""


def is_bundle(path: Path) -> bool:
    """A pack, or a FIT, which is a device tree that has /images: by what is in the file."""
    if not path.is_file() or path.suffix in benches.SUFFIXES:
        return False
    return bundle.kind_of(path) is bundle.Kind.PACK or bundle.is_fit(path)


def refuse_container(path: Path) -> None:
    """Raise InputError for what holds a bundle, or a part of one, and is none."""
    kind = bundle.kind_of(path) if path.is_file() else bundle.Kind.OTHER
    if kind in _ELSEWHERE:
        what, hint = _ELSEWHERE[kind]
        raise InputError(what, place=Place(file=str(path)), hint=hint)


def of_bundle(path: Path, previous: Path | None, board_dirs: Iterable[Path]) -> Bench:
    """A bundle by itself, beside the one before it, for a board. Raises MvpError."""
    made = _delivery(path)
    found = boards.find(board_dirs)
    return Bench(
        draft=boards.draft(found[made.board]) if made.board in found else None,
        bundle=made,
        previous=_delivery(previous) if previous else None,
    )


def _delivery(path: Path) -> Delivery:
    """Read the file, all of it."""
    contents = bundle.open(path)
    manifest = contents.manifest
    named = (*manifest.parts, *manifest.images) if manifest else ()
    told = {each.name: each.sha256 for each in named}
    parts = tuple(
        Delivered(
            name=digest.name,
            found=digest.found,
            expected=digest.expected,
            told=told.get(digest.name, ""),
        )
        for digest in bundle.verify(contents)
    )
    names = {part.name for part in parts}
    report = _verified(path) if manifest and manifest.tree else None
    return Delivery(
        file=str(path),
        size=contents.size,
        handset=manifest.handset if manifest else "",
        board=manifest.board if manifest else "",
        rollback_index=manifest.rollback_index if manifest else 0,
        signed=bool(manifest and manifest.signed),
        test_keys=_by_test_keys(manifest) if manifest else (),
        unproven=tuple(_unproven(report)) if report and manifest and manifest.signed else (),
        indexes=_found(report, "rollback index") if report else "",
        features=manifest.features if manifest else (),
        has_manifest=bool(manifest),
        fingerprint=manifest.fingerprint if manifest else "",
        made_for=contents.pack.fingerprint.hex() if contents.pack else "",
        reason=contents.verdict.reason if contents.verdict else None,
        parts=parts,
        missing=tuple(name for name in told if name not in names),
    )


def _verified(path: Path) -> Report:
    """What can be verified of a bundle without the keys of whoever signed it."""
    from mvpsdk import sign

    keys = sign.public_keys(["test:"])
    return sign.verify(path, sign.Wanted(keys=keys, now=signing.now(), unsigned=True))


def _by_test_keys(manifest: Manifest) -> tuple[str, ...]:
    from mvpsdk import sign

    return tuple(each.part for each in manifest.signers if sign.is_test_key(each.key))


def _unproven(report: Report) -> Iterator[str]:
    from mvpsdk import sign

    return (f"{check.name}: {check.found}" for check in sign.unproven(report))


def _found(report: Report, name: str) -> str:
    """What a check found that does not hold."""
    return next((check.found for check in report.refusals if check.name == name), "")
