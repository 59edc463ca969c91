# SPDX-License-Identifier: Apache-2.0
"""Whether a key is fit to sign: size, exponent, usage, expiry, and whether everybody has it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from mvpsdk.errors import Fault, InputError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from mvpsdk.sign.model import PublicKey

__all__ = ["EXPONENT", "RSA_SIZES", "check", "faults", "is_test_key", "remarks"]

RSA_SIZES = (2048, 3072, 4096)
"""Bits of RSA keys that U-Boot knows algorithms for (boot/image-sig.c)."""

EXPONENT = 65537


def check(keys: Iterable[PublicKey], *, release: bool, now: dt.datetime) -> None:
    """Raise InputError with all that is wrong with keys that shall sign."""
    found = [fault for key in keys for fault in faults(key, release=release, now=now)]
    if found:
        raise InputError.of(found)


def faults(key: PublicKey, *, release: bool, now: dt.datetime) -> Iterator[Fault]:
    """Say what is wrong with one key. now: with its time zone."""
    yield from _strength(key)
    yield from _certificate(key, now)
    if release and is_test_key(key.id):
        yield Fault(
            message=f"{key.origin} is a published test key: everybody can sign with it",
            hint="under --profile release sign with a key of your own: mvpsdk keys new",
            rule="BND002",
        )


def remarks(key: PublicKey) -> Iterator[str]:
    """Say what is not wrong with a key, and yet worth knowing."""
    if key.kind == "ecdsa":
        yield (
            f"{key.origin} is an ECDSA key: U-Boot needs a driver for it (CONFIG_ECDSA_VERIFY),"
            " and Debian's build for QEMU knows RSA only"
        )
    if is_test_key(key.id):
        yield f"{key.origin} is a published test key: everybody can sign with it"


@functools.cache
def _test_keys() -> frozenset[str]:
    from mvpsdk.sign.providers import test

    return frozenset(key.id for key in test.public("", lambda _: ""))


def is_test_key(key: str) -> bool:
    """Tell whether a key, named by its id, is one whose private half ships with this SDK."""
    return key in _test_keys()


def _strength(key: PublicKey) -> Iterator[Fault]:
    if key.kind != "rsa":
        return
    if key.bits not in RSA_SIZES:
        known = ", ".join(map(str, RSA_SIZES))
        yield Fault(
            message=f"{key.origin} is an RSA key of {key.bits} bits; U-Boot checks {known}",
            hint="make another: mvpsdk keys new",
        )
    if key.exponent != EXPONENT:
        yield Fault(
            message=f"{key.origin} has the public exponent {key.exponent}, it should be {EXPONENT}",
            hint="make another: mvpsdk keys new",
        )


def _certificate(key: PublicKey, now: dt.datetime) -> Iterator[Fault]:
    facts = key.certificate
    if facts is None:
        return
    hint = "have a new certificate made, or sign with another key: mvpsdk keys show"
    if now > facts.not_after:
        message = f"the certificate of {key.origin} expired on {facts.not_after:%Y-%m-%d}"
        yield Fault(message=f"{message}; today is {now:%Y-%m-%d}", hint=hint)
    if now < facts.not_before:
        message = f"the certificate of {key.origin} holds from {facts.not_before:%Y-%m-%d} on"
        yield Fault(message=f"{message}; today is {now:%Y-%m-%d}", hint=hint)
    if not facts.signs:
        message = f"the certificate of {key.origin} does not allow signing"
        yield Fault(message=f"{message}: its key usage lacks digitalSignature", hint=hint)
