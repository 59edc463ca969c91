# SPDX-License-Identifier: Apache-2.0
"""The engine: every chosen rule over every subject that it inspects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mvpsdk.lint.allow import Excuses
from mvpsdk.lint.catalogue import choose
from mvpsdk.lint.examine import Examination, examine, examine_exceptions
from mvpsdk.lint.leftovers import leftovers, unneeded
from mvpsdk.lint.model import Check, Finding, Flaw, NotChecked, Outcome
from mvpsdk.lint.pinning import refuse_unknown
from mvpsdk.lint.report import Report, Suppressed

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from mvpsdk.lint.baseline import Known
    from mvpsdk.lint.subject import Bench

__all__ = ["check", "source"]


def check(
    benches: Sequence[Bench],
    *,
    today: dt.date,
    target: str = "",
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    baseline: Sequence[Known] = (),
    baseline_file: str = "",
) -> Report:
    """Judge benches by the rules of the catalogue. Reads no file, clock or environment.

    Args:
        benches: a handset on each of its boards, or a board or an image alone.
        today: the day by which exceptions expire.
        target: what the report is about; the handset's, board's or image's name by default.
        select: codes, names or groups of the rules to run; empty: all.
        ignore: codes, names or groups of rules to leave out.
        baseline: what was found before and is not to fail again.
        baseline_file: the name of the file that it was read from.

    Raises:
        InputError: `select` or `ignore` names no rule.
        HandsetError: an exception names no rule, or the pinned rule set is none.
    """
    rules = choose(select, ignore)
    for bench in benches:
        if bench.handset:
            refuse_unknown(bench.handset)
    allows = [allow for bench in benches if bench.handset for allow in bench.handset.allow]
    prints = frozenset(known.fingerprint for known in baseline)
    court = _Court(excuses=Excuses(allows, today=today), baseline=prints)
    for examination in examine(benches, rules):
        court.judge(examination)
    left = leftovers(benches, rules, court.excuses, court.checks)
    left += unneeded(benches, rules, baseline, baseline_file, court.checks)
    for examination in examine_exceptions(benches, left, rules):
        court.judge(examination)
    return Report(
        target=target or _target(benches),
        file=source(benches),
        boards=tuple(bench.board_name for bench in benches if bench.board_name),
        findings=tuple(court.findings),
        suppressed=tuple(court.suppressed),
        baselined=tuple(court.baselined),
        checks=tuple(court.checks),
        allows=court.excuses.listed(rules),
    )


def _target(benches: Sequence[Bench]) -> str:
    """Name what is linted: the handset, else the board, else the image."""
    for bench in benches:
        if bench.handset:
            return bench.handset.name
        if bench.bundle:
            return bench.bundle.handset or bench.bundle.file
        return bench.board_name or next((facts.path.name for facts in bench.images), "")
    return ""


def source(benches: Sequence[Bench]) -> str:
    """Return the file that tells of what is linted: a handset's, a board's, an image."""
    for bench in benches:
        known = bench.board or bench.draft
        if bench.bundle:
            return bench.bundle.file
        paths = (bench.handset and bench.handset.path, known and known.path)
        images = (facts.path for facts in bench.images)
        return next((str(path) for path in (*paths, *images) if path), "")
    return ""


@dataclass(kw_only=True, slots=True)
class _Court:
    """Gathers what becomes of each examination."""

    excuses: Excuses
    baseline: frozenset[str]
    findings: list[Finding] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    baselined: list[Finding] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def judge(self, examination: Examination) -> None:
        """Sort the findings of one check, and note its outcome."""
        findings = tuple(examination.findings())
        outcomes = {self._sort(finding) for finding in findings}
        self.checks.append(replace(_outcome(examination, outcomes), findings=findings))

    def _sort(self, finding: Finding) -> Outcome:
        """File one finding where it belongs."""
        if allow := self.excuses.excuse(finding):
            self.suppressed.append(Suppressed(finding=finding, allow=allow))
            return Outcome.SUPPRESSED
        if finding.fingerprint in self.baseline:
            self.baselined.append(finding)
            return Outcome.BASELINED
        self.findings.append(finding)
        return Outcome.FAIL


def _outcome(examination: Examination, found: set[Outcome]) -> Check:
    """Make the one outcome of a check: what weighs most wins, so that nothing is hidden."""
    remarks = [seen for seen in examination.observations if not isinstance(seen, Flaw)]
    blocked = [remark for remark in remarks if isinstance(remark, NotChecked)]
    outcome, speaking = Outcome.PASS, remarks
    if Outcome.FAIL in found:
        outcome, speaking = Outcome.FAIL, []
    elif blocked:
        outcome, speaking = Outcome.NOT_CHECKED, list(blocked)
    elif found:
        outcome, speaking = max(found, key=list(Outcome).index), []
    elif remarks:
        outcome = Outcome.NOT_APPLICABLE
    return Check(
        rule=examination.rule.code,
        board=examination.board,
        subject=examination.subject,
        outcome=outcome,
        reason="; ".join(dict.fromkeys(remark.reason for remark in speaking)),
        failed=any(remark.failed for remark in blocked),
    )
