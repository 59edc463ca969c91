# SPDX-License-Identifier: Apache-2.0
"""A private key in this process's memory: what `file:` and `test:` sign with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mvpsdk.sign.public import of_object

if TYPE_CHECKING:
    from mvpsdk.sign.model import Certificate, PublicKey, Request

__all__ = ["SoftwareSigner", "signer_of"]


@dataclass(frozen=True, kw_only=True, slots=True)
class SoftwareSigner:
    """Signs by `cryptography`."""

    key: PublicKey
    private: Any = field(repr=False)

    def sign(self, request: Request) -> bytes:
        """Return the signature; always the same for RSA and Ed25519."""
        from cryptography.hazmat.primitives.asymmetric import ec, padding
        from cryptography.hazmat.primitives.asymmetric.utils import (
            Prehashed,
            decode_dss_signature,
        )
        from cryptography.hazmat.primitives.hashes import SHA256

        hashed = Prehashed(SHA256())
        if self.key.kind == "ed25519":
            return bytes(self.private.sign(request.message))
        if self.key.kind == "rsa":
            return bytes(self.private.sign(request.digest, padding.PKCS1v15(), hashed))
        made = self.private.sign(request.digest, ec.ECDSA(hashed))
        return b"".join(number.to_bytes(32) for number in decode_dss_signature(made))


def signer_of(
    private: Any,  # noqa: ANN401 - any of cryptography's private keys
    origin: str,
    certificate: Certificate | None = None,
) -> SoftwareSigner:
    """Return what signs with a key. Raises InputError if it is of a kind that signs no bundle."""
    return SoftwareSigner(key=of_object(private.public_key(), origin, certificate), private=private)
