# SPDX-License-Identifier: Apache-2.0
"""`pkcs11:…` - a key in a token or an HSM, which it never leaves (RFC 7512).

    pkcs11:token=release;object=boot?module-path=/usr/lib/softhsm/libsofthsm2.so

Every private key of that label, or of that `id`, is used: a token may keep both keys of a release
under one. The token signs digests (RSA: CKM_RSA_PKCS, ECDSA: CKM_ECDSA) and the manifest (Ed25519:
CKM_EDDSA). The PIN is asked for, unless `pin-source` names the file that holds it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import InputError, MissingToolError, RefusedError
from mvpsdk.sign import token_uri
from mvpsdk.sign.public import of_object
from mvpsdk.store import open_input

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.sign.model import PublicKey, Request, Secret
    from mvpsdk.sign.token_uri import TokenUri

__all__ = ["public", "signers"]

_DIGEST_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
"""What PKCS#1 v1.5 puts before a SHA-256 digest (RFC 8017, 9.2, note 1)."""
_LONGEST_PIN = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signer:
    """A key in a token, with the session that may use it."""

    key: PublicKey
    private: Any = field(repr=False)
    session: Any = field(repr=False)

    def sign(self, request: Request) -> bytes:
        """Have the token sign. Raises RefusedError if it won't."""
        from pkcs11 import Mechanism

        kind = self.key.kind
        mechanism, data = {
            "rsa": (Mechanism.RSA_PKCS, _DIGEST_INFO + request.digest),
            "ecdsa": (Mechanism.ECDSA, request.digest),
            "ed25519": (Mechanism.EDDSA, request.message),
        }[kind]
        with _told(self.key.origin):
            return bytes(self.private.sign(data, mechanism=mechanism))


def signers(rest: str, secret: Secret) -> tuple[_Signer, ...]:
    """Log in, and return every private key that a URI names.

    Raises MissingToolError without the extra, the module or the token, RefusedError if the PIN is
    wrong, InputError if there is no such key.
    """
    uri = token_uri.parse(rest)
    token = _token(uri)
    with _told(uri.origin):
        from pkcs11 import ObjectClass

        session = _login(token, _pin(uri, secret))
        found = list(session.get_objects(_wanted(uri, ObjectClass.PRIVATE_KEY)))
        keys = [(private, _public_of(session, private, uri)) for private in found]
    if not keys:
        raise _no_key(uri)
    return tuple(_Signer(key=key, private=private, session=session) for private, key in keys)


def public(rest: str, secret: Secret) -> tuple[PublicKey, ...]:  # noqa: ARG001 - public keys need no PIN
    """Return the public keys that a URI names; no PIN is needed. Raises as `signers`."""
    uri = token_uri.parse(rest)
    token = _token(uri)
    with _told(uri.origin):
        from pkcs11 import ObjectClass

        session = token.open()
        objects = session.get_objects(_wanted(uri, ObjectClass.PUBLIC_KEY))
        found = tuple(_facts(each, uri) for each in objects)
    if not found:
        raise _no_key(uri)
    return found


def _login(token: Any, pin: str) -> Any:  # noqa: ANN401 - python-pkcs11 has no types
    """Open a session; who has logged in for another key of the token is in already."""
    from pkcs11.exceptions import UserAlreadyLoggedIn

    try:
        return token.open(user_pin=pin)
    except UserAlreadyLoggedIn:
        return token.open()


def _token(uri: TokenUri) -> Any:  # noqa: ANN401 - python-pkcs11 has no types
    try:
        import pkcs11
    except ImportError as error:
        hint = "install it: pip install 'mvpsdk[pkcs11]'"
        raise MissingToolError("pkcs11: keys need python-pkcs11", hint=hint) from error
    try:
        library = pkcs11.lib(uri.module)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        hint = "install the token's PKCS#11 library (Debian: softhsm2, opensc), check module-path"
        message = f"the PKCS#11 module {uri.module} does not load: {error}"
        raise MissingToolError(message, hint=hint) from error
    wanted = {"token_label": uri.token, "token_serial": uri.serial.encode()}
    try:
        return library.get_token(**{name: value for name, value in wanted.items() if value})
    except pkcs11.PKCS11Error as error:
        name = uri.token or uri.serial
        hint = "plug it in, or name another: pkcs11-tool --module MODULE --list-slots"
        raise MissingToolError(f"there is no token {name} ({_name(error)})", hint=hint) from error


@contextmanager
def _told(origin: str) -> Iterator[None]:
    """What the token says no with, in words; a PIN is in none of them."""
    import pkcs11
    from pkcs11.exceptions import PinIncorrect, PinInvalid, PinLenRange, PinLocked

    try:
        yield
    except (PinIncorrect, PinInvalid, PinLenRange) as error:
        hint = "try again with care: after some times a token locks itself"
        raise RefusedError(f"{origin}: the PIN is wrong", hint=hint) from error
    except PinLocked as error:
        raise RefusedError(
            f"{origin}: the PIN is locked", hint="ask its security officer"
        ) from error
    except pkcs11.PKCS11Error as error:
        hint = "see what it can do: pkcs11-tool --module MODULE --list-mechanisms"
        raise RefusedError(f"{origin}: the token refused ({_name(error)})", hint=hint) from error


def _name(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def _pin(uri: TokenUri, secret: Secret) -> str:
    if not uri.pin_source:
        return secret(f"token {uri.token or uri.serial}")
    with open_input(Path(uri.pin_source)) as file:
        return file.read(_LONGEST_PIN).split(b"\n")[0].decode(errors="replace")


def _wanted(uri: TokenUri, kind: Any) -> dict[Any, Any]:  # noqa: ANN401 - an ObjectClass
    from pkcs11 import Attribute

    wanted: dict[Any, Any] = {Attribute.CLASS: kind}
    if uri.object:
        wanted[Attribute.LABEL] = uri.object
    if uri.id:
        wanted[Attribute.ID] = uri.id
    return wanted


def _public_of(session: Any, private: Any, uri: TokenUri) -> PublicKey:  # noqa: ANN401 - as above
    """The public half in the token: of the same id and kind."""
    from pkcs11 import Attribute, ObjectClass

    wanted = {
        Attribute.CLASS: ObjectClass.PUBLIC_KEY,
        Attribute.ID: private[Attribute.ID],
        Attribute.KEY_TYPE: private[Attribute.KEY_TYPE],
    }
    found = list(session.get_objects(wanted))
    if len(found) != 1:
        message = f"{uri.origin}: its token has {len(found)} public keys of the same id"
        raise InputError(message, hint="keep one public key beside each private key")
    return _facts(found[0], uri)


def _facts(public_object: Any, uri: TokenUri) -> PublicKey:  # noqa: ANN401 - as above
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from pkcs11 import Attribute, KeyType

    kind = public_object[Attribute.KEY_TYPE]
    key: Any
    try:
        if kind == KeyType.RSA:
            numbers = (public_object[Attribute.PUBLIC_EXPONENT], public_object[Attribute.MODULUS])
            exponent, modulus = (int.from_bytes(number) for number in numbers)
            key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        elif kind == KeyType.EC_EDWARDS:
            key = ed25519.Ed25519PublicKey.from_public_bytes(_point(public_object))
        elif kind == KeyType.EC:
            key = ec.EllipticCurvePublicKey.from_encoded_point(
                ec.SECP256R1(), _point(public_object)
            )
        else:
            raise ValueError(f"it is of the kind {kind}")  # noqa: TRY301 - told like all others
    except ValueError as error:
        hint = "RSA, ECDSA P-256 and Ed25519 sign bundles"
        raise InputError(f"{uri.origin} signs no bundle: {error}", hint=hint) from error
    return of_object(key, uri.origin)


def _point(public_object: Any) -> bytes:  # noqa: ANN401 - as above
    """CKA_EC_POINT: an OCTET STRING in DER (PKCS#11 3.1, 6.3.3), shorter than 128 bytes."""
    from pkcs11 import Attribute

    value = bytes(public_object[Attribute.EC_POINT])
    return value[2:] if value[:1] == b"\x04" and len(value) == value[1] + 2 else value


def _no_key(uri: TokenUri) -> InputError:
    hint = "see what is there: pkcs11-tool --module MODULE --login --list-objects"
    return InputError(f"{uri.origin}: there is no such key", hint=hint)
