# SPDX-License-Identifier: Apache-2.0
"""Signing a bundle: the tree is rewritten in its place, manifest and signature at the file's end.

What is signed are digests. No part moves and none is read for the signatures' sake.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from mvpsdk.bundle import fit, fit_read
from mvpsdk.bundle.manifest import LARGEST, parse
from mvpsdk.bundle.spans import Span
from mvpsdk.errors import BundleError, InputError, Place
from mvpsdk.sign.forming import Filled, Form, form, signed_manifest
from mvpsdk.sign.public import signed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mvpsdk.core.facade import FdtNode
    from mvpsdk.sign.model import PublicKey, Signer

__all__ = ["chosen", "opened", "seal"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A bundle's tree and manifest, found to belong together."""

    root: FdtNode
    size: int  # of the tree with its padding, bytes
    manifest: bytes


def opened(file: BinaryIO, path: Path) -> Opened:
    """Read what is to be signed.

    Raises BundleError if it is no bundle that can be: damaged, of an earlier version, not ours.
    """
    place = Place(file=str(path))
    total = file.seek(0, SEEK_END)
    whole = Span(size=total, path=path)
    found = fit_read.read(file, whole)
    part = next((each for each in found.parts if each.name == fit.MANIFEST), None)
    if part is None or part.span.size > LARGEST:
        hint = "mvpsdk bundle makes bundles that can be signed; mkimage signs any other FIT"
        raise BundleError("there is no manifest in it", place=place, hint=hint)
    file.seek(part.span.offset)
    manifest = file.read(part.span.size)
    said = parse(manifest).tree
    digest = fit.digest(found.root)
    if said != digest or hashlib.sha256(manifest).hexdigest() != part.span.sha256:
        message = (
            f"the manifest was made for a tree with SHA-256 {said or 'unknown'}, this is {digest}"
        )
        hint = "it is damaged, or of an earlier version: make it again with mvpsdk bundle"
        raise BundleError(message, place=place, hint=hint)
    return Opened(root=found.root, size=found.tree_size, manifest=manifest)


def chosen(keys: Iterable[PublicKey]) -> tuple[PublicKey, PublicKey]:
    """Return the key for the configuration and the one for the manifest.

    Raises InputError if there isn't exactly one of each.
    """
    found = tuple(keys)
    for part, kinds in (("configuration", "RSA"), ("manifest", "Ed25519")):
        fit_for = [key for key in found if key.part == part]
        if not fit_for:
            have = ", ".join(f"{key.origin} ({key.algorithm})" for key in found) or "none"
            raise InputError(
                f"no key for the {part}'s signature; there is: {have}",
                hint=f"give an {kinds} key, too: mvpsdk keys new makes both",
            )
        if len(fit_for) > 1:
            names = ", ".join(f"{key.origin} ({key.algorithm})" for key in fit_for)
            raise InputError(f"several keys for the {part}'s signature: {names}", hint="name one")
    first, second = sorted(found, key=lambda key: key.part)
    return first, second


def seal(file: BinaryIO, signers: Sequence[Signer], path: Path | None = None) -> bytes:
    """Sign the bundle in a file that is open to read and write; return its new manifest.

    path: of the file, for messages. A bundle that is signed already gets these signatures instead.

    Raises BundleError if it is no bundle that can be signed, InputError if these keys can't,
    RefusedError and others as the signers do.
    """
    keys = chosen(signer.key for signer in signers)
    made = _form(opened(file, path or Path("bundle")), keys)
    by_key = {signer.key.id: signer for signer in signers}
    signatures: dict[str, bytes] = {}
    for request in made.requests(keys):
        signatures[request.key.part] = signed(by_key[request.key.id], request)
    write(file, made.filled(signatures))
    return made.manifest


def write(file: BinaryIO, filled: Filled) -> None:
    """Put a signed bundle's own bytes into its file."""
    file.seek(filled.end_offset)
    file.write(filled.end)
    file.truncate()
    file.seek(0)
    file.write(filled.tree)


def _form(bundle: Opened, keys: tuple[PublicKey, ...]) -> Form:
    manifest = signed_manifest(bundle.manifest, keys)
    return form(bundle.root, bundle.size, manifest)
