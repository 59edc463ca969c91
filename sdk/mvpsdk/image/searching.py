# SPDX-License-Identifier: Apache-2.0
"""Searches an image from end to end without keeping it in memory."""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING

from mvpsdk.units import MIB

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

__all__ = ["matches"]

WINDOW = 4 * MIB
"""Bytes that are looked at before their memory is given back; whole pages of any size in use."""


def matches(
    pattern: re.Pattern[bytes], data: bytes | mmap.mmap, longest: int
) -> Iterator[re.Match[bytes]]:
    """Yield a pattern's matches in a mapped file, as re.finditer() does.

    longest: bytes that a match can have.
    """
    done = 0
    for start in range(0, len(data), WINDOW):
        end = start + WINDOW
        for match in pattern.finditer(data, max(start, done), end + longest):
            if match.start() >= end:
                break
            done = match.end()
            yield match
        if isinstance(data, mmap.mmap) and hasattr(
            data, "madvise"
        ):  # the file has the pages still: nothing is lost
            data.madvise(mmap.MADV_DONTNEED, start, min(WINDOW, len(data) - start))
