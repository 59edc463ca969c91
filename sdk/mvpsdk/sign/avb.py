# SPDX-License-Identifier: Apache-2.0
"""Keys for Android Verified Boot: the RSA key that signs the configuration signs vbmeta as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.bundle.avb import Key, public_key
from mvpsdk.errors import InputError
from mvpsdk.sign.model import Request
from mvpsdk.sign.public import modulus, signed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mvpsdk.sign.model import PublicKey, Signer

__all__ = ["avb_key", "numbers"]


def avb_key(signers: Iterable[Signer]) -> Key | None:
    """Return the key that signs vbmeta; None: there are no signers.

    Raises InputError if none of them has an RSA key.
    """
    found = tuple(signers)
    chosen = next((signer for signer in found if signer.key.kind == "rsa"), None)
    if not found:
        return None
    if chosen is None:
        names = ", ".join(f"{signer.key.origin} ({signer.key.algorithm})" for signer in found)
        hint = "Android's boot loaders verify RSA: mvpsdk keys new makes such a key"
        raise InputError(f"no RSA key for vbmeta; there is: {names}", hint=hint)
    modulus, exponent = numbers(chosen.key)
    public_key(modulus, exponent)  # which refuses what AVB does not know, before anything is made
    return Key(modulus=modulus, exponent=exponent, sign=lambda message: _sign(chosen, message))


def numbers(key: PublicKey) -> tuple[int, int]:
    """Return modulus and exponent of an RSA key."""
    return int.from_bytes(modulus(key.spki)), key.exponent


def _sign(signer: Signer, message: bytes) -> bytes:
    return signed(signer, Request(key=signer.key, message=message))
