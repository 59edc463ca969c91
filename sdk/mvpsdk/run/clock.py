# SPDX-License-Identifier: Apache-2.0
"""Virtual time as the host counts it: by a PL031 (Arm DDI 0224) that QEMU itself models.

The register counts whole seconds. It ticks exactly when virtual time reaches a whole second, so
what happens in a machine can be put between two readings around a tick, see `Clock.tick`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from mvpsdk.errors import InputError
from mvpsdk.run.command import BASE

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk.run.qemu import Qemu
    from mvpsdk.units import Pa

__all__ = ["Clock", "Tick"]

Reading = TypeVar("Reading")


@dataclass(frozen=True, slots=True)
class Tick(Generic[Reading]):
    """A whole second of virtual time, with what was read just before and just after."""

    seconds: int
    before: Reading
    after: Reading


class Clock:
    """The clock of a machine."""

    def __init__(self, qemu: Qemu, address: Pa | None) -> None:
        """Read the PL031 at this physical address; None: there is none."""
        self._qemu = qemu
        self._address = address

    def __bool__(self) -> bool:
        """Whether there is a clock."""
        return self._address is not None

    def seconds(self) -> int:
        """Whole seconds of virtual time since reset. Raises InputError if there is no clock."""
        if self._address is None:
            hint = "give the board's [virtual] table a clock, and let the run be deterministic"
            raise InputError("virtual time can't be read: no clock", hint=hint)
        return self._qemu.read_word(self._address) - BASE

    def tick(self, probe: Callable[[], Reading]) -> Tick[Reading]:
        """Run on, in the shortest steps there are, until the clock ticks; probe at each stop.

        The moment of the tick lies between the two readings: their difference is the precision.
        """
        with self._qemu.paused():
            start, before = self.seconds(), probe()
            while True:
                self._qemu.resume()
                self._qemu.stop()
                now, after = self.seconds(), probe()
                if now != start:
                    return Tick(now, before, after)
                before = after
