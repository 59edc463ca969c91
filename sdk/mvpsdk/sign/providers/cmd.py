# SPDX-License-Identifier: Apache-2.0
"""`cmd:PROGRAM ARGUMENT…` - an external program has the key: a signing service's client, say.

The program is called with its own arguments and then, without a shell,

    public                         it writes its public key, or several, as PEM to its standard
                                   output; certificates are PEM as well
    sign ALGORITHM KEY             it gets on its standard input what is to be signed, and writes
                                   the signature to its standard output, nothing else

ALGORITHM is `sha256,rsa2048` (3072, 4096) or `sha256,ecdsa256`: the input is the 32 bytes of a
SHA-256 digest, the signature PKCS#1 v1.5, or r and s of 32 bytes each; or `ed25519`: the input is
the message itself (RFC 8032, pure), the signature 64 bytes. KEY is the SHA-256 of the public key's
SubjectPublicKeyInfo, in hexadecimal. An exit code other than 0 is a refusal, and what the program
wrote to its standard error is its reason. It may take a minute.
"""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError, MissingToolError, RefusedError, TimeoutError_
from mvpsdk.sign.pem import public_keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.sign.model import PublicKey, Request, Secret

__all__ = ["public", "signers"]

TIMEOUT = 60.0
"""Seconds that one call may take."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Signer:
    """A key that the program has."""

    key: PublicKey
    program: tuple[str, ...]

    def sign(self, request: Request) -> bytes:
        """Have the program sign. Raises RefusedError, TimeoutError_ or MissingToolError."""
        data = request.message if self.key.kind == "ed25519" else request.digest
        return _call(self.program, ("sign", self.key.algorithm, self.key.id), data)


def signers(rest: str, secret: Secret) -> tuple[_Signer, ...]:
    """Return the keys that a program has. Raises MvpError if it does not tell."""
    program = _program(rest)
    return tuple(_Signer(key=key, program=program) for key in public(rest, secret))


def public(rest: str, secret: Secret) -> tuple[PublicKey, ...]:  # noqa: ARG001 - the program has its own ways
    """Ask a program for its public keys. Raises MvpError if it does not tell."""
    program = _program(rest)
    origin = f"cmd:{program[0]}"
    return public_keys(_call(program, ("public",), b""), origin)


def _program(rest: str) -> tuple[str, ...]:
    try:
        words = tuple(shlex.split(rest))
    except ValueError as error:
        raise InputError(f"cmd:{rest}: {error}", hint="quote as in a shell") from error
    if not words:
        raise InputError("cmd: names no program", hint="such as cmd:/usr/local/bin/signer")
    return words


def _call(program: tuple[str, ...], words: Sequence[str], data: bytes) -> bytes:
    call = [*program, *words]
    try:
        done = subprocess.run(call, input=data, capture_output=True, timeout=TIMEOUT, check=False)
    except FileNotFoundError as error:
        hint = "check the path; a program without one is looked for on PATH"
        raise MissingToolError(f"there is no program {program[0]}", hint=hint) from error
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise MissingToolError(
            f"{program[0]} can't be run: {what}", hint="make it one that can"
        ) from error
    except subprocess.TimeoutExpired as error:
        message = f"{program[0]} {words[0]} took longer than {TIMEOUT:g} s"
        raise TimeoutError_(message, hint="try again; or see what it waits for") from error
    if done.returncode != 0:
        reason = done.stderr.decode(errors="replace").strip() or "it gave no reason"
        message = f"{program[0]} {words[0]} refused (exit code {done.returncode}): {reason}"
        raise RefusedError(message, hint="ask whoever keeps the key")
    return done.stdout
