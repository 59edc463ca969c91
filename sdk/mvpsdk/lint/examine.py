# SPDX-License-Identifier: Apache-2.0
"""Sends each rule to the subjects that it inspects, and keeps what it observes there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.core.facade import pack_check, pack_write
from mvpsdk.lint.model import Finding, Flaw, NotApplicable, NotChecked, Party
from mvpsdk.lint.pinning import newer
from mvpsdk.lint.subject import (
    BoardSubject,
    BundleSubject,
    ExceptionSubject,
    HandsetSubject,
    ImageSubject,
    PlanSubject,
)
from mvpsdk.plan.pack import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mvpsdk.errors import Fault
    from mvpsdk.lint.catalogue import Rule, Subject
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import Bench
    from mvpsdk.plan.model import Plan

__all__ = ["Examination", "examine", "examine_exceptions"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Examination:
    """What one rule observed of one subject."""

    rule: Rule
    bench: Bench
    board: str  # empty: what was observed does not depend on the board
    subject: str
    observations: tuple[Observation, ...]

    def findings(self) -> Iterator[Finding]:
        """Complete each flaw with what its rule and its bench say."""
        for flaw in self.observations:
            if isinstance(flaw, Flaw):
                yield Finding(
                    rule=self.rule.code,
                    name=self.rule.name,
                    severity=flaw.severity or self.rule.severity,
                    confidence=flaw.confidence or self.rule.confidence,
                    board=self.board,
                    subject=flaw.subject,
                    place=flaw.place or self.bench.place(flaw.subject),
                    message=flaw.message,
                    parties=flaw.parties,
                    consequence=flaw.consequence or self.rule.consequence,
                    fix=flaw.fix,
                    edits=flaw.edits,
                )


def examine(benches: Sequence[Bench], rules: Iterable[Rule]) -> list[Examination]:
    """Return every examination, by rule, then in the order of the benches."""
    rules = tuple(rules)
    board_rules, image_rules, plan_rules = (
        [rule for rule in rules if kind in rule.inspects]
        for kind in (BoardSubject, ImageSubject, PlanSubject)
    )
    made = _examine_images(benches, image_rules)
    for bench in benches:
        made += _examine_board(bench, board_rules)
        made += _examine_plan(bench, plan_rules)
        made += _examine_whole(bench, rules)
    return sorted(made, key=lambda entry: entry.rule.code)


def examine_exceptions(
    benches: Sequence[Bench], subjects: Sequence[ExceptionSubject], rules: Iterable[Rule]
) -> list[Examination]:
    """Examine the exceptions, when it is known what each has excused."""
    late = [rule for rule in rules if ExceptionSubject in rule.inspects]
    if not subjects:
        reason = "there is neither an exception nor a baseline"
        return [_nothing(rule, bench, reason) for rule in late for bench in benches[:1]]
    return [
        Examination(
            rule=rule,
            bench=subject.bench,
            board="",
            subject=subject.id,
            observations=_observe(rule, subject),
        )
        for rule in late
        for subject in subjects
    ]


def _observe(rule: Rule, subject: Subject) -> tuple[Observation, ...]:
    """Let a rule look, unless it is newer than the rule set that the handset pins."""
    reason = newer(rule, subject.bench.handset)
    return (reason,) if reason else tuple(rule.check(subject))


def _examine_images(benches: Sequence[Bench], rules: Iterable[Rule]) -> list[Examination]:
    """Examine every image once for all boards on which it looks the same."""
    made: list[Examination] = []
    subjects = [subject for bench in benches for subject in bench.image_subjects()]
    for rule in rules:
        seen: dict[tuple[str, tuple[Observation, ...]], None] = {}
        for subject in subjects:
            observations = _observe(rule, subject)
            if (subject.id, observations) not in seen:
                seen[subject.id, observations] = None
                made.append(_of_image(rule, subject, observations))
        made += [_nothing(rule, bench, "there is no image") for bench in benches if not subjects]
    return made


def _of_image(rule: Rule, subject: ImageSubject, seen: tuple[Observation, ...]) -> Examination:
    return Examination(
        rule=rule,
        bench=subject.bench,
        board="",
        subject=subject.id,
        observations=seen,
    )


def _examine_board(bench: Bench, rules: Iterable[Rule]) -> list[Examination]:
    """Examine what is known of the board, whether or not that is all."""
    subject = bench.board_subject()
    if subject is None:
        return [_nothing(rule, bench, "there is no board") for rule in rules]
    return [_of_board(rule, bench, "board", _observe(rule, subject)) for rule in rules]


def _examine_plan(bench: Bench, rules: Iterable[Rule]) -> list[Examination]:
    """Examine the plan, or say for each rule why there is none to examine."""
    if bench.plan:
        subject = _judged(bench, bench.plan)
        return [_of_board(rule, bench, "plan", _observe(rule, subject)) for rule in rules]
    if bench.faults:
        return [_of_board(rule, bench, "plan", _of_faults(rule, bench)) for rule in rules]
    if bench.handset and bench.draft and not bench.board:
        why = f'there is no plan: not all of board "{bench.board_name}" is known, or can be true'
        return [_of_board(rule, bench, "plan", (NotChecked(reason=why),)) for rule in rules]
    return [_nothing(rule, bench, "nothing is placed without a handset") for rule in rules]


def _examine_whole(bench: Bench, rules: Iterable[Rule]) -> list[Examination]:
    """Examine what is there once: the handset file, a bundle."""
    found: list[tuple[type[Subject], str, Subject | None, str]] = [
        (
            HandsetSubject,
            "handset",
            HandsetSubject(bench=bench, handset=bench.handset) if bench.handset else None,
            "there is no handset",
        ),
        (
            BundleSubject,
            "bundle",
            BundleSubject(bench=bench, bundle=bench.bundle) if bench.bundle else None,
            "there is no bundle",
        ),
    ]
    return [
        _of_board(rule, bench, name, _observe(rule, subject))
        if subject
        else _nothing(rule, bench, reason)
        for kind, name, subject, reason in found
        for rule in rules
        if kind in rule.inspects
    ]


def _judged(bench: Bench, plan: Plan) -> PlanSubject:
    """Hand the very bytes that will ship to the function that will judge them at boot."""
    pack = tables(plan)
    verdict = pack_check(pack_write(pack), size=plan.total_size)
    return PlanSubject(bench=bench, plan=plan, pack=pack, verdict=verdict)


def _of_faults(rule: Rule, bench: Bench) -> tuple[Observation, ...]:
    """Turn the planner's refusals into this rule's findings, or into the reason for having none."""
    if reason := newer(rule, bench.handset):
        return (reason,)
    flaws = tuple(_flaw(bench, fault) for fault in bench.faults if fault.rule == rule.code)
    if flaws:
        return flaws
    why = "; ".join(fault.message for fault in bench.faults)
    return (NotChecked(reason=f"there is no plan: {why}", failed=True),)


def _flaw(bench: Bench, fault: Fault) -> Flaw:
    return Flaw(
        subject=bench.subject_at(fault.place) or "plan",
        message=fault.message,
        parties=tuple(Party(name=name, value=value) for name, value in fault.parties),
        fix=fault.hint,
        place=fault.place,
    )


def _of_board(rule: Rule, bench: Bench, subject: str, seen: tuple[Observation, ...]) -> Examination:
    return Examination(
        rule=rule,
        bench=bench,
        board=bench.board_name,
        subject=subject,
        observations=seen,
    )


def _nothing(rule: Rule, bench: Bench, reason: str) -> Examination:
    return Examination(
        rule=rule,
        bench=bench,
        board=bench.board_name,
        subject="",
        observations=(NotApplicable(reason=reason),),
    )
