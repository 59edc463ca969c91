# SPDX-License-Identifier: Apache-2.0
"""The pinned rule set: `[lint] rules` names the version of mvpsdk whose rules count.

An upgrade of the SDK brings new rules; a branch that is about to ship pins those that it knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk import __version__
from mvpsdk.errors import HandsetError
from mvpsdk.lint.catalogue import catalogue
from mvpsdk.lint.model import NotApplicable

if TYPE_CHECKING:
    from mvpsdk.handset.model import Handset
    from mvpsdk.lint.catalogue import Rule

__all__ = ["newer", "refuse_unknown", "rule_sets"]


def rule_sets() -> tuple[str, ...]:
    """Return the versions that have a rule set, the oldest first."""
    versions = {_minor(rule.since) for rule in catalogue()} | {_minor(__version__)}
    return tuple(f"{major}.{minor}" for major, minor in sorted(versions))


def refuse_unknown(handset: Handset) -> None:
    """Raise HandsetError if the handset pins a rule set that this SDK does not have."""
    if handset.rules and handset.rules not in rule_sets():
        raise HandsetError(
            f'[lint] rules = "{handset.rules}" is no rule set of mvpsdk {__version__}',
            place=handset.place("lint.rules"),
            hint=f"there are: {', '.join(rule_sets())}",
        )


def newer(rule: Rule, handset: Handset | None) -> NotApplicable | None:
    """Return why a rule does not count for a handset, if it is newer than its rule set."""
    if not handset or not handset.rules or _minor(rule.since) <= _minor(handset.rules):
        return None
    return NotApplicable(
        reason=f'it came with {rule.since}, newer than the pinned rule set "{handset.rules}"'
    )


def _minor(version: str) -> tuple[int, int]:
    """The first two numbers: a patch brings no rules."""
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
