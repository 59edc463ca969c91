# SPDX-License-Identifier: Apache-2.0
"""Exceptions and baselines: what is excused, and what does not pass silently."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import replace
from typing import Any

import pytest

from mvpsdk.errors import Fault, HandsetError, Place
from mvpsdk.lint import Outcome, baseline, catalogue
from mvpsdk.lint.baseline import Known


def test_an_exception_suppresses(nouns: Any) -> None:
    """A finding that an exception covers counts as suppressed, and the exception as used."""
    excused = nouns.allow(at="persona.work")
    report = nouns.lint(nouns.bench(excused, architecture="arm"), select=["IMG002"])
    assert nouns.outcomes(report) == {"IMG002": Outcome.SUPPRESSED}
    assert [entry.allow for entry in report.suppressed] == [excused]
    assert [excuse.state for excuse in report.allows] == ["used"]
    assert report.exit_code() == 0


@pytest.mark.parametrize("at", ["persona.play", "persona.work.kern", "realtime"])
def test_an_exception_for_something_else_excuses_nothing(nouns: Any, at: str) -> None:
    """An exception covers its key and what is below it, no more; unused, it is listed."""
    report = nouns.lint(nouns.bench(nouns.allow(at=at), architecture="arm"))
    assert [found.rule for found in report.findings] == ["IMG002"]
    assert [excuse.state for excuse in report.allows] == ["unused"]


@pytest.mark.parametrize("at", ["", "board", "board.timer", "board.timer.frequency"])
def test_an_exception_may_speak_of_the_board(nouns: Any, at: str) -> None:
    """The handset's maker knows why the board's finding does no harm."""
    bench = nouns.bench(nouns.allow("BRD008", at=at))
    timer = bench.draft.content.timer.model_copy(update={"frequency": 8_000_000})
    content = bench.draft.content.model_copy(update={"timer": timer})
    forced = replace(bench, draft=replace(bench.draft, content=content))
    report = nouns.lint(forced, select=["BRD008"])
    assert (report.findings, [excuse.state for excuse in report.allows]) == ((), ["used"])


def test_an_exception_holds_on_its_last_day_and_not_after(nouns: Any) -> None:
    """The day after, the finding is back, and the exception is said to be expired."""
    excused = nouns.allow(until=nouns.today)
    on_time = nouns.lint(nouns.bench(excused, architecture="arm"))
    late = nouns.lint(
        nouns.bench(excused, architecture="arm"), today=nouns.today + dt.timedelta(days=1)
    )
    assert (on_time.findings, on_time.allows[0].state) == ((), "used")
    assert (late.findings[0].rule, late.allows[0].state) == ("IMG002", "expired")


def test_an_exception_for_a_rule_that_did_not_run_is_not_called_unused(nouns: Any) -> None:
    """With --select nobody knows whether it is needed."""
    report = nouns.lint(nouns.bench(nouns.allow(rule="MEM002")), select=["IMG"])
    assert report.allows == ()


def test_an_exception_must_name_one_rule(nouns: Any) -> None:
    """A code that no rule has would excuse nothing for ever: it is an error with its place."""
    wrong = nouns.allow(rule="IMG999", place=Place(file="handset.toml", line=40, column=1))
    with pytest.raises(HandsetError, match="IMG999") as caught:
        nouns.lint(nouns.bench(wrong))
    assert str(caught.value.place) == "handset.toml:40:1"


def test_a_baseline_hides_what_was_known(nouns: Any) -> None:
    """A finding whose fingerprint is in the baseline does not fail again; a new one does."""
    known = nouns.lint(nouns.bench(architecture="arm"), select=["IMG002"]).findings[0]
    again = nouns.lint(
        nouns.bench(architecture="arm"),
        select=["IMG002"],
        baseline=[Known.of(known)],
    )
    other = nouns.lint(
        nouns.bench(architecture="x86"), select=["IMG002"], baseline=[Known.of(known)]
    )
    assert nouns.outcomes(again) == {"IMG002": Outcome.BASELINED}
    assert again.exit_code() == 0
    assert [found.rule for found in other.findings] == ["IMG002"]


def test_what_the_baseline_knows_and_nobody_finds_is_told(nouns: Any) -> None:
    """By REP004, unless nobody has looked: by another rule, on another board."""
    known = Known.of(nouns.lint(nouns.bench(architecture="arm"), select=["IMG002"]).findings[0])
    elsewhere = replace(known, board="other", fingerprint="1")
    by_another = replace(known, rule="IMG003", fingerprint="2")
    found = nouns.lint(
        nouns.bench(),
        select=["IMG002", "REP004"],
        baseline=[known, elsewhere, by_another],
        baseline_file="base.json",
    ).findings
    assert [(each.rule, each.subject, str(each.place)) for each in found] == [
        ("REP004", "baseline.IMG002", "base.json")
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "Expecting value"),
        ("[]", "does not say that it is mvpsdk.baseline/1"),
        ('{"schema": "mvpsdk.baseline/2"}', "does not say"),
        ('{"schema": "mvpsdk.baseline/1", "findings": 1}', "no list of findings"),
        ('{"schema": "mvpsdk.baseline/1", "findings": [{"rule": "A"}]}', "has the texts"),
        ('{"schema": "mvpsdk.baseline/1", "findings": ["A"]}', "has the texts"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_baseline_is_told(text: str, what: str) -> None:
    """Half a baseline would let half of the findings fail again."""
    with pytest.raises(ValueError, match=what):
        baseline.read(text)


def test_a_baseline_reads_as_it_was_written(nouns: Any) -> None:
    """Sorted, each finding once, whatever the order was."""
    found = nouns.lint(nouns.bench(architecture="arm", reserved=(1, 0, 0))).findings
    known = [Known.of(each) for each in found]
    assert len(known) > 1
    text = baseline.write([*reversed(known), *known], "0.1.0")
    assert text == baseline.write(known, "0.1.0")
    assert baseline.read(text) == tuple(sorted(known))


def test_an_exception_that_excuses_nothing_is_a_finding(nouns: Any) -> None:
    """REP004, at its place; on all boards together, and only where its rule has looked."""
    place = Place(file="handset.toml", line=40, column=1)
    unused = nouns.allow("IMG002", place=place)
    other = replace(nouns.bench(unused), board=nouns.board("other"))
    whole = nouns.lint(nouns.bench(unused), other)
    part = nouns.lint(nouns.bench(unused))
    flat = {"format": "unknown", "architecture": "", "arm64": None}
    blind = nouns.lint(nouns.bench(unused, **flat), replace(other, images=()))
    assert [(each.rule, each.place, each.severity) for each in whole.findings] == [
        ("REP004", place, "warning")
    ]
    assert [each.outcome for each in part.checks if each.rule == "REP004"] == ["not-applicable"]
    assert [each.outcome for each in blind.checks if each.rule == "REP004"] == ["not-checked"]


def test_an_exception_may_excuse_a_stale_exception(nouns: Any) -> None:
    """For the branch that still needs it; it is not itself called unused."""
    excused = nouns.allow("REP004", at="allow.IMG002")
    bench = nouns.bench(nouns.allow("IMG002"), excused)
    other = replace(bench, board=nouns.board("other"))
    report = nouns.lint(bench, other)
    assert (report.findings, [each.finding.rule for each in report.suppressed]) == ((), ["REP004"])


def test_a_pinned_rule_set_keeps_newer_rules_out(nouns: Any, monkeypatch: Any) -> None:
    """They are listed with the reason; those of the set and their findings stay."""
    known = catalogue()
    later = {"IMG002", "MEM005"}
    newer = tuple(replace(each, since="0.2.0") if each.code in later else each for each in known)
    for room in ("catalogue", "pinning", "allow"):
        monkeypatch.setattr(sys.modules[f"mvpsdk.lint.{room}"], "catalogue", lambda: newer)
    bench = nouns.bench(architecture="arm", image_size=0)
    faults = (Fault(message="too large", rule="MEM005"),)
    pinned = replace(bench, handset=replace(bench.handset, rules="0.1"), faults=faults)
    checks = {each.rule: each for each in nouns.lint(pinned).checks}
    assert {each.rule for each in checks.values() if "newer than" in each.reason} == later
    assert (checks["IMG002"].outcome, checks["IMG007"].outcome) == ("not-applicable", "fail")
    assert 'the pinned rule set "0.1"' in checks["MEM005"].reason
    free = nouns.lint(replace(bench, faults=faults)).findings
    assert {each.rule for each in free} >= later


def test_a_rule_set_that_is_none_is_refused(nouns: Any) -> None:
    """With those that there are, and its place."""
    place = Place(file="handset.toml", line=40, column=1)
    handset = replace(nouns.handset(), rules="7.3", places={"lint.rules": place})
    with pytest.raises(HandsetError, match=r"7\.3") as caught:
        nouns.lint(replace(nouns.bench(), handset=handset))
    assert (caught.value.place, caught.value.hint) == (place, "there are: 0.1")


def test_what_is_suppressed_and_baselined_at_once_is_the_weaker_excuse(nouns: Any) -> None:
    """A check has one outcome, even with several findings."""
    both = nouns.bench(nouns.allow("IMG007"), reserved=(1, 0, 0), image_size=0)
    known = nouns.lint(replace(both, handset=nouns.handset()), select=["IMG007"])
    assert len(known.findings) == 2
    report = nouns.lint(both, select=["IMG007"], baseline=[Known.of(known.findings[0])])
    assert nouns.outcomes(report) == {"IMG007": Outcome.SUPPRESSED}
