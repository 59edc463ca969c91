# SPDX-License-Identifier: Apache-2.0
"""`file:PATH` - a key in a PEM file, with or without a passphrase, and its certificate.

The certificate stands in the same file or beside it: `NAME.crt` for `NAME.key` or `NAME.pem`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError, Place
from mvpsdk.sign import pem
from mvpsdk.sign.software import signer_of
from mvpsdk.store import open_input

if TYPE_CHECKING:
    from cryptography import x509

    from mvpsdk.sign.model import PublicKey, Secret
    from mvpsdk.sign.software import SoftwareSigner

__all__ = ["public", "signers"]

_LARGEST = 1 << 20


def signers(rest: str, secret: Secret) -> tuple[SoftwareSigner, ...]:
    """Open every private key in a file. Raises InputError if there is none, or it stays shut."""
    data = _read(Path(rest))
    keys = [block for kind, block in pem.blocks(data, rest) if kind.endswith("PRIVATE KEY")]
    if not keys:
        hint = "name the file with the private key; mvpsdk keys new makes one"
        raise InputError("there is no private key in it", place=Place(file=rest), hint=hint)
    certificates = [*pem.certificates(data, rest), *_beside(Path(rest))]
    return tuple(_signer(key, rest, secret, certificates) for key in keys)


def public(rest: str, secret: Secret) -> tuple[PublicKey, ...]:
    """Return the public keys of a file: of a certificate, a public or a private key.

    Raises InputError if there is none.
    """
    data = _read(Path(rest))
    found = pem.public_keys(data, rest, _beside(Path(rest)))
    return found or tuple(signer.key for signer in signers(rest, secret))


def _read(path: Path) -> bytes:
    with open_input(path) as file:
        return file.read(_LARGEST)


def _beside(path: Path) -> list[x509.Certificate]:
    """The certificates in the file that belongs to a key's."""
    other = path.with_suffix(".crt") if path.suffix else path
    if other == path or not other.is_file():
        return []
    return pem.certificates(_read(other), str(other))


def _signer(
    block: bytes, origin: str, secret: Secret, certificates: list[x509.Certificate]
) -> SoftwareSigner:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    place = Place(file=origin)
    try:
        try:
            private = load_pem_private_key(block, None)
        except TypeError:  # it has a passphrase
            private = load_pem_private_key(block, secret(origin).encode())
    except (ValueError, TypeError) as error:
        hint = "try the passphrase again; or the file is damaged: openssl pkey -in FILE"
        raise InputError("the key does not open", place=place, hint=hint) from error
    except UnsupportedAlgorithm as error:
        hint = "RSA, ECDSA P-256 and Ed25519 sign bundles"
        raise InputError(f"the key can't be read: {error}", place=place, hint=hint) from error
    return signer_of(private, origin, pem.certificate_of(private.public_key(), certificates))
