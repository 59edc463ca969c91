# SPDX-License-Identifier: Apache-2.0
"""`test:` - MVP TEST KEY 1, whose private half everybody has: for tests and first steps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError
from mvpsdk.sign.software import signer_of

if TYPE_CHECKING:
    from mvpsdk.sign.model import PublicKey, Secret
    from mvpsdk.sign.software import SoftwareSigner

__all__ = ["NAME", "public", "signers"]

NAME = "MVP TEST KEY 1"

_FOLDER = Path(__file__).parents[1] / "test_keys"


def signers(rest: str, secret: Secret) -> tuple[SoftwareSigner, ...]:  # noqa: ARG001 - no secret: they are published
    """Return both test keys: RSA-2048 for the configuration, Ed25519 for the manifest.

    Raises InputError if something follows the scheme: there is one pair.
    """
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    if rest:
        raise InputError(f'there is no test key "{rest}"', hint="say test: and nothing behind it")
    keys = (path.read_bytes() for path in sorted(_FOLDER.glob("*.pem"), reverse=True))
    # They ship with this SDK: what else a key from somewhere is tested for would take a while.
    opened = (load_pem_private_key(key, None, unsafe_skip_rsa_key_validation=True) for key in keys)
    return tuple(signer_of(key, NAME) for key in opened)


def public(rest: str, secret: Secret) -> tuple[PublicKey, ...]:
    """Return the public halves of both. Raises InputError as `signers`."""
    return tuple(signer.key for signer in signers(rest, secret))
