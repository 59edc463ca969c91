# SPDX-License-Identifier: Apache-2.0
"""What a conformance test has found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Check", "Outcome", "Report", "Suite"]

Outcome = Literal["ok", "failed", "skipped", "missing"]
"""missing: the log ends before it, so nobody knows; that counts as failed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One statement of the contract, and whether it holds."""

    name: str  # "topic.what"
    what: str  # the statement, in words
    outcome: Outcome
    why: str = ""  # of one that was skipped or is missing
    details: tuple[str, ...] = ()  # of one that failed: what was expected, what was seen


@dataclass(frozen=True, kw_only=True, slots=True)
class Suite:
    """What one partition has reported."""

    name: str  # "vgic3", or "vgic3 firmware"
    checks: tuple[Check, ...]  # in their order, every one that there is
    stopped: str = ""  # where and how it ended too early; "": it did not

    def count(self, outcome: Outcome) -> int:
        """Return how many checks came out so."""
        return sum(check.outcome == outcome for check in self.checks)

    @property
    def failures(self) -> tuple[Check, ...]:
        """Those that failed, and those that were not made."""
        return tuple(check for check in self.checks if check.outcome in ("failed", "missing"))

    @property
    def ok(self) -> bool:
        """Whether every check was made and none has failed; skipped ones say why."""
        return not self.failures and not self.stopped and self.count("ok") > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All of it, for one board."""

    board: str
    suites: tuple[Suite, ...]

    @property
    def ok(self) -> bool:
        """Whether all of it is as the contract says."""
        return bool(self.suites) and all(suite.ok for suite in self.suites)
