# SPDX-License-Identifier: Apache-2.0
"""Public keys: what each is, its forms for people and for U-Boot, and whether it has signed."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import InputError, RefusedError
from mvpsdk.sign.model import Certificate, PublicKey

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography import x509

    from mvpsdk.sign.model import Request, Signer

__all__ = [
    "certificate_facts",
    "holds",
    "modulus",
    "of_object",
    "public_node",
    "public_pem",
    "signed",
]

KINDS = "RSA, ECDSA P-256 and Ed25519"


def of_object(key: Any, origin: str, certificate: Certificate | None = None) -> PublicKey:  # noqa: ANN401 - any of cryptography's public keys
    """Return the facts of a key that `cryptography` has read.

    Raises InputError if it is of a kind that signs no bundle.
    """
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey):
        name = type(key).__name__.removeprefix("_")
        raise InputError(
            f"{origin} is a key of a kind that signs no bundle: {name}", hint=f"{KINDS} do"
        )
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if isinstance(key, RSAPublicKey):
        if key.public_numbers().n % 2 == 0:
            hint = "it is damaged, or nobody's: no product of two large primes is even"
            raise InputError(f"{origin} is an RSA key with an even modulus", hint=hint)
        return PublicKey(
            kind="rsa",
            bits=key.key_size,
            spki=spki,
            origin=origin,
            exponent=key.public_numbers().e,
            certificate=certificate,
        )
    if isinstance(key, EllipticCurvePublicKey):
        if not isinstance(key.curve, SECP256R1):
            message = f"{origin} is a key on the curve {key.curve.name}"
            raise InputError(message, hint=f"{KINDS} sign bundles")
        return PublicKey(kind="ecdsa", bits=256, spki=spki, origin=origin, certificate=certificate)
    return PublicKey(kind="ed25519", bits=256, spki=spki, origin=origin, certificate=certificate)


def certificate_facts(certificate: x509.Certificate) -> Certificate:
    """Return what counts of a certificate."""
    from cryptography import x509

    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        signs = usage.digital_signature
    except (x509.ExtensionNotFound, ValueError):
        signs = True  # none named: any (RFC 5280, 4.2.1.3)
    return Certificate(
        subject=certificate.subject.rfc4514_string(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        signs=signs,
    )


def holds(request: Request, signature: bytes) -> bool:
    """Tell whether a signature is by this key over this message."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric import ec, padding
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key: Any = load_der_public_key(request.key.spki)
    hashed = Prehashed(SHA256())
    try:
        if request.key.kind == "rsa":
            key.verify(signature, request.digest, padding.PKCS1v15(), hashed)
        elif request.key.kind == "ed25519":
            key.verify(signature, request.message)
        else:
            numbers = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
            key.verify(encode_dss_signature(*numbers), request.digest, ec.ECDSA(hashed))
    except InvalidSignature:
        return False
    return True


def signed(signer: Signer, request: Request) -> bytes:
    """Have somebody sign, and hold the signature to the public key.

    Raises RefusedError if they do not belong together, and what the signer raises.
    """
    signature = signer.sign(request)
    if not holds(request, signature):
        raise RefusedError(
            f"{signer.key.origin} gave a signature that its own public key refuses",
            hint="its private and its public key belong to different pairs",
        )
    return signature


def public_pem(key: PublicKey) -> str:
    """Return the key as PEM (RFC 7468, 13)."""
    text = b64encode(key.spki).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


def public_node(key: PublicKey, *, required: bool = True) -> Mapping[str, bytes]:
    """Return the properties of `/signature/key-HINT` in U-Boot's control tree.

    RSA is verified with Montgomery's multiplication, whose two constants are made ahead: R² mod N
    and -1/N mod 2^32 (U-Boot doc/usage/fit/signature, "Public Key Storage").

    Raises InputError for a key that signs no configuration.
    """
    from mvpsdk.bundle.fit import cell, text, wide

    if key.part != "configuration":
        hint = "U-Boot checks RSA: mvpsdk keys new makes one"
        raise InputError(f"{key.origin} is an Ed25519 key, which U-Boot can't check", hint=hint)
    common = {
        **({"required": text("conf")} if required else {}),
        "algo": text(key.algorithm),
        "key-name-hint": text(key.hint),
    }
    if key.kind == "ecdsa":
        return {**common, **_point(key)}
    big, bits = modulus(key.spki), key.bits
    number = int.from_bytes(big)
    r_squared = pow(2, 2 * bits, number)
    n0_inverse = -pow(number, -1, 1 << 32) % (1 << 32)
    return {
        **common,
        "rsa,num-bits": cell(bits),
        "rsa,modulus": big,
        "rsa,exponent": wide(key.exponent),
        "rsa,r-squared": r_squared.to_bytes(len(big)),
        "rsa,n0-inverse": cell(n0_inverse),
    }


def modulus(spki: bytes) -> bytes:
    """Return an RSA key's modulus, big-endian, as long as the key."""
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    key: Any = load_der_public_key(spki)
    return int(key.public_numbers().n).to_bytes((key.key_size + 7) // 8)


def _point(key: PublicKey) -> dict[str, bytes]:
    """A point of P-256: the last 64 bytes of its SubjectPublicKeyInfo (RFC 5480, 2.2)."""
    return {
        "ecdsa,curve": b"prime256v1\0",
        "ecdsa,x-point": key.spki[-64:-32],
        "ecdsa,y-point": key.spki[-32:],
    }
