# SPDX-License-Identifier: Apache-2.0
"""Codes that are kept for rules which can't be rules yet: `reserved.toml` here says why."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["Reserved", "reserved"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reserved:
    """A code without a rule."""

    code: str  # "DEV006"
    name: str  # "supplier-owned-elsewhere"
    why: str  # completes "… is no rule yet: "


@cache
def reserved() -> tuple[Reserved, ...]:
    """Return every such code, in order."""
    text = resources.files(__package__).joinpath("reserved.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    return tuple(Reserved(code=code, **tables[code]) for code in sorted(tables))
