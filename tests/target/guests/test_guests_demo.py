# SPDX-License-Identifier: Apache-2.0
"""The demo's judgement: what it must not let pass."""

from __future__ import annotations

from typing import Any

import pytest

from mvpsdk import run
from workshop import script


@pytest.fixture(scope="module")
def demo() -> Any:
    """The script as a module."""
    return script("demo")


def said(text: str) -> list[run.Line]:
    """The firmware's last report."""
    return [run.Line(partition="realtime", number=1, text=text)]


def looks(*pairs: tuple[int, int]) -> list[run.Sample[int]]:
    """Seconds of QEMU's clock, and deadlines counted."""
    return [run.Sample(seconds, value) for seconds, value in pairs]


GOOD = "final: met 5000 missed 0 worst 10 us"
ON_TIME = ((0, 970), (1, 972), (4, 4969), (5, 4971))


def test_a_count_that_keeps_its_distance_is_well(
    demo: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """It says how many were met, and how far behind the clock the count began."""
    demo.judge(said(GOOD), looks(*ON_TIME))
    assert "met 5000 of 5000 deadlines; over 4 s" in capsys.readouterr().out


def test_a_missed_deadline_fails(demo: Any) -> None:
    """Even one."""
    with pytest.raises(demo.Failed, match="missed 1 of 5000"):
        demo.judge(said("final: met 4999 missed 1 worst 1200 us"), looks(*ON_TIME))


@pytest.mark.parametrize("late", [4941, 5001])
def test_a_count_that_drifts_fails(demo: Any, late: int) -> None:
    """Firmware whose own clock runs slow or fast sees no miss; the host does."""
    with pytest.raises(demo.Failed, match="deadlines while QEMU's clock went on 4 s"):
        demo.judge(said(GOOD), looks(*ON_TIME[:2], (4, late - 3), (5, late)))


def test_a_run_without_report_or_looks_fails(demo: Any) -> None:
    """Nothing seen is nothing proved."""
    with pytest.raises(demo.Failed, match="no final report"):
        demo.judge([], looks(*ON_TIME))
    with pytest.raises(demo.Failed, match="no final report"):
        demo.judge(said(GOOD), [])


def test_a_run_that_does_not_power_off_fails(demo: Any) -> None:
    """What is still awaited is named."""
    awaited = (run.Expectation.parse("work:good bye"),)
    with pytest.raises(demo.Failed, match="timeout, still awaited: work:good bye"):
        demo.check_exit(run.Exit(reason="timeout", ok=False, awaited=awaited))
