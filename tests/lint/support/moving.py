# SPDX-License-Identifier: Apache-2.0
"""Moves by hand what the planner has placed: it makes no plan that is wrong."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mvpsdk.plan import Plan

__all__ = ["move"]


def move(made: Plan, changes: dict[str, Any]) -> Plan:
    """A plan with some values changed: `partitions.1.regions.0.pa = …`."""
    for path, value in changes.items():
        made = _changed(made, path.split("."), value)
    return made


def _changed(thing: Any, path: list[str], value: object) -> Any:
    if not path:
        return value
    head, *rest = path
    if isinstance(thing, tuple):
        index = int(head)
        return (*thing[:index], _changed(thing[index], rest, value), *thing[index + 1 :])
    assert is_dataclass(thing)
    assert head in {field.name for field in fields(thing)}, head
    changed = _changed(getattr(thing, head), rest, value)
    return replace(thing, **{head: changed})  # type: ignore[type-var]
