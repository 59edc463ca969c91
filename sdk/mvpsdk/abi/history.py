# SPDX-License-Identifier: Apache-2.0
"""The versions of the ABI that there have been: data files, made of abi.h and then kept."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from mvpsdk.abi.digest import layouts_digest
from mvpsdk.abi.header import abi_of
from mvpsdk.abi.model import Abi, Call
from mvpsdk.abi.own import own_enums, own_structs
from mvpsdk.core.facade import ABI_HEADER, CONSTANTS
from mvpsdk.image.layouts import Enum, Member, Struct

__all__ = ["current", "document", "parse", "version_of", "versions"]

SCHEMA = "mvpsdk.abi-version/1"


@cache
def versions() -> dict[str, Abi]:
    """Return every version that has been released or will be next, the oldest first."""
    folder = resources.files("mvpsdk.abi").joinpath("released")
    files = [file for file in folder.iterdir() if file.name.endswith(".json")]
    found = [parse(json.loads(file.read_text(encoding="utf-8"))) for file in files]
    return {abi.version: abi for abi in sorted(found, key=lambda abi: (abi.major, abi.minor))}


def current() -> Abi:
    """Return the ABI of the core that this SDK builds, from its header and its layouts."""
    own = (CONSTANTS["ABI_MAJOR"], CONSTANTS["ABI_MINOR"])
    since: dict[str, str] = {}
    for abi in versions().values():
        if (abi.major, abi.minor) < own:
            since = {**{call.name: call.since for call in abi.calls}, **since}
    text = ABI_HEADER.read_text(encoding="utf-8")
    return abi_of(text, own_structs(), own_enums(), since)


@cache
def _digests() -> dict[str, Abi]:
    return {layouts_digest(abi.structs, abi.enums).hex(): abi for abi in versions().values()}


def version_of(layouts: str) -> Abi | None:
    """Return the version whose layouts have this digest (hexadecimal); None: it is of no one."""
    return _digests().get(layouts)


def document(abi: Abi) -> str:
    """Return a version's data file."""
    rows: dict[str, Any] = {
        "schema": SCHEMA,
        "version": abi.version,
        "calls": [
            {"name": c.name, "id": f"{c.id:#x}", "since": c.since, "arguments": c.arguments}
            for c in abi.calls
        ],
        "features": {name: f"{bit:#x}" for name, bit in abi.features},
        "constants": dict(abi.constants),
        "structs": [_struct(each) for each in abi.structs],
        "enums": [
            {"name": each.name, "size": each.size, "values": dict(each.values)}
            for each in abi.enums
        ],
    }
    return json.dumps(rows, indent=2) + "\n"


def _struct(each: Struct) -> dict[str, Any]:
    names = ("name", "offset", "size", "type", "bit_offset", "bits")
    members = [
        {name: getattr(m, name) for name in names if getattr(m, name) or name in names[:4]}
        for m in each.members
    ]
    return {"name": each.name, "size": each.size, "members": members}


def parse(document: dict[str, Any]) -> Abi:
    """Return the version that a data file tells of."""
    major, _, minor = document["version"].partition(".")
    return Abi(
        major=int(major),
        minor=int(minor),
        calls=tuple(Call(**{**call, "id": int(call["id"], 0)}) for call in document["calls"]),
        features=tuple((name, int(bit, 0)) for name, bit in document["features"].items()),
        constants=tuple(document["constants"].items()),
        structs=tuple(
            Struct(
                name=each["name"],
                size=each["size"],
                members=tuple(Member(**member) for member in each["members"]),
            )
            for each in document["structs"]
        ),
        enums=tuple(
            Enum(name=each["name"], size=each["size"], values=tuple(each["values"].items()))
            for each in document["enums"]
        ),
    )
