# SPDX-License-Identifier: Apache-2.0
"""Where keys come from. One file for each scheme of key URIs, found by its name.

A provider has two functions:

    signers(rest, secret) -> tuple[Signer, ...]      what follows the scheme, opened to sign
    public(rest, secret) -> tuple[PublicKey, ...]    the same, to verify
"""

from __future__ import annotations

import importlib
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Protocol, cast

from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from mvpsdk.sign.model import PublicKey, Secret, Signer

__all__ = ["Provider", "find", "schemes"]

FILE = "file"


class Provider(Protocol):
    """A module of this folder."""

    def signers(self, rest: str, secret: Secret) -> tuple[Signer, ...]:
        """Open what a URI names. Raises MvpError if there is no key or it does not open."""
        ...

    def public(self, rest: str, secret: Secret) -> tuple[PublicKey, ...]:
        """Return the public keys that a URI names. Raises MvpError as `signers`."""
        ...


def schemes() -> tuple[str, ...]:
    """Return the schemes there are, sorted."""
    found = (module.name for module in iter_modules(__path__) if module.name[0] != "_")
    return tuple(sorted(found))


def find(uri: str) -> tuple[Provider, str]:
    """Return the provider for a key's URI and what follows the scheme; a path alone is a file.

    Raises InputError for a scheme that nobody provides.
    """
    scheme, colon, rest = uri.partition(":")
    if not colon or "/" in scheme or not scheme:
        scheme, rest = FILE, uri
    if scheme not in schemes():
        known = ", ".join(f"{each}:" for each in schemes())
        raise InputError(f'no key provider is called "{scheme}:"', hint=f"there are: {known}")
    module = importlib.import_module(f"{__name__}.{scheme}")
    return cast("Provider", module), rest
