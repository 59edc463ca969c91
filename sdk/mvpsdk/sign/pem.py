# SPDX-License-Identifier: Apache-2.0
"""What stands in a PEM text (RFC 7468): private keys, public keys, certificates."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import InputError, Place
from mvpsdk.sign.public import certificate_facts, of_object

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509

    from mvpsdk.sign.model import Certificate, PublicKey

__all__ = ["blocks", "certificate_of", "certificates", "public_keys"]

_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


def blocks(data: bytes, origin: str) -> list[tuple[str, bytes]]:
    """Return each block's kind, such as "PUBLIC KEY", and its text.

    Raises InputError if there is none.
    """
    found = [(match[1].decode(), match[0]) for match in _BLOCK.finditer(data)]
    if not found:
        hint = "a key is a PEM text: it begins with -----BEGIN"
        raise InputError("there is no key in it", place=Place(file=origin), hint=hint)
    return found


def certificates(data: bytes, origin: str) -> list[x509.Certificate]:
    """Return the certificates of a PEM text. Raises InputError if one is damaged."""
    found = [block for kind, block in blocks(data, origin) if kind == "CERTIFICATE"]
    if not found:
        return []
    from cryptography.x509 import load_pem_x509_certificate  # it takes a while to import

    try:
        return [load_pem_x509_certificate(block) for block in found]
    except ValueError as error:
        hint = "it is damaged: openssl x509 -in FILE"
        message = f"the certificate can't be read: {error}"
        raise InputError(message, place=Place(file=origin), hint=hint) from error


def certificate_of(key: Any, among: Sequence[x509.Certificate]) -> Certificate | None:  # noqa: ANN401 - any of cryptography's public keys
    """Return the facts of the certificate that names this very key, if there is one."""
    for each in among:
        if each.public_key() == key:
            return certificate_facts(each)
    return None


def public_keys(
    data: bytes, origin: str, beside: Sequence[x509.Certificate] = ()
) -> tuple[PublicKey, ...]:
    """Return the public keys of a PEM text and of the certificates in it, each once.

    beside: more certificates, for keys that they name. Raises InputError if something is damaged.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    inside = certificates(data, origin)
    known = [*inside, *beside]
    found: list[Any] = [each.public_key() for each in inside]
    for kind, block in blocks(data, origin):
        if kind.endswith("PUBLIC KEY"):
            try:
                found.append(load_pem_public_key(block))
            except (ValueError, UnsupportedAlgorithm) as error:
                hint = "it is damaged: openssl pkey -pubin -in FILE"
                message = f"the public key can't be read: {error}"
                raise InputError(message, place=Place(file=origin), hint=hint) from error
    keys = [of_object(key, origin, certificate_of(key, known)) for key in found]
    return tuple({key.id: key for key in keys}.values())
