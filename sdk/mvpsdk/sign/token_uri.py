# SPDX-License-Identifier: Apache-2.0
"""PKCS#11 URIs (RFC 7512): which token, which key in it, by which module, and where the PIN is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes

from mvpsdk.errors import InputError

__all__ = ["TokenUri", "parse"]

_PATH = ("token", "manufacturer", "serial", "model", "slot-id", "object", "id", "type")
_QUERY = ("module-path", "module-name", "pin-source")
_FILE = "file:"


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenUri:
    """What a URI says; what it does not say is empty."""

    module: str  # path of the library that speaks to the token
    token: str = ""  # its label
    serial: str = ""
    object: str = ""  # the key's label
    id: bytes = b""  # the key's CKA_ID
    pin_source: str = ""  # path of a file that holds the PIN

    @property
    def origin(self) -> str:
        """The key, for people."""
        return f"pkcs11:token={self.token or self.serial};object={self.object or self.id.hex()}"


def parse(rest: str) -> TokenUri:
    """Read what follows `pkcs11:`. Raises InputError with what is wrong with it."""
    path, _, query = rest.partition("?")
    said = {**_pairs(path, ";", _PATH), **_pairs(query, "&", _QUERY)}
    if "module-path" not in said:
        hint = "end it with ?module-path=/usr/lib/softhsm/libsofthsm2.so, or your token's library"
        raise InputError("the PKCS#11 URI has no module-path", hint=hint)
    if not {"token", "serial"} & said.keys():
        raise InputError("the PKCS#11 URI names no token", hint="such as pkcs11:token=release;…")
    source = unquote(said.get("pin-source", ""))
    return TokenUri(
        module=unquote(said["module-path"]),
        token=unquote(said.get("token", "")),
        serial=unquote(said.get("serial", "")),
        object=unquote(said.get("object", "")),
        id=unquote_to_bytes(said.get("id", "")),
        pin_source=source.removeprefix(_FILE),
    )


def _pairs(text: str, separator: str, known: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in filter(None, text.split(separator)):
        name, equals, value = pair.partition("=")
        if name == "pin-value":
            hint = "leave it away: the PIN is asked for, or comes by --passphrase-fd or pin-source"
            raise InputError("a PIN in a command line is everybody's to read", hint=hint)
        if not equals or name not in known or name in found:
            hint = f"RFC 7512 knows, and this reads: {', '.join(known)}; each once"
            raise InputError(f'the PKCS#11 URI has "{pair}"', hint=hint)
        found[name] = value
    return found
