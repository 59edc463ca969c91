# SPDX-License-Identifier: Apache-2.0
"""What flashing speaks of: checks, steps, and what came of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mvpsdk.errors import CheckFailed, Fault

if TYPE_CHECKING:
    from datetime import datetime

    from mvpsdk.device import DeviceFacts

__all__ = ["Check", "Event", "Options", "Outcome", "PartPlan", "Plan", "Result", "Step", "Tell"]


class Step(StrEnum):
    """What is being done."""

    VERIFY = "verify"  # what is to be flashed, before anything else
    COMPARE = "compare"  # what is there with what shall be there
    MARK_BAD = "mark-bad"  # the slot does not start from now on
    WRITE = "write"
    READ_BACK = "read-back"
    MARK_GOOD = "mark-good"  # the slot goes first from now on
    TAKE_TABLE = "take-table"  # nothing is found on the medium from now on
    PUT_TABLE = "put-table"  # everything is


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something was done: `amount` bytes of a part, or 0 where a step has no length."""

    step: Step
    part: str
    amount: int = 0
    total: int = 0  # bytes that the step has for this part


Tell = Callable[[Event], None]
"""Told of everything that is done."""


class Outcome(StrEnum):
    """Of a check before the first byte."""

    OK = "ok"
    REFUSED = "refused"
    NOT_CHECKED = "not-checked"  # there is nothing to check it by; the reason says so


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What was held against what, before anything is written."""

    name: str  # "signature of the manifest", "slot", ...
    what: str  # what was held against what
    outcome: Outcome
    found: str  # what it was; of a refusal both values
    hint: str = ""  # of a refusal: the next step


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What is asked of a flash beside its input and its target."""

    slot: str = "inactive"  # or "a", "b"
    keys: tuple[str, ...] = ()  # public keys, of which the input's signatures must be
    unsigned: bool = False  # take what nothing vouches for
    device: DeviceFacts | None = None  # what is known of the device, beside what it says itself
    now: datetime  # with its time zone: certificates expire


@dataclass(frozen=True, kw_only=True, slots=True)
class PartPlan:
    """A part, and what is to be done with it."""

    name: str  # of the partition; of a whole medium "disk"
    size: int  # bytes
    missing: int | None  # bytes that differ and are to be written; None: the device can't be asked
    sha256: str  # of the part


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What was done."""

    changed: bool  # False: all was there already
    read_back: bool  # whether the bytes were compared after they were written


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What would be done, and `carry_out`, which does it."""

    target: str
    kind: str  # "disk", "bundle" or "part"
    slot: str | None  # "a", "b"; None: the whole medium
    checks: tuple[Check, ...]
    parts: tuple[PartPlan, ...]
    work: Callable[[Tell], Result]

    @property
    def refused(self) -> tuple[Check, ...]:
        """The checks that speak against it."""
        return tuple(check for check in self.checks if check.outcome is Outcome.REFUSED)

    def carry_out(self, tell: Tell) -> Result:
        """Do it. Raises CheckFailed, with all of them, if any check speaks against it."""
        if self.refused:
            raise CheckFailed.of(
                Fault(message=f"{check.name}: {check.found}", hint=check.hint)
                for check in self.refused
            )
        return self.work(tell)
