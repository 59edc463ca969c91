# SPDX-License-Identifier: Apache-2.0
"""Expectations come in order, each partition's for itself."""

from __future__ import annotations

import pytest

from mvpsdk.errors import InputError
from mvpsdk.run import Expectation, Line, pattern
from mvpsdk.run.expect import Watch


def expectations(*texts: str) -> list[Expectation]:
    """The expectations as a user writes them."""
    return [Expectation.parse(text) for text in texts]


def line(partition: str, number: int, text: str, told: int = 0) -> Line:
    """A line."""
    return Line(partition=partition, number=number, text=text, told=told)


def met(watch: Watch, *lines: Line) -> list[list[str]]:
    """What each line meets."""
    return [[str(one) for one in watch.meets(each)] for each in lines]


def test_order_holds_within_a_partition() -> None:
    """The second expectation of a partition is not looked for before the first has come."""
    watch = Watch(expectations("work:first", "work:second"))
    lines = [line("work", n, text) for n, text in enumerate(["second", "first", "second"], 1)]
    assert met(watch, *lines) == [[], ["work:first"], ["work:second"]]
    assert watch.awaited == ()


def test_partitions_do_not_wait_for_each_other() -> None:
    """Another partition's expectation may come first."""
    watch = Watch(expectations("work:a", "realtime:b"))
    assert met(watch, line("realtime", 1, "b"), line("work", 1, "a")) == [
        ["realtime:b"],
        ["work:a"],
    ]


def test_another_partitions_line_does_not_count() -> None:
    """A guest can't meet what is expected of the firmware."""
    watch = Watch(expectations("realtime:missed=0"))
    assert met(watch, line("work", 1, "missed=0")) == [[]]
    assert [str(one) for one in watch.awaited] == ["realtime:missed=0"]


def test_one_line_may_meet_several() -> None:
    """The next is looked for behind the match of the one before."""
    watch = Watch(expectations("work:a", "work:b", "work:a"))
    assert met(watch, line("work", 1, "a b"), line("work", 2, "a")) == [
        ["work:a", "work:b"],
        ["work:a"],
    ]


def test_grown_line_is_not_matched_twice() -> None:
    """A line that is shown again meets an equal expectation by its new part alone."""
    watch = Watch(expectations("work:a", "work:a"))
    grown = [line("work", 1, "a"), line("work", 1, "a b", 1), line("work", 1, "a b a", 3)]
    assert met(watch, *grown) == [["work:a"], [], ["work:a"]]


def test_equal_expectations_each_need_a_line() -> None:
    """Giving the same expectation twice asks for two lines."""
    watch = Watch(expectations("work:tick", "work:tick"))
    assert met(watch, line("work", 1, "tick")) == [["work:tick"]]
    assert len(watch.awaited) == 1


def test_reject_holds_for_every_partition() -> None:
    """What is rejected may stand in anybody's line."""
    watch = Watch(reject=[pattern("[Pp]anic")])
    assert watch.rejects(line("work", 1, "Kernel panic"))
    assert not watch.rejects(line("work", 2, "all is well"))


def test_last_lines_are_few_and_whole() -> None:
    """A line that grew is remembered once, and old ones are forgotten."""
    watch = Watch()
    for number in range(1, 30):
        watch.remember(line("work", number, "x"))
    watch.remember(line("work", 29, "xy", 1))
    assert len(watch.last) == 20
    assert watch.last[-1].text == "xy"


@pytest.mark.parametrize("text", ["", "work", "work:", ":x"])
def test_malformed_expectation_is_refused(text: str) -> None:
    """An expectation names a partition and a pattern."""
    with pytest.raises(InputError, match="not an expectation"):
        Expectation.parse(text)


def test_malformed_pattern_says_where() -> None:
    """A wrong pattern's message has the position."""
    with pytest.raises(InputError, match=r"not a pattern: 'a\(b'.* at position 1"):
        pattern("a(b")
