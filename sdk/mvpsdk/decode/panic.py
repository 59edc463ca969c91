# SPDX-License-Identifier: Apache-2.0
"""What follows the first line of a panic: registers, then the tail of the trace."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.decode.messages import Kind

if TYPE_CHECKING:
    from mvpsdk.decode.context import Context
    from mvpsdk.decode.messages import Message

__all__ = ["Panic"]

_REGISTERS = 64  # more than EL2 prints
_ENTRIES = 64


class Panic:
    """What has come of it so far."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._values: dict[str, int] = {}

    def take(self, message: Message) -> None:
        """Take in a line that follows a panic's first."""
        if message.kind is Kind.REGISTERS and len(self._values) < _REGISTERS:
            self._values |= message.values

    def details(self, context: Context) -> tuple[str, ...]:
        """Say what the registers mean, where it isn't plain."""
        values, window = self._values, self._values.get("window")
        said = []
        if window is not None and "x30" in values:
            name = context.place(values["x30"] - window)
            said += [f"called from {values['x30'] - window:#x}, {name}"] if name else []
        return tuple(said)
