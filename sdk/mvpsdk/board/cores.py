# SPDX-License-Identifier: Apache-2.0
"""What processor cores have, by the name that a board.toml has for them: `cores.toml` here."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from mvpsdk.units import KIB

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Core", "known_cores"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Core:
    """One kind of processor core."""

    name: str  # "cortex-a53"
    isa: str  # version of the architecture: "8.0"
    extensions: tuple[str, ...]  # beyond ARMv8.0, of those that can be told by instructions
    granules: tuple[int, ...]  # bytes, at stage 1; empty: not looked up
    workarounds: tuple[int, ...]  # n of SMCCC_ARCH_WORKAROUND_n that firmware serves for it
    source: str  # its manual


@cache
def known_cores() -> Mapping[str, Core]:
    """Return every core that is known, by name."""
    text = resources.files(__package__).joinpath("cores.toml").read_text(encoding="utf-8")
    return {
        name: Core(
            name=name,
            isa=table["isa"],
            extensions=tuple(table["extensions"]),
            granules=tuple(size * KIB for size in table.get("granules", ())),
            workarounds=tuple(table.get("workarounds", ())),
            source=table["source"],
        )
        for name, table in tomllib.loads(text).items()
    }
