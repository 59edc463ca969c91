# SPDX-License-Identifier: Apache-2.0
"""Virtual time as the host counts it: by a PL031 (Arm DDI 0224) that QEMU itself models.

The register counts whole seconds, which is coarse; but it ticks exactly when virtual time reaches a
whole second. So each look at the machine, taken while it stands still, says of a guest's own
counter that it lies on one side of a tick, and many looks together pin down when the counter was
zero to within a count or so: see `bracket`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from mvpsdk.errors import InputError
from mvpsdk.run.command import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mvpsdk.run.qemu import Qemu
    from mvpsdk.units import Pa

__all__ = ["Bracket", "Clock", "Sample", "bracket"]

Reading = TypeVar("Reading")

_SOON = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Sample(Generic[Reading]):
    """What was read at one moment, and the whole seconds of virtual time then."""

    seconds: int
    value: Reading


@dataclass(frozen=True, slots=True)
class Bracket:
    """When a counter was zero: after `low` and before `high`, in counts of virtual time."""

    low: int
    high: int

    @property
    def agrees(self) -> bool:
        """Whether any moment is left; if not, the counter did not count virtual time."""
        return self.low < self.high

    @property
    def width(self) -> int:
        """How well it is known, in counts: an error smaller than this may have gone unseen."""
        return self.high - self.low


def bracket(samples: Iterable[Sample[int]], per_second: int) -> Bracket:
    """Compare a guest's counter with the host's seconds.

    A counter that adds one at each whole count c / per_second after its zero z has the value
    floor(t - z), with t, z in counts, while the host shows floor(t / per_second). From both follows
    seconds * per_second - value - 1 < z < (seconds + 1) * per_second - value.
    """
    looks = [(look.seconds * per_second - look.value) for look in samples]
    return Bracket(max(looks) - 1, min(looks) + per_second)


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

    def look(self) -> int | None:
        """Whole seconds of virtual time; None if QEMU is too busy to tell soon.

        A guest that spins on its timer can starve QEMU for seconds. The answer is then that of an
        earlier look, when it has come.
        """
        if self._address is None:
            return None
        self._qemu.ask_word(self._address)
        word = self._qemu.answered_word(_SOON)
        return None if word is None else word - BASE

    def sample(self, probe: Callable[[], Reading]) -> Sample[Reading]:
        """Read the clock and whatever `probe` reads at the same moment: the machine stands."""
        with self._qemu.paused():
            return Sample(self.seconds(), probe())
