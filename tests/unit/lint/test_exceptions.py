# SPDX-License-Identifier: Apache-2.0
"""Exceptions and baselines: what is excused, and what does not pass silently."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from mvpsdk.errors import HandsetError, Place
from mvpsdk.lint import Outcome


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
        baseline=[known.fingerprint],
    )
    other = nouns.lint(nouns.bench(architecture="x86"), baseline=[known.fingerprint])
    assert nouns.outcomes(again) == {"IMG002": Outcome.BASELINED}
    assert again.exit_code() == 0
    assert [found.rule for found in other.findings] == ["IMG002"]


def test_what_is_suppressed_and_baselined_at_once_is_the_weaker_excuse(nouns: Any) -> None:
    """A check has one outcome, even with several findings."""
    both = nouns.bench(nouns.allow("IMG007"), reserved=(1, 0, 0), image_size=0)
    known = nouns.lint(replace(both, handset=nouns.handset()), select=["IMG007"])
    assert len(known.findings) == 2
    report = nouns.lint(both, select=["IMG007"], baseline=[known.findings[0].fingerprint])
    assert nouns.outcomes(report) == {"IMG007": Outcome.SUPPRESSED}
