# SPDX-License-Identifier: Apache-2.0
"""Facts as JSON, and back: for the pipe from the worker, and for the cache.

A frozen dataclass of this room becomes an object whose "@" names its module and class, a tuple an
array. Nothing else is known, and no class of another room is ever made: what stands in a pipe or a
file of the cache can name data, but not do anything.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

__all__ = ["CodecError", "dumps", "loads"]

ROOM = __name__.rpartition(".")[0]
TAG = "@"


class CodecError(ValueError):
    """This is no fact of ours; the message says why."""


def dumps(facts: object) -> bytes:
    """Write facts as JSON. Raises CodecError for what is neither a plain value nor a fact."""
    return json.dumps(_plain(facts), separators=(",", ":")).encode()


def loads(data: bytes) -> Any:  # noqa: ANN401 - what was written
    """Read what `dumps` has written. Raises CodecError for anything else."""
    try:
        return _fact(json.loads(data))
    except (ValueError, RecursionError) as wrong:
        raise CodecError(str(wrong)) from None


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    kind = type(value)
    if not is_dataclass(kind) or not kind.__module__.startswith(f"{ROOM}."):
        raise CodecError(f"{kind.__name__} is no fact")
    tag = f"{kind.__module__[len(ROOM) + 1 :]}.{kind.__name__}"
    return {TAG: tag, **{each.name: _plain(getattr(value, each.name)) for each in fields(kind)}}


def _fact(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return tuple(_fact(each) for each in value)
    if not isinstance(value, dict):
        return value
    inside = {key: _fact(each) for key, each in value.items() if key != TAG}
    if TAG not in value:
        return inside
    try:
        return _class(value[TAG])(**inside)
    except TypeError as wrong:
        raise CodecError(str(wrong)) from None


@cache
def _class(tag: str) -> type:
    """Find a dataclass of this room. Raises CodecError if there is none of that name."""
    module, _, name = str(tag).rpartition(".")
    try:
        if not module.replace("_", "").isalnum():
            raise CodecError(f"{tag} is no class of facts")
        found = getattr(importlib.import_module(f"{ROOM}.{module}"), name)
    except (ImportError, AttributeError) as wrong:
        raise CodecError(str(wrong)) from None
    if not isinstance(found, type) or not is_dataclass(found) or not name.isidentifier():
        raise CodecError(f"{tag} is no class of facts")
    return found
