# SPDX-License-Identifier: Apache-2.0
"""Keys and what they sign, as frozen facts; private keys stay with their providers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from mvpsdk.bundle.manifest import Signer as ManifestSigner

__all__ = ["Certificate", "Kind", "PublicKey", "Request", "Secret", "Signable", "Signed", "Signer"]

Kind = Literal["rsa", "ecdsa", "ed25519"]
Signed = Literal["configuration", "manifest"]
"""What a signature is made over: what U-Boot checks, or what this SDK checks."""

Secret = Callable[[str], str]
"""Asked for a passphrase or a PIN, told whose; raises InputError if nobody can be asked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """What an X.509 certificate says of the key that it names (RFC 5280)."""

    subject: str
    not_before: dt.datetime
    not_after: dt.datetime
    signs: bool  # its key usage, if it names any, has digitalSignature


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicKey:
    """One half of a key pair, and where it was found."""

    kind: Kind
    bits: int
    spki: bytes  # SubjectPublicKeyInfo in DER (RFC 5280, 4.1.2.7)
    origin: str  # for people: the URI that it came from
    exponent: int = 0  # RSA
    certificate: Certificate | None = None

    @property
    def id(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo: what bundles name a key by."""
        return hashlib.sha256(self.spki).hexdigest()

    @property
    def hint(self) -> str:
        """The name that U-Boot's `key-name-hint` has: of the key alone, not of where it lies."""
        return self.id[:16]

    @property
    def part(self) -> Signed:
        """What this kind of key signs."""
        return "manifest" if self.kind == "ed25519" else "configuration"

    @property
    def algorithm(self) -> str:
        """As U-Boot names it (doc/usage/fit/signature), or `ed25519`."""
        return {
            "rsa": f"sha256,rsa{self.bits}",
            "ecdsa": f"sha256,ecdsa{self.bits}",
            "ed25519": "ed25519",
        }[self.kind]


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What one signature is to be made over."""

    key: PublicKey
    message: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of the message: what RSA and ECDSA sign; Ed25519 takes the message itself."""
        return hashlib.sha256(self.message).digest()


class Signable(Protocol):
    """Something that has signatures, over two messages."""

    @property
    def signers(self) -> tuple[ManifestSigner, ...]:
        """Who signs it, by its manifest."""
        ...

    def requests(self, keys: Iterable[PublicKey]) -> tuple[Request, ...]:
        """Return what each of the keys is to sign."""
        ...


class Signer(Protocol):
    """A private key that a provider can use, and perhaps nobody can read."""

    @property
    def key(self) -> PublicKey:
        """Its public half."""
        ...

    def sign(self, request: Request) -> bytes:
        """Return the signature as it goes into the bundle.

        RSA: PKCS#1 v1.5, as long as the modulus. ECDSA: r and s, 32 bytes each. Ed25519: 64 bytes.

        Raises MissingToolError, TimeoutError_ or RefusedError if the provider can't, does not
        answer, or won't.
        """
        ...
