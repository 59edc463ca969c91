# SPDX-License-Identifier: Apache-2.0
"""Signing apart from the bundle: what is to be signed goes out, signatures come back.

A folder holds it: `signing.json` says what is there, `PART.message` is what the signature of that
part is made over, `PART.digest` its SHA-256, `PART.pub` the key that shall sign. Whoever has the
key puts the signature beside them as `PART.sig`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import InputError, Place
from mvpsdk.sign.drafting import sign
from mvpsdk.sign.forming import form, signed_manifest
from mvpsdk.sign.public import holds, public_pem
from mvpsdk.sign.sealing import chosen, opened
from mvpsdk.store import open_input, write_folder
from mvpsdk.store.output import unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mvpsdk.bundle import Bundle
    from mvpsdk.sign.model import PublicKey, Request

__all__ = ["attach", "digests", "signing_keys"]

SCHEMA = "mvpsdk.signing/1"
DESCRIPTION = "signing.json"

_LARGEST = 1 << 20


def digests(path: Path, keys: Sequence[PublicKey], folder: Path) -> tuple[Request, ...]:
    """Write what these keys shall sign of a bundle into a folder; return it.

    Raises BundleError if it is no bundle that can be signed, InputError if the keys are not one for
    each signature, or the folder is not empty.
    """
    pair = chosen(keys)
    with open_input(path) as file:
        try:
            bundle = opened(file, path)
        except OSError as error:
            raise unreadable(path, error) from error
    manifest = signed_manifest(bundle.manifest, pair)
    requests = form(bundle.root, bundle.size, manifest).requests(pair)
    write_folder(folder, _files(requests))
    return requests


def attach(path: Path, folder: Path, target: Path | None = None) -> Bundle:
    """Put the signatures in a folder into the bundle that they were made for.

    Raises InputError if one is missing, or is not by its key over this bundle; BundleError as
    `digests`.
    """
    return sign(path, [_Detached(key=key, folder=folder) for key in signing_keys(folder)], target)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Detached:
    """Somebody who has signed already."""

    key: PublicKey
    folder: Path

    def sign(self, request: Request) -> bytes:
        """Return the signature that is there, if it is over this."""
        path = self.folder / f"{self.key.part}.sig"
        value = _read(path)
        if not holds(request, value):
            raise InputError(
                f"this is no signature by {self.key.id} ({self.key.algorithm}) over this bundle",
                place=Place(file=str(path)),
                hint="sign the files of this very bundle: mvpsdk sign BUNDLE --digest-only FOLDER",
            )
        return value


def _files(requests: Sequence[Request]) -> dict[str, bytes]:
    files = {DESCRIPTION: _description(requests)}
    for request in requests:
        part = request.key.part
        files[f"{part}.message"] = request.message
        files[f"{part}.digest"] = request.digest
        files[f"{part}.pub"] = public_pem(request.key).encode()
    return files


def _description(requests: Sequence[Request]) -> bytes:
    document = {
        "schema": SCHEMA,
        "signatures": [
            {
                "part": request.key.part,
                "algorithm": request.key.algorithm,
                "key": request.key.id,
                "message": f"{request.key.part}.message",
                "sha256": request.digest.hex(),
                "public": f"{request.key.part}.pub",
                "signature": f"{request.key.part}.sig",
            }
            for request in requests
        ],
    }
    return (json.dumps(document, indent=2) + "\n").encode()


def signing_keys(folder: Path) -> tuple[PublicKey, ...]:
    """Return the keys that shall have signed. Raises InputError if the description is not ours."""
    path = folder / DESCRIPTION
    data = _read(path)
    try:
        document: Any = json.loads(data)
        if document["schema"] != SCHEMA:
            raise ValueError(f"schema is {document['schema']}")  # noqa: TRY301 - told like the others
        parts = [str(each["part"]) for each in document["signatures"]]
        if sorted(parts) != ["configuration", "manifest"]:
            raise ValueError(f"it is of {', '.join(parts)}")  # noqa: TRY301 - as above
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        hint = "make it again: mvpsdk sign BUNDLE --digest-only FOLDER"
        message = f"this describes no signatures: {error}"
        raise InputError(message, place=Place(file=str(path)), hint=hint) from error
    return tuple(_key(folder / f"{part}.pub") for part in parts)


def _key(path: Path) -> PublicKey:
    from mvpsdk.sign.pem import public_keys

    found = public_keys(_read(path), str(path))
    if len(found) != 1:
        message = f"there are {len(found)} public keys in it"
        raise InputError(message, place=Place(file=str(path)), hint="it holds the one that signs")
    return found[0]


def _read(path: Path) -> bytes:
    with open_input(path) as file:
        try:
            return file.read(_LARGEST)
        except OSError as error:
            raise unreadable(path, error) from error
