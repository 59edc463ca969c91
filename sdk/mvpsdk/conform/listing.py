# SPDX-License-Identifier: Apache-2.0
"""Which checks there are: read out of the sources of the guest and of the firmware beside it.

A check is written `CHECK(function, "topic.name", "what must hold")`. The order is the linker's:
that of the files' names, and within a file from top to bottom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["FIRMWARE", "GUEST", "Listed", "listed"]

GUEST = Path(__file__).parent / "guest"
FIRMWARE = Path(__file__).parent / "firmware"

_CHECK = re.compile(
    r'^CHECK\(\w+,\s*"(?P<name>[a-z0-9.-]+)",\s*(?P<what>"[^"]*"(?:\s*"[^"]*")*)\)',
    flags=re.MULTILINE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A check that there is."""

    name: str
    what: str


def listed(folder: Path = GUEST) -> tuple[Listed, ...]:
    """Return the checks of the guest, or of the firmware, in the order in which they are made."""
    return tuple(
        Listed(name=found["name"], what="".join(re.findall(r'"([^"]*)"', found["what"])))
        for file in sorted(folder.glob("*.c"), key=lambda path: path.name)
        for found in _CHECK.finditer(file.read_text(encoding="utf-8"))
    )
