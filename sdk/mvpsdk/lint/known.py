# SPDX-License-Identifier: Apache-2.0
"""What rules over a board have in common: its gaps, its contradictions, its reader's remarks.

Each of these was decided once, where the board was read; a rule takes those that name it, and adds
what they mean on the device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.board.todo import gap
from mvpsdk.lint.model import Flaw, Party, Severity
from mvpsdk.lint.subject import subject_of_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.draft import Remark
    from mvpsdk.errors import Fault
    from mvpsdk.lint.model import Confidence
    from mvpsdk.lint.subject import BoardSubject

__all__ = ["UNBUILT", "contradictions", "gap_flaw", "gaps", "of_key", "remarks", "spoken"]

UNBUILT = "nothing can be built for this board as long as that is not known"
"""The consequence of a gap: it never gets as far as a device."""


def gaps(subject: BoardSubject, rule: str) -> Iterator[Flaw]:
    """Yield what is not known yet and is this rule's to say; an error, since nothing is built.

    Where the tree's reader remarks on the same thing, its words are the better ones.
    """
    said = spoken(subject, rule)
    for key in subject.draft.todos:
        if gap(key).rule == rule and not said & {key, key.partition(".")[0]}:
            yield gap_flaw(subject, key)


def gap_flaw(subject: BoardSubject, key: str, severity: Severity = Severity.ERROR) -> Flaw:
    """Make the finding of one fact that is not known yet."""
    missing = gap(key)
    state = "is not known" if subject.is_tree else "is still TODO"
    return Flaw(
        subject=subject_of_key(key),
        message=f"{key} {state}: {missing.what}",
        parties=(Party(name=key, value="TODO"), Party(name="needed", value=missing.what)),
        fix=missing.how,
        severity=severity,
        consequence=UNBUILT,
    )


def contradictions(subject: BoardSubject, rule: str) -> Iterator[Flaw]:
    """Yield what can't be true of the board and is this rule's to say."""
    for fault in subject.faults:
        if fault.rule == rule:
            yield _of_fault(fault)


def _of_fault(fault: Fault) -> Flaw:
    key = fault.message.partition(":")[0]
    return Flaw(
        subject=subject_of_key(key),
        message=fault.message,
        parties=tuple(Party(name=name, value=value) for name, value in fault.parties),
        fix=fault.hint,
        place=fault.place,
        severity=Severity.ERROR,
    )


def spoken(subject: BoardSubject, rule: str) -> set[str]:
    """Return the keys of the facts that the tree's reader remarks on for this rule."""
    return {remark.key for remark in subject.draft.remarks if remark.rule == rule}


def remarks(
    subject: BoardSubject,
    rule: str,
    severity: Severity | None = None,
    confidence: Confidence | None = None,
) -> Iterator[tuple[Remark, Flaw]]:
    """Yield what only the tree's reader could see and is this rule's to say."""
    for remark in subject.draft.remarks:
        if remark.rule == rule:
            yield (
                remark,
                Flaw(
                    subject=subject_of_key(remark.key),
                    message=remark.message,
                    parties=_parties(remark),
                    fix=remark.hint,
                    place=remark.place,
                    severity=severity,
                    confidence=confidence,
                ),
            )


def _parties(remark: Remark) -> tuple[Party, ...]:
    """Name both parties; where the reader saw fewer, the fact and the node, too."""
    also = ((remark.key, remark.kind), ("seen at", str(remark.place or "the tree")))
    given = (*remark.parties, *also)[: max(2, len(remark.parties))]
    return tuple(Party(name=name, value=value) for name, value in given)


def of_key(
    key: str,
    message: str,
    values: tuple[tuple[str, str], tuple[str, str]],
    fix: str,
    severity: Severity | None = None,
) -> Flaw:
    """Make a finding about one fact of the board."""
    return Flaw(
        subject=subject_of_key(key),
        message=message,
        parties=tuple(Party(name=name, value=value) for name, value in values),
        fix=fix,
        severity=severity,
    )
