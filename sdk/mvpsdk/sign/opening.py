# SPDX-License-Identifier: Apache-2.0
"""From key URIs to keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.errors import InputError
from mvpsdk.sign import providers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mvpsdk.sign.model import PublicKey, Secret, Signer

__all__ = ["nobody", "open_signers", "public_keys"]


def nobody(what: str) -> str:
    """Answer for a secret where nobody can be asked. Raises InputError."""
    raise InputError(f"{what} needs a passphrase", hint="give it by --passphrase-fd")


def open_signers(uris: Iterable[str], secret: Secret = nobody) -> tuple[Signer, ...]:
    """Open private keys. Raises MvpError as their providers do."""
    found: list[Signer] = []
    for uri in uris:
        provider, rest = providers.find(uri)
        found += provider.signers(rest, secret)
    return tuple(found)


def public_keys(uris: Iterable[str], secret: Secret = nobody) -> tuple[PublicKey, ...]:
    """Return public keys, each once. Raises MvpError as their providers do."""
    found: dict[str, PublicKey] = {}
    for uri in uris:
        provider, rest = providers.find(uri)
        found |= {key.id: key for key in provider.public(rest, secret)}
    return tuple(found.values())
