# SPDX-License-Identifier: Apache-2.0
"""One version of the guest ABI, as values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mvpsdk.image.layouts import Enum, Struct

__all__ = ["Abi", "Call", "Change", "Kind"]

Kind = Literal["added", "broke", "reworded"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call that a guest may make."""

    name: str  # of its constant: `MVP_CALL_PINS`
    id: int  # the number in x0
    since: str  # the version of the ABI that brought it
    arguments: str  # as the header's comment tells them


@dataclass(frozen=True, kw_only=True, slots=True)
class Abi:
    """What a header such as mvp/abi.h says."""

    major: int
    minor: int
    calls: tuple[Call, ...] = ()
    features: tuple[tuple[str, int], ...] = ()  # name and bit
    constants: tuple[tuple[str, int], ...] = ()  # all other numbers
    structs: tuple[Struct, ...] = ()
    enums: tuple[Enum, ...] = ()

    @property
    def version(self) -> str:
        """Its number, `1.0`."""
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What differs between two sides, and whether what was made for the first still works."""

    kind: Kind
    what: str  # `struct mvp_x.member`, `MVP_CALL_X`, `feature power`
    aspect: str  # "offset", "size", "type", "value", "presence", ...
    before: str  # empty: there was none
    after: str  # empty: there is none any more
    is_width: bool = False  # an enum or an integer got another size

    @property
    def text(self) -> str:
        """The change in a sentence."""
        if self.aspect == "offer":
            return f"{self.what}: {'now' if self.after else 'no longer'} offered"
        if self.aspect == "need":
            offer = f"{self.after} is offered" if self.after else "and not offered"
            return f"{self.what}: {self.before} is needed, {offer}"
        if not self.before:
            return f"{self.what}: new: {self.after}"
        if not self.after:
            return f"{self.what}: gone; it was {self.before}"
        return f"{self.what}: {self.aspect} {self.before} is now {self.after}"
