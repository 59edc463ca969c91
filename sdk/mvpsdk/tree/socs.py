# SPDX-License-Identifier: Apache-2.0
"""What is known of SoCs, and no device tree says: a file of the folder `socs` for each family."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Soc", "soc_of", "table"]

FOLDER = Path(__file__).parent / "socs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Soc:
    """A family of SoCs.

    Attributes:
        compatible: a pattern of the root node's compatible strings; of one that was looked up, the
            string that fits.
        owner: who keeps EL2 on the devices that are sold; "" if nobody is known to.
        evidence: where that is told.
        hint: on EL2, for whoever attests it.
        vendor: of the board, if its compatible doesn't begin with it.
    """

    compatible: str
    owner: str = ""
    evidence: str = ""
    hint: str = ""
    vendor: str = ""


@cache
def table(folder: Path = FOLDER) -> tuple[Soc, ...]:
    """Return all that is known, in the order of the files' names."""
    found = []
    for file in sorted(folder.glob("*.toml")):
        entries = tomllib.loads(file.read_text(encoding="utf-8"))["soc"]
        found += [Soc(**entry) for entry in entries]
    return tuple(found)


def soc_of(compatibles: Sequence[str], folder: Path = FOLDER) -> Soc | None:
    """Return what is known of the SoC that one of the compatible strings names, under that name."""
    for soc in table(folder):
        for name in compatibles:
            if re.fullmatch(soc.compatible, name):
                return replace(soc, compatible=name)
    return None
