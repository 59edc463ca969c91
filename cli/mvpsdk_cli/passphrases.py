# SPDX-License-Identifier: Apache-2.0
"""Passphrases and PINs: from a person who types them, or from a file descriptor; never a word."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk.errors import InputError
from mvpsdk_cli import render

if TYPE_CHECKING:
    from mvpsdk.sign import Secret

__all__ = ["PassphraseOption", "asker", "new"]

PassphraseOption = Annotated[
    int | None,
    typer.Option(
        "--passphrase-fd",
        metavar="N",
        min=0,
        help="Read passphrase or PIN from this file descriptor: its first line.",
    ),
]

_LONGEST = 4096
_MOST = 1023  # bytes of a passphrase, by OpenSSL


def asker(descriptor: int | None) -> Secret:
    """Return what answers for a key's passphrase; what was read is good for every key."""
    known: list[str] = []

    def ask(what: str) -> str:
        if not known:
            known.append(_prompt(what) if descriptor is None else _read(descriptor))
        return known[0]

    return ask


def new(descriptor: int | None) -> str:
    """Ask for a new key's passphrase, twice where a person types it. Raises InputError."""
    if descriptor is not None:
        found = _read(descriptor)
    elif render.interactive():
        found = _prompt("the new keys")
        if found != _prompt("the new keys, again"):
            raise InputError("the two passphrases differ", hint="run this again")
    else:
        hint = "give one by --passphrase-fd, or say --no-passphrase"
        raise InputError("the new keys need a passphrase, and nobody can be asked", hint=hint)
    if not found:
        raise InputError("the passphrase is empty", hint="say --no-passphrase, if that is meant")
    if len(found.encode()) > _MOST:
        message = f"the passphrase has {len(found.encode())} bytes, a key's has at most {_MOST}"
        raise InputError(message, hint="take a shorter one: 20 random letters are enough")
    return found


def _read(descriptor: int) -> str:
    data = b""
    try:
        while b"\n" not in data and len(data) < _LONGEST:
            piece = os.read(descriptor, _LONGEST)
            if not piece:
                break
            data += piece
        return data.split(b"\n")[0].decode()
    except (OSError, UnicodeDecodeError) as error:
        hint = "open it for the command: --passphrase-fd 3 3<FILE"
        message = f"no passphrase comes from file descriptor {descriptor}: {error}"
        raise InputError(message, hint=hint) from error


def _prompt(what: str) -> str:
    if not render.interactive():
        hint = "give it by --passphrase-fd, or run this at a terminal"
        raise InputError(f"{what} needs a passphrase, and nobody can be asked", hint=hint)
    import getpass

    return getpass.getpass(f"passphrase of {what}: ")
