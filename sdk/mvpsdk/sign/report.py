# SPDX-License-Identifier: Apache-2.0
"""What a verification found: every check that was made, whether or not it held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.bundle import Manifest

__all__ = ["Check", "Report", "judged", "passed", "refused"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str  # "container", "part pack", "signature of the manifest", ...
    what: str  # what was held against what
    ok: bool
    found: str  # what it was; of a refusal also what it should be
    hint: str = ""  # of a refusal: the next step


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """All checks of one bundle, in the order in which they were made."""

    path: Path
    checks: tuple[Check, ...]
    manifest: Manifest | None  # None: it could not be read

    @property
    def ok(self) -> bool:
        """Whether nothing speaks against the bundle."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    @property
    def refusals(self) -> tuple[Check, ...]:
        """What speaks against it."""
        return tuple(check for check in self.checks if not check.ok)


def passed(name: str, what: str, found: str) -> Check:
    """Return a check that holds."""
    return Check(name=name, what=what, ok=True, found=found)


def judged(name: str, what: str, *, ok: bool, found: str, hint: str) -> Check:
    """Return a check that came out either way; found and hint tell which."""
    return passed(name, what, found) if ok else refused(name, what, found, hint)


def refused(name: str, what: str, found: str, hint: str) -> Check:
    """Return a check that speaks against the bundle."""
    return Check(name=name, what=what, ok=False, found=found, hint=hint)
