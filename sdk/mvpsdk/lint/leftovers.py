# SPDX-License-Identifier: Apache-2.0
"""What the exceptions come to when all else is judged: those that excuse nothing, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.catalogue import rule
from mvpsdk.lint.model import NotApplicable, NotChecked, Outcome
from mvpsdk.lint.pinning import newer
from mvpsdk.lint.subject import ExceptionSubject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.handset.model import Handset
    from mvpsdk.lint.allow import Excuses
    from mvpsdk.lint.baseline import Known
    from mvpsdk.lint.catalogue import Rule
    from mvpsdk.lint.model import Check
    from mvpsdk.lint.subject import Bench

__all__ = ["leftovers", "unneeded"]


def leftovers(
    benches: Sequence[Bench], rules: Sequence[Rule], excuses: Excuses, checks: Sequence[Check]
) -> list[ExceptionSubject]:
    """Return a subject for each exception of the handset file whose rule ran."""
    late = {rule.code for rule in rules if ExceptionSubject in rule.inspects}
    return [
        ExceptionSubject(
            bench=benches[0],
            excuse=excuse,
            blind=_blind(excuse.allow.rule, benches, checks),
        )
        for excuse in excuses.listed(rules)
        if excuse.allow.rule not in late  # what it excuses is still to come
    ]


def _blind(
    code: str, benches: Sequence[Bench], checks: Sequence[Check]
) -> NotApplicable | NotChecked | None:
    """Say why nobody can tell that an exception for a rule excuses nothing; None: one can."""
    handset = benches[0].handset
    if handset and (missing := _missing(handset, benches)):
        reason = f"only all boards together tell what is unused; missing: {', '.join(missing)}"
        return NotApplicable(reason=reason)
    if not _looked(code, checks):
        return NotChecked(reason=f"whether {code} is still excused: {code} could not be checked")
    return newer(rule(code), handset)


def _missing(handset: Handset, benches: Sequence[Bench]) -> list[str]:
    seen = {bench.board_name for bench in benches}
    return [board for board in handset.boards if board not in seen]


def _looked(code: str, checks: Sequence[Check]) -> bool:
    """Whether a rule could look everywhere."""
    return all(check.outcome is not Outcome.NOT_CHECKED for check in checks if check.rule == code)


def unneeded(
    benches: Sequence[Bench],
    rules: Sequence[Rule],
    baseline: Sequence[Known],
    file: str,
    checks: Sequence[Check],
) -> list[ExceptionSubject]:
    """Return a subject for the baseline, with the entries that a run has looked for in vain."""
    if not baseline:
        return []
    codes = {rule.code for rule in rules if ExceptionSubject not in rule.inspects}
    boards = {"", *(bench.board_name for bench in benches)}
    found = {finding.fingerprint for check in checks for finding in check.findings}
    stale = tuple(
        known
        for known in baseline
        if known.rule in codes
        and known.board in boards
        and known.fingerprint not in found
        and _looked(known.rule, checks)
    )
    return [ExceptionSubject(bench=benches[0], stale=stale, file=file)]
