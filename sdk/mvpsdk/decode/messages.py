# SPDX-License-Identifier: Apache-2.0
"""A line of the hypervisor's, taken apart: words, then `key=value` with hexadecimal values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Kind", "Message", "parse"]


class Kind(StrEnum):
    """What a line is about; the value is what it begins with, unless said otherwise."""

    STOP = "stop"
    PANIC = "panic"
    WILD = "wild access"
    DMA = "dma refused"
    NOT_OFFERED = "not offered"
    CRASH = "partition crashed"
    BANNER = "hypervisor"
    LOST = "console lost"
    TRACE = "trace"
    REGISTERS = "registers"  # of a panic: "panic x0=… x1=…"
    OTHER = "other"

    @property
    def stops(self) -> bool:
        """Whether somebody could not go on; the others are told and gone on from."""
        return self in {Kind.STOP, Kind.PANIC, Kind.CRASH, Kind.OTHER}


_KEYS: dict[Kind, tuple[str, ...]] = {
    Kind.STOP: ("reason", "table", "index", "value", "bound"),
    Kind.PANIC: ("reason", "syndrome", "offset", "address"),
    Kind.WILD: ("partition", "reason", "pc", "address"),
    Kind.NOT_OFFERED: ("partition", "reason", "pc", "syndrome"),
    Kind.DMA: ("partition", "reason", "stream", "kind", "address", "write"),
    Kind.CRASH: ("index", "reason", "pc", "address"),
    Kind.BANNER: ("window", "fingerprint"),
    Kind.LOST: ("bytes",),
}
"""What the line of each kind has (the `log_values` calls in core/src and core/arch)."""

_VALUE = re.compile(r"(?<!\S)([a-z][a-z0-9]*)=(0x[0-9a-f]{1,16})(?!\S)")


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What a line says."""

    kind: Kind
    values: Mapping[str, int] = field(default_factory=dict)
    event: str = ""  # of the trace: "hvc", "irq", ...
    damaged: bool = False  # a value that belongs there is missing or can't be read

    @property
    def reason(self) -> int | None:
        """The reason code, if the line has one that can be read."""
        return self.values.get("reason")


def parse(text: str) -> Message | None:
    """Take a line apart; None: it has no reason code and says nothing of the build."""
    values = {key: int(value, 16) for key, value in _VALUE.findall(text)}
    words = text.partition("=")[0].rpartition(" ")[0]
    kind = next((kind for kind in _KEYS if words == kind), None)
    if kind is Kind.PANIC and "reason" not in text:
        return Message(kind=Kind.REGISTERS, values=values)
    if kind is None:
        return _unusual(text, words, values)
    return Message(kind=kind, values=values, damaged=any(key not in values for key in _KEYS[kind]))


def _unusual(text: str, words: str, values: dict[str, int]) -> Message | None:
    """The trace; or a line with a reason that is of no kind we know."""
    if words.startswith("trace "):
        return Message(kind=Kind.TRACE, values=values, event=words.removeprefix("trace "))
    if "reason" in values:
        return Message(kind=Kind.OTHER, values=values)
    damaged = next((kind for kind in _KEYS if kind.stops and text.startswith(f"{kind} ")), None)
    return Message(kind=damaged, values=values, damaged=True) if damaged else None
