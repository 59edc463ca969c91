# SPDX-License-Identifier: Apache-2.0
"""Exceptions: what `[[allow]]` in the handset file excuses, and what became of each.

An exception never passes silently: one that is expired excuses nothing, one that excuses nothing
is listed, and one that names no rule is an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from mvpsdk.errors import HandsetError
from mvpsdk.lint.catalogue import catalogue

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from mvpsdk.handset.model import Allow
    from mvpsdk.lint.catalogue import Rule
    from mvpsdk.lint.model import Finding

__all__ = ["AllowState", "Excuse", "Excuses"]


class AllowState(StrEnum):
    """What became of an exception."""

    USED = "used"
    UNUSED = "unused"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Excuse:
    """An exception of the handset file, and what became of it."""

    allow: Allow
    state: AllowState


class Excuses:
    """The exceptions of one run, and how often each was used."""

    def __init__(self, allows: Iterable[Allow], *, today: dt.date) -> None:
        """Take the exceptions of all handset variants; equal ones count as one.

        Raises HandsetError if one names no rule of the catalogue.
        """
        self._today = today
        self._used: dict[Allow, bool] = dict.fromkeys(allows, False)
        for allow in self._used:
            _refuse_unknown(allow)

    def excuse(self, finding: Finding) -> Allow | None:
        """Return the exception that covers a finding, if one does that has not expired."""
        for allow in self._used:
            if covers(allow, finding) and not self._expired(allow):
                self._used[allow] = True
                return allow
        return None

    def listed(self, rules: Iterable[Rule]) -> tuple[Excuse, ...]:
        """Return what became of each exception for one of these rules."""
        codes = {rule.code for rule in rules}
        return tuple(
            Excuse(allow=allow, state=self._state(allow))
            for allow in self._used
            if allow.rule in codes
        )

    def _expired(self, allow: Allow) -> bool:
        """An exception still holds on its last day."""
        return allow.until is not None and allow.until < self._today

    def _state(self, allow: Allow) -> AllowState:
        if self._expired(allow):
            return AllowState.EXPIRED
        return AllowState.USED if self._used[allow] else AllowState.UNUSED


def covers(allow: Allow, finding: Finding) -> bool:
    """Whether an exception speaks of a finding: same rule, same key or one above it."""
    return allow.rule == finding.rule and f"{finding.subject}.".startswith(
        f"{allow.at}." if allow.at else ""
    )


def _refuse_unknown(allow: Allow) -> None:
    """Raise HandsetError unless the exception names one rule by its code."""
    codes = [rule.code for rule in catalogue()]
    if allow.rule not in codes:
        raise HandsetError(
            f'[[allow]] names "{allow.rule}", which is no lint rule',
            place=allow.place,
            hint=f"name one rule by its code: {', '.join(codes)}",
        )
