# SPDX-License-Identifier: Apache-2.0
"""How a check before the first byte came out, and the slot that is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.core.facade import SLOT_NAMES
from mvpsdk.errors import InputError
from mvpsdk.flash.model import Check, Outcome

if TYPE_CHECKING:
    from mvpsdk import sign

__all__ = ["check_slot", "passed", "refused", "verified"]


def passed(name: str, what: str, found: str) -> Check:
    """Return a check that holds."""
    return Check(name=name, what=what, outcome=Outcome.OK, found=found)


def refused(name: str, what: str, found: str, hint: str) -> Check:
    """Return a check that speaks against it."""
    return Check(name=name, what=what, outcome=Outcome.REFUSED, found=found, hint=hint)


def verified(check: sign.Check) -> Check:
    """Return what `mvpsdk.sign` has checked as a check of this room."""
    outcome = Outcome.OK if check.ok else Outcome.REFUSED
    return Check(
        name=check.name, what=check.what, outcome=outcome, found=check.found, hint=check.hint
    )


def check_slot(wanted: str) -> None:
    """Raise InputError for a slot that is none."""
    if wanted not in ("inactive", *SLOT_NAMES):
        raise InputError(f'no slot is called "{wanted}"', hint="there are: inactive, a, b")
