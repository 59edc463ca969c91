# SPDX-License-Identifier: Apache-2.0
"""Mutant after mutant until the time is over, for `make fuzz`: what was found, and what is told."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Tally", "long_run", "tell"]


@dataclass(kw_only=True)
class Tally:
    """What a run found."""

    count: int = 0
    faults: dict[str, str] = field(default_factory=dict)  # by mutant

    def add(self, other: Tally) -> None:
        """Count another's in."""
        for each in fields(self):
            if each.name != "faults":
                setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        self.faults |= other.faults


Found = TypeVar("Found", bound=Tally)


def long_run(total: Found, start: str, size: int, run: Callable[[range], Found]) -> Found:
    """Run slices of so many mutants for FUZZ_SECONDS, or until a fault is found.

    start: the variable of the environment that says which number is the first.
    """
    end = time.monotonic() + int(os.environ.get("FUZZ_SECONDS", "600"))
    at = int(os.environ.get(start, "0"))
    while time.monotonic() < end and not total.faults:
        total.add(run(range(at, at + size)))
        at += size
    return total


def tell(kind: str, total: Tally, counts: str) -> int:
    """Say what was found; the exit code: 1 if anything was."""
    for name, why in total.faults.items():
        sys.stdout.write(f"{kind} mutant {name}: {why}\n")
    sys.stdout.write(f"{counts}\n")
    return int(bool(total.faults))
