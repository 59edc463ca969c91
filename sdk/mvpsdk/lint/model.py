# SPDX-License-Identifier: Apache-2.0
"""The linter's vocabulary: what a rule says, and what becomes of it.

A rule yields *observations*: a `Flaw`, or the reason why it could not or need not look. The
engine turns them into `Finding` and `Check` values, which a `Report` holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mvpsdk.document.editing import Edit
    from mvpsdk.errors import Place

__all__ = [
    "Check",
    "Confidence",
    "Finding",
    "Flaw",
    "NotApplicable",
    "NotChecked",
    "Observation",
    "Outcome",
    "Party",
    "Severity",
]


class Severity(StrEnum):
    """How bad the consequence is."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Whether this is at least as bad as `threshold`."""
        return self.rank <= threshold.rank


class Confidence(StrEnum):
    """How sure the rule is. Only a certain rule may be an error by default."""

    CERTAIN = "certain"
    LIKELY = "likely"
    HEURISTIC = "heuristic"


class Outcome(StrEnum):
    """What became of one check, that is one rule over one subject. Every check has exactly one."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    FAIL = "fail"
    SUPPRESSED = "suppressed"
    BASELINED = "baselined"
    NOT_APPLICABLE = "not-applicable"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """One of the two things that collide, with its value."""

    name: str
    value: str
    place: Place | None = field(default=None, compare=False)  # where an input names it


@dataclass(frozen=True, kw_only=True, slots=True)
class Flaw:
    """What a rule found. What it leaves out, the engine takes from the rule."""

    subject: str
    message: str
    parties: tuple[Party, ...]
    fix: str
    severity: Severity | None = None
    confidence: Confidence | None = None
    consequence: str = ""
    place: Place | None = None
    edits: tuple[Edit, ...] = ()  # what mends it, if there is but one way: see `Bench.edit`


@dataclass(frozen=True, kw_only=True, slots=True)
class NotApplicable:
    """The rule has nothing to say about this subject."""

    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NotChecked:
    """The rule could not look.

    `failed` means that a tool or a file failed (exit code 2); otherwise there is merely no
    evidence, or an earlier finding stands in the way.
    """

    reason: str
    failed: bool = False


Observation = Flaw | NotApplicable | NotChecked


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One flaw, complete: the unit of every report.

    Attributes:
        rule: code of the rule, for example `MEM002`.
        name: the rule's name, for example `regions-overlap`.
        severity: the consequence's weight.
        confidence: how sure the rule is.
        board: the board on which it was found; empty if it does not depend on one.
        subject: dotted path of what is at fault, as `[[allow]] at` names it.
        place: where the input names it.
        message: one line: both parties, both values.
        parties: the two things that collide.
        consequence: what one would see on the device.
        fix: the next step.
        edits: the same as changes of the files that a person writes; empty: it takes a person.
    """

    rule: str
    name: str
    severity: Severity
    confidence: Confidence
    board: str
    subject: str
    place: Place | None
    message: str
    parties: tuple[Party, ...]
    consequence: str
    fix: str
    edits: tuple[Edit, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Stable identity for a baseline: rule, board, subject and values; no line numbers."""
        parts = [
            self.rule,
            self.board,
            self.subject,
            *(f"{p.name}={p.value}" for p in self.parties),
        ]
        return sha256("\0".join(parts).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One rule over one subject, with its outcome; `reason` says why it was not made.

    `findings` are all that it has found, those that are excused or known among them.
    """

    rule: str
    board: str
    subject: str
    outcome: Outcome
    reason: str = ""
    failed: bool = False
    findings: tuple[Finding, ...] = ()
