# SPDX-License-Identifier: Apache-2.0
"""What follows the first line of a panic: registers, then the tail of the trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.decode.messages import Kind
from mvpsdk.decode.timeline import timeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mvpsdk.decode.context import Context
    from mvpsdk.decode.messages import Message

__all__ = ["Panic"]

_REGISTERS = 64  # more than EL2 prints
_ENTRIES = 64  # of the trace, likewise


class Panic:
    """What has come of it so far."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._values: dict[str, int] = {}
        self._trace: list[Message] = []

    def take(self, message: Message) -> None:
        """Take in a line that follows a panic's first."""
        if message.kind is Kind.REGISTERS and len(self._values) < _REGISTERS:
            self._values |= message.values
        elif message.kind is Kind.TRACE and len(self._trace) < _ENTRIES:
            self._trace.append(message)

    def details(self, context: Context) -> tuple[str, ...]:
        """Say what the registers mean, where it isn't plain."""
        values = self._values
        said = (*_caller(values, context), *_level(values), *_guest(values, context))
        return (*said, *timeline(self._trace, context))


def _caller(values: Mapping[str, int], context: Context) -> Iterator[str]:
    """By x30, which a function may have used for something else by then."""
    if "window" in values and "x30" in values:
        name = context.place(values["x30"] - values["window"])
        if name:
            yield f"called from {values['x30'] - values['window']:#x}, {name}"


def _level(values: Mapping[str, int]) -> Iterator[str]:
    """SPSR_EL2: bits 3:2 are the exception level, bit 4 AArch32 (Arm DDI 0487, C5.2.20)."""
    if "spsr" in values and not values["spsr"] >> 3 & 1:
        mode = "AArch32" if values["spsr"] >> 4 & 1 else f"EL{values['spsr'] >> 2 & 3}"
        yield f"taken from a guest in {mode}, as an exception that this build does not serve"


def _guest(values: Mapping[str, int], context: Context) -> Iterator[str]:
    """VTTBR_EL2: bits 63:48 are the VMID, which is the partition's number and one (machine.c)."""
    if "vttbr" in values:
        vmid = values["vttbr"] >> 48
        who = context.partition(vmid - 1) if vmid else "no partition"
        yield f"{who} was on the CPU"
