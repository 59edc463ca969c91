# SPDX-License-Identifier: Apache-2.0
"""What an image tells of the machine and the day that it was built on.

Only what a boot loader would load is looked at: of an ELF file its segments, not the debug
information beside them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mvpsdk.image.searching import matches

if TYPE_CHECKING:
    from mvpsdk.image.raw import Raw

__all__ = ["read"]

MOST = 8
"""Traces that are told of a file."""

_LONGEST = 160
_PATTERN = re.compile(
    rb"(?<![\w.~-])/(?:home|root|Users|builds|workspace|var/lib/jenkins)/[!-~]{3,120}"
    rb"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 123]\d 20\d\d(?= \d\d:\d\d|\0)"
)
"""A path of somebody's machine, or a date as __DATE__ writes it (C11, 6.10.8.1)."""


def read(raw: Raw) -> dict[str, Any]:
    """Return the traces in realtime firmware and in whatever carries the SDK's own note."""
    if raw.part != "realtime" and not raw.found.get("note"):
        return {}
    elf = raw.found.get("elf")
    loaded = [(each.offset, each.offset + each.file_size) for each in elf.segments] if elf else []
    found: dict[str, None] = {}
    for match in matches(_PATTERN, raw.data, _LONGEST):
        if not elf or any(start <= match.start() < end for start, end in loaded):
            found[match[0].decode("ascii")] = None
        if len(found) == MOST:
            break
    return {"traces": tuple(found)}
