# SPDX-License-Identifier: Apache-2.0
"""New key pairs, each with a certificate that says how long it holds and what it is for."""

from __future__ import annotations

import datetime as dt
import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import InputError, Place
from mvpsdk.sign.public import certificate_facts, of_object
from mvpsdk.store.output import unwritable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mvpsdk.sign.model import PublicKey

__all__ = ["New", "generate"]

_MODES = {".key": 0o600, ".crt": 0o644}


@dataclass(frozen=True, kw_only=True, slots=True)
class New:
    """Files of new keys, and the keys."""

    files: tuple[Path, ...]
    keys: tuple[PublicKey, ...]


def generate(
    name: str,
    folder: Path,
    *,
    bits: int,
    days: int,
    now: dt.datetime,
    passphrase: str,
) -> New:
    """Make an RSA pair for the configuration and an Ed25519 pair for the manifest.

    Writes NAME-boot.key, NAME-boot.crt, NAME-manifest.key and NAME-manifest.crt into the folder,
    the keys readable by their owner alone. days: how long the certificates hold, from `now` on.
    passphrase: "" leaves the keys open to whoever can read the files.

    Raises InputError if one of the files exists, or can't be written; then none is left behind.
    """
    from cryptography.hazmat.primitives.asymmetric import ed25519, rsa

    made: dict[str, Any] = {
        f"{name}-boot": rsa.generate_private_key(public_exponent=65537, key_size=bits),
        f"{name}-manifest": ed25519.Ed25519PrivateKey.generate(),
    }
    files: dict[Path, bytes] = {}
    keys = []
    for stem, private in made.items():
        certificate = _certificate(stem, private, now, days)
        key, own = folder / f"{stem}.key", folder / f"{stem}.crt"
        files[key] = _private_pem(private, passphrase)
        files[own] = _certificate_pem(certificate)
        keys.append(of_object(private.public_key(), str(key), certificate_facts(certificate)))
    _write(files)
    return New(files=tuple(files), keys=tuple(keys))


def _private_pem(private: Any, passphrase: str) -> bytes:  # noqa: ANN401 - any of cryptography's private keys
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    shut = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, shut))


def _certificate_pem(certificate: Any) -> bytes:  # noqa: ANN401 - x509's
    from cryptography.hazmat.primitives.serialization import Encoding

    return bytes(certificate.public_bytes(Encoding.PEM))


def _certificate(stem: str, private: Any, now: dt.datetime, days: int) -> Any:  # noqa: ANN401 - as above
    """A certificate that the key signs itself: for its dates and its usage, no more."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, stem)])
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.KeyUsage(digital_signature=True, **usage), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    )
    return builder.sign(private, SHA256() if isinstance(private, RSAPrivateKey) else None)


def _write(files: Mapping[Path, bytes]) -> None:
    """Write all files, or none; none that is there already is touched."""
    there = [path for path in files if path.exists() or path.is_symlink()]
    if there:
        hint = "choose another name: whoever overwrites a key has lost it"
        raise InputError("this key exists", place=Place(file=str(there[0])), hint=hint)
    written: list[Path] = []
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            mode = _MODES[path.suffix]
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            written.append(path)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
    except BaseException as error:
        for path in written:
            with suppress(OSError):
                path.unlink()
        if isinstance(error, OSError):
            raise unwritable(path, error) from error
        raise
