# SPDX-License-Identifier: Apache-2.0
"""What the bits of an ABI note are called."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from mvpsdk.core.facade import CONSTANTS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["bits_of", "call_id", "call_name", "conduit_names", "feature_names", "vgic_names"]

_FIRST = CONSTANTS["CALL_FEATURES"]


def bits_of(value: int) -> Iterator[int]:
    """Yield the bits of a number, from the lowest."""
    while value:
        yield value & -value
        value &= value - 1


@cache
def _features() -> dict[int, str]:
    return {
        value: name.removeprefix("FEATURE_").lower().replace("_", "-")
        for name, value in CONSTANTS.items()
        if name.startswith("FEATURE_")
    }


@cache
def _calls() -> dict[int, str]:
    return {
        value: name.removeprefix("CALL_").lower().replace("_", "-")
        for name, value in CONSTANTS.items()
        if name.startswith("CALL_") and value >= _FIRST
    }


def feature_names(features: int) -> tuple[str, ...]:
    """Return what these MVP_FEATURE_* bits are called; one that nobody knows, by its number."""
    return tuple(_features().get(bit, f"{bit:#x}") for bit in bits_of(features))


def call_id(number: int) -> int:
    """Return the id of the call that stands for this bit of a note's `calls`."""
    return _FIRST + number


def call_name(number: int) -> str:
    """Return what the call of this bit is called, with its id."""
    name = _calls().get(call_id(number), "")
    return f"{call_id(number):#x} {name}".rstrip()


def conduit_names(conduits: int) -> tuple[str, ...]:
    """Return by which instructions PSCI can be called."""
    return tuple({1: "hvc", 2: "smc"}.get(bit, f"{bit:#x}") for bit in bits_of(conduits))


def vgic_names(versions: int) -> tuple[str, ...]:
    """Return the versions of the vGIC."""
    return tuple(str(bit.bit_length() - 1) for bit in bits_of(versions))
