# SPDX-License-Identifier: Apache-2.0
"""The public key of a persona's vendor: read once, when the handset file is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mvpsdk.errors import HandsetError
from mvpsdk.handset.model import UpdateKey

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

    from mvpsdk.errors import Place

__all__ = ["read_update_key"]

_EXPONENT = 65537
_SIZES = (2048, 3072, 4096)
_MAKE = "the vendor makes one: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072"


def read_update_key(path: Path, place: Place | None) -> UpdateKey:
    """Read an RSA public key or a certificate, PEM. Raises HandsetError: the file holds none."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        public = _load(path.read_bytes())
    except OSError as error:
        why = error.strerror or "it can't be read"
        raise HandsetError(f"update-key: {path}: {why}", place=place, hint=_HAND_OVER) from error
    except ValueError as error:
        message = f"update-key: {path} holds no public key in PEM"
        raise HandsetError(message, place=place, hint=_HAND_OVER) from error
    if not isinstance(public, RSAPublicKey):
        message = f"update-key: {path} is no RSA key; the hypervisor can check RSA signatures only"
        raise HandsetError(message, place=place, hint=_MAKE)
    numbers = public.public_numbers()
    if public.key_size not in _SIZES or numbers.e != _EXPONENT:
        raise HandsetError(
            f"update-key: {path} has {public.key_size} bits and the exponent {numbers.e}; the"
            f" hypervisor takes {', '.join(map(str, _SIZES))} bits and {_EXPONENT}",
            place=place,
            hint=_MAKE,
        )
    info = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return UpdateKey(path=path, modulus=numbers.n, digest=hashlib.sha256(info).digest())


_HAND_OVER = "have the vendor hand over the public key: openssl pkey -in KEY -pubout"


def _load(data: bytes) -> PublicKeyTypes:
    """Raises ValueError: it is neither."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if b"BEGIN CERTIFICATE" in data:
        return x509.load_pem_x509_certificate(data).public_key()
    return load_pem_public_key(data)
