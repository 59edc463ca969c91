# SPDX-License-Identifier: Apache-2.0
"""Merges what differs on one board, `[on.BOARD…]`, into a handset's values and places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvpsdk.document import Document
    from mvpsdk.errors import Place

__all__ = ["merged"]


def merged(document: Document, board: str) -> tuple[dict[str, Any], dict[str, Place]]:
    """Return the values that hold on a board, and where each of them stands.

    Tables are merged key by key, tables of an array by their `name`; anything else is replaced.
    """
    base = {key: value for key, value in document.values.items() if key != "on"}
    moves: dict[str, str] = {}
    values = _tables(base, document.values["on"][board], (f"on.{board}", ""), moves)
    return values, {**document.places, **_moved(document.places, moves)}


def _tables(
    base: dict[str, Any], other: dict[str, Any], keys: tuple[str, str], moves: dict[str, str]
) -> dict[str, Any]:
    """Merge two tables; keys are the paths of the difference and of its target."""
    source, target = keys
    result = dict(base)
    for key, value in other.items():
        paths = (f"{source}.{key}", f"{target}.{key}".lstrip("."))
        moves[paths[0]] = paths[1]
        old = base.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = _tables(old, value, paths, moves)
        elif _named(old) and _named(value):
            result[key] = _arrays(old, value, paths, moves)
        else:
            result[key] = value
    return result


def _named(value: object) -> TypeGuard[list[dict[str, Any]]]:
    """Tell whether a value is an array of tables that have names."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, dict) and isinstance(item.get("name"), str) for item in value)
    )


def _arrays(
    base: list[dict[str, Any]],
    other: list[dict[str, Any]],
    keys: tuple[str, str],
    moves: dict[str, str],
) -> list[dict[str, Any]]:
    result = list(base)
    for number, item in enumerate(other):
        names = [table["name"] for table in result]
        index = names.index(item["name"]) if item["name"] in names else len(result)
        paths = (f"{keys[0]}[{number}]", f"{keys[1]}[{index}]")
        moves[paths[0]] = paths[1]
        if index == len(result):
            result.append(item)
        else:
            result[index] = _tables(result[index], item, paths, moves)
    return result


def _moved(places: Mapping[str, Place], moves: dict[str, str]) -> dict[str, Place]:
    """Give each key of a difference the name of its target; the longest prefix counts."""
    found = {}
    for key, place in places.items():
        prefix = max((move for move in moves if _under(key, move)), key=len, default=None)
        if prefix is not None:
            found[moves[prefix] + key[len(prefix) :]] = place
    return found


def _under(key: str, prefix: str) -> bool:
    return key == prefix or (key.startswith(prefix) and key[len(prefix)] in ".[")
