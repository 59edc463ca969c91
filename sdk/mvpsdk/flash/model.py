# SPDX-License-Identifier: Apache-2.0
"""What flashing speaks of: checks, steps, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Check", "Event", "Outcome", "Step"]


class Step(StrEnum):
    """What is being done."""

    COMPARE = "compare"  # what is there with what shall be there
    MARK_BAD = "mark-bad"  # the slot does not start from now on
    WRITE = "write"
    READ_BACK = "read-back"
    MARK_GOOD = "mark-good"  # the slot goes first from now on


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something was done: `amount` bytes of a part, or 0 where a step has no length."""

    step: Step
    part: str
    amount: int = 0


class Outcome(StrEnum):
    """Of a check before the first byte."""

    OK = "ok"
    REFUSED = "refused"
    NOT_CHECKED = "not-checked"  # there is nothing to check it by; the reason says so


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """What was held against what, before anything is written."""

    name: str  # "signature", "board", ...
    outcome: Outcome
    ours: str  # what the bundle says
    theirs: str  # what the device says
    message: str = ""  # why it is refused or was not checked
    hint: str = ""  # the next step
