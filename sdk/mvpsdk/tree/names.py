# SPDX-License-Identifier: Apache-2.0
"""Names of a board's parts, made of the tree's: short enough, and each only once."""

from __future__ import annotations

import re

__all__ = ["Names", "plain"]


def plain(text: str) -> str:
    """Write a word in lower-case letters, digits and dashes, a letter first; "" if none is left."""
    kept = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    return re.sub(r"^[^a-z]+", "", kept)


class Names:
    """Names that are taken."""

    def __init__(self, longest: int) -> None:
        """Begin with none; no name is longer than so many characters."""
        self._longest = longest
        self._taken: set[str] = set()

    def take(self, wanted: str, address: int, *, generic: bool = False) -> str:
        """Take a name; with the address, if the name is taken or says nothing by itself."""
        name = wanted[: self._longest].rstrip("-")
        if generic or name in self._taken:
            name = self._joined(wanted, f"-{address:x}")
        count = 1
        while name in self._taken:
            count += 1
            name = self._joined(wanted, f"-{count}")
        self._taken.add(name)
        return name

    def _joined(self, head: str, tail: str) -> str:
        room = max(self._longest - len(tail), 1)
        return (head[:room].rstrip("-") + tail)[: self._longest]
