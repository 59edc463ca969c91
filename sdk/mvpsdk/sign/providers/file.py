# SPDX-License-Identifier: Apache-2.0
"""`file:PATH` - a key in a PEM file, with or without a passphrase, and the certificate beside it.

The certificate stands in the same file, behind or before the key, or beside it: `NAME.crt` for
`NAME.key` or `NAME.pem`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import InputError, Place
from mvpsdk.sign.public import certificate_facts, of_object
from mvpsdk.sign.software import signer_of
from mvpsdk.store import open_input

if TYPE_CHECKING:
    from cryptography import x509

    from mvpsdk.sign.model import PublicKey, Secret
    from mvpsdk.sign.software import SoftwareSigner

__all__ = ["public", "signers"]

_LARGEST = 1 << 20
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


def signers(rest: str, secret: Secret) -> tuple[SoftwareSigner, ...]:
    """Open every private key in a file. Raises InputError if there is none, or it stays shut."""
    path = Path(rest)
    keys = [block for kind, block in _blocks(path) if kind.endswith("PRIVATE KEY")]
    if not keys:
        hint = "name the file with the private key; mvpsdk keys new makes one"
        raise InputError("there is no private key in it", place=Place(file=rest), hint=hint)
    certificates = _certificates(path)
    return tuple(_signer(key, path, secret, certificates) for key in keys)


def public(rest: str, secret: Secret) -> tuple[PublicKey, ...]:
    """Return the public keys of a file: of a certificate, a public or a private key.

    Raises InputError if there is none.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    path = Path(rest)
    blocks = _blocks(path)
    certificates = _certificates(path)
    found = [
        _found(load_pem_public_key, block, path, certificates)
        for kind, block in blocks
        if kind == "PUBLIC KEY"
    ]
    if any(kind == "CERTIFICATE" for kind, _ in blocks):
        found += [_of(each.public_key(), path, certificates) for each in _read(path)]
    if not found:
        found = [signer.key for signer in signers(rest, secret)]
    return tuple({key.id: key for key in found}.values())


def _blocks(path: Path) -> list[tuple[str, bytes]]:
    with open_input(path) as file:
        data = file.read(_LARGEST)
    found = [(match[1].decode(), match[0]) for match in _BLOCK.finditer(data)]
    if not found:
        hint = "a key is a PEM file: it begins with -----BEGIN"
        raise InputError("there is no key in it", place=Place(file=str(path)), hint=hint)
    return found


def _signer(
    block: bytes, path: Path, secret: Secret, certificates: list[x509.Certificate]
) -> SoftwareSigner:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    place = Place(file=str(path))
    try:
        try:
            private = load_pem_private_key(block, None)
        except TypeError:  # it has a passphrase
            private = load_pem_private_key(block, secret(str(path)).encode())
    except (ValueError, TypeError) as error:
        hint = "try the passphrase again; or the file is damaged: openssl pkey -in FILE"
        raise InputError("the key does not open", place=place, hint=hint) from error
    except UnsupportedAlgorithm as error:
        raise InputError(f"the key can't be read: {error}", place=place) from error
    facts = _matching(private.public_key(), certificates)
    return signer_of(private, str(path), facts)


def _found(load: Any, block: bytes, path: Path, certificates: list[x509.Certificate]) -> PublicKey:  # noqa: ANN401 - one of cryptography's readers
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return _of(load(block), path, certificates)
    except (ValueError, UnsupportedAlgorithm) as error:
        hint = "it is damaged: openssl pkey -pubin -in FILE"
        message = f"the public key can't be read: {error}"
        raise InputError(message, place=Place(file=str(path)), hint=hint) from error


def _of(key: Any, path: Path, certificates: list[x509.Certificate]) -> PublicKey:  # noqa: ANN401 - any of cryptography's public keys
    return of_object(key, str(path), _matching(key, certificates))


def _matching(key: Any, certificates: list[x509.Certificate]) -> Any:  # noqa: ANN401 - any of cryptography's public keys
    """The facts of the certificate that names this very key, if there is one."""
    for each in certificates:
        if each.public_key() == key:
            return certificate_facts(each)
    return None


def _certificates(path: Path) -> list[x509.Certificate]:
    """Those in the file itself, and those beside it."""
    beside = path.with_suffix(".crt")
    return _read(path) + (_read(beside) if beside != path and beside.is_file() else [])


def _read(path: Path) -> list[x509.Certificate]:
    from cryptography.x509 import load_pem_x509_certificate

    blocks = [block for kind, block in _blocks(path) if kind == "CERTIFICATE"]
    try:
        return [load_pem_x509_certificate(block) for block in blocks]
    except ValueError as error:
        hint = "it is damaged: openssl x509 -in FILE"
        message = f"the certificate can't be read: {error}"
        raise InputError(message, place=Place(file=str(path)), hint=hint) from error
