# SPDX-License-Identifier: Apache-2.0
"""The engine: subjects, outcomes, exceptions, exit codes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from mvpsdk.errors import Fault, HandsetError, InputError, Place
from mvpsdk.image.views import View, Views
from mvpsdk.lint import Bench, Outcome, Report, Severity, check, merge


def outcomes(report: Report) -> dict[str, Outcome]:
    """The outcome of each rule, of reports with one subject for each rule."""
    assert len(report.checks) == len({entry.rule for entry in report.checks})
    return {entry.rule: entry.outcome for entry in report.checks}


def lint(nouns: Any, *benches: Bench, **options: Any) -> Report:
    """Lint on the day that the tests agree on."""
    return check(benches, **{"today": nouns.today, **options})


def bench(nouns: Any, *allow: Any, **facts: Any) -> Bench:
    """A handset that got as far as its images."""
    return Bench(
        board=nouns.board(),
        handset=nouns.handset(*allow),
        images=(nouns.kernel(**facts),),
        plan=None if facts else nouns.plan(),
    )


def test_all_is_well(nouns: Any) -> None:
    """A good handset passes or is not concerned, and every rule has spoken."""
    report = lint(nouns, bench(nouns))
    assert set(outcomes(report).values()) == {Outcome.PASS, Outcome.NOT_APPLICABLE}
    assert report.target == "one"
    assert report.boards == ("qemu-virt",)
    assert report.exit_code(strict=True) == 0


def test_the_summary_has_all_six_outcomes(nouns: Any) -> None:
    """What did not happen is counted, too: as zero."""
    report = lint(nouns, bench(nouns))
    assert list(report.summary) == list(Outcome)
    assert sum(report.summary.values()) == len(report.checks)


def test_a_finding_has_everything_that_a_person_needs(nouns: Any) -> None:
    """Rule, weight, place, both parties, consequence and fix."""
    (found,) = lint(nouns, bench(nouns, architecture="arm")).findings
    assert found.rule == "IMG002"
    assert found.name == "wrong-architecture"
    assert found.severity is Severity.ERROR
    assert found.confidence == "certain"
    assert found.subject == "persona.work.kernel"
    assert str(found.place) == "handset.toml:11:1"
    assert [party.value for party in found.parties] == ["arm", "arm64"]
    assert "undefined instruction" in found.consequence
    assert found.fix == "build it for little-endian AArch64"


def test_an_exception_suppresses(nouns: Any) -> None:
    """A finding that an exception covers counts as suppressed, and the exception as used."""
    excused = nouns.allow(at="persona.work")
    report = lint(nouns, bench(nouns, excused, architecture="arm"), select=["IMG002"])
    assert outcomes(report) == {"IMG002": Outcome.SUPPRESSED}
    assert [entry.allow for entry in report.suppressed] == [excused]
    assert [excuse.state for excuse in report.allows] == ["used"]
    assert report.exit_code() == 0


@pytest.mark.parametrize("at", ["persona.play", "persona.work.kern", "realtime"])
def test_an_exception_for_something_else_excuses_nothing(nouns: Any, at: str) -> None:
    """An exception covers its key and what is below it, no more; unused, it is listed."""
    report = lint(nouns, bench(nouns, nouns.allow(at=at), architecture="arm"))
    assert [found.rule for found in report.findings] == ["IMG002"]
    assert [excuse.state for excuse in report.allows] == ["unused"]


def test_an_exception_holds_on_its_last_day_and_not_after(nouns: Any) -> None:
    """The day after, the finding is back, and the exception is said to be expired."""
    excused = nouns.allow(until=nouns.today)
    on_time = lint(nouns, bench(nouns, excused, architecture="arm"))
    late = lint(
        nouns, bench(nouns, excused, architecture="arm"), today=nouns.today + dt.timedelta(days=1)
    )
    assert (on_time.findings, on_time.allows[0].state) == ((), "used")
    assert (late.findings[0].rule, late.allows[0].state) == ("IMG002", "expired")


def test_an_exception_for_a_rule_that_did_not_run_is_not_called_unused(nouns: Any) -> None:
    """With --select nobody knows whether it is needed."""
    report = lint(nouns, bench(nouns, nouns.allow(rule="MEM002")), select=["IMG"])
    assert report.allows == ()


def test_an_exception_must_name_one_rule(nouns: Any) -> None:
    """A code that no rule has would excuse nothing for ever: it is an error with its place."""
    wrong = nouns.allow(rule="IMG999", place=Place(file="handset.toml", line=40, column=1))
    with pytest.raises(HandsetError, match="IMG999") as caught:
        lint(nouns, bench(nouns, wrong))
    assert str(caught.value.place) == "handset.toml:40:1"


def test_a_baseline_hides_what_was_known(nouns: Any) -> None:
    """A finding whose fingerprint is in the baseline does not fail again; a new one does."""
    known = lint(nouns, bench(nouns, architecture="arm"), select=["IMG002"]).findings[0]
    again = lint(
        nouns,
        bench(nouns, architecture="arm"),
        select=["IMG002"],
        baseline=[known.fingerprint],
    )
    other = lint(nouns, bench(nouns, architecture="x86"), baseline=[known.fingerprint])
    assert outcomes(again) == {"IMG002": Outcome.BASELINED}
    assert again.exit_code() == 0
    assert [found.rule for found in other.findings] == ["IMG002"]


def test_without_evidence_nothing_is_checked(nouns: Any) -> None:
    """A flat binary names no architecture: not checked, exit 0, but 1 under strict."""
    flat = {"format": "unknown", "architecture": "", "arm64": None}
    report = lint(nouns, bench(nouns, **flat), select=["IMG002"])
    assert outcomes(report) == {"IMG002": Outcome.NOT_CHECKED}
    assert "flat binary" in report.not_checked[0].reason
    assert (report.exit_code(), report.exit_code(strict=True)) == (0, 1)


def test_a_tool_that_fails_makes_the_run_fail(nouns: Any) -> None:
    """A parser that can't be used is exit 2: the report is incomplete."""
    missing = Views(by_parser={"lief": View(failure="missing", detail="no lief")})
    report = lint(nouns, replace(_with_elf(nouns), views={"image": missing}), select=["IMG004"])
    assert "no lief" in report.not_checked[0].reason
    assert report.exit_code() == 2


def test_an_elf_file_whose_headers_cannot_be_read_is_for_another_rule(nouns: Any) -> None:
    """One fault, one finding: IMG001 speaks, IMG004 does not apply."""
    unreadable = Bench(images=(nouns.kernel(format="elf", arm64=None, faults=("bad",)),))
    report = lint(nouns, unreadable, select=["IMG001", "IMG004"])
    assert outcomes(report) == {"IMG001": Outcome.FAIL, "IMG004": Outcome.NOT_APPLICABLE}


def test_an_elf_file_that_no_second_parser_saw_is_not_checked(nouns: Any) -> None:
    """Half a judgement is none: exit 2."""
    report = lint(nouns, _with_elf(nouns), select=["IMG004"])
    assert outcomes(report) == {"IMG004": Outcome.NOT_CHECKED}
    assert report.exit_code() == 2


def _with_elf(nouns: Any) -> Bench:
    from mvpsdk.image import Elf

    elf = Elf(
        bits=64,
        big_endian=False,
        type="DYN",
        machine="AARCH64",
        entry=0,
        segments=(),
        relocations=0,
        foreign_relocations=0,
        interpreter="",
        needed=(),
    )
    return Bench(images=(nouns.kernel(role="image", format="elf", arm64=None, elf=elf),))


def test_a_finding_weighs_more_than_a_check_that_could_not_be_made(nouns: Any) -> None:
    """Without a plan for the image's fault, the image's fault is what there is to mend: exit 1."""
    broken = replace(
        bench(nouns, architecture="arm"),
        faults=(Fault(message="the kernel is for arm", rule="IMG002"),),
    )
    report = lint(nouns, broken)
    assert [found.rule for found in report.findings] == ["IMG002"]
    assert {entry.rule for entry in report.not_checked} >= {"MEM001", "MEM007"}
    assert "the kernel is for arm" in report.not_checked[0].reason
    assert report.exit_code() == 1


def test_a_plan_that_fails_without_a_finding_is_exit_2(nouns: Any) -> None:
    """Nothing passes silently where nothing could be judged."""
    broken = replace(bench(nouns, role="work/kernel"), faults=(Fault(message="no such device"),))
    report = lint(nouns, broken)
    assert report.findings == ()
    assert report.exit_code() == 2


def test_the_planner_s_refusal_becomes_the_finding_of_its_rule(nouns: Any) -> None:
    """With the parties that the planner names, at the key that its place stands for."""
    fault = Fault(
        message="too large",
        place=Place(file="handset.toml", line=12, column=1),
        hint="raise memory",
        rule="MEM005",
        parties=(("need", "2"), ("have", "1")),
    )
    (found,) = lint(nouns, replace(bench(nouns, size=1), faults=(fault,))).findings
    assert (found.rule, found.subject, found.board) == (
        "MEM005",
        "persona.work.memory",
        "qemu-virt",
    )
    assert [party.name for party in found.parties] == ["need", "have"]


def test_a_place_that_no_key_has_is_the_plan_s(nouns: Any) -> None:
    """A refusal that points nowhere is still told."""
    fault = Fault(message="too large", rule="MEM003")
    (found,) = lint(nouns, replace(bench(nouns, size=1), faults=(fault,))).findings
    assert (found.subject, found.place) == ("plan", None)


def test_a_place_in_the_board_file_is_a_key_of_the_board(nouns: Any) -> None:
    """Too little RAM is the board's to mend."""
    place = nouns.board().place("memory[0]")
    fault = Fault(message="too large", rule="MEM003", place=place)
    (found,) = lint(nouns, replace(bench(nouns, size=1), faults=(fault,))).findings
    assert found.subject.startswith("board.memory[0]")


def test_an_image_is_judged_once_for_all_boards(nouns: Any) -> None:
    """The same file, the same verdict: one check, not one for each board."""
    one = bench(nouns, architecture="arm")
    report = lint(nouns, one, replace(one, board=nouns.board("other")), select=["IMG002"])
    assert len(report.findings) == len(report.checks) == 1
    assert report.boards == ("qemu-virt", "other")


def test_a_plan_is_judged_for_each_board(nouns: Any) -> None:
    """Memory differs from board to board."""
    other = nouns.board("other")
    second = replace(bench(nouns), board=other, plan=nouns.plan(other))
    report = lint(nouns, bench(nouns), second, select=["MEM002"])
    assert [entry.board for entry in report.checks] == ["qemu-virt", "other"]


def test_a_board_alone_has_nothing_to_judge_yet(nouns: Any) -> None:
    """Every rule says why it does not apply."""
    report = lint(nouns, Bench(board=nouns.board()))
    assert report.target == "qemu-virt"
    assert {entry.outcome for entry in report.checks} == {Outcome.NOT_APPLICABLE}
    assert all(entry.reason for entry in report.checks)


def test_an_image_alone_is_named_by_its_file(nouns: Any) -> None:
    """There is no key to name it by."""
    (found,) = lint(nouns, Bench(images=(nouns.kernel(architecture="arm"),))).findings
    assert (found.subject, str(found.place)) == ("linux", "images/linux")


def test_nothing_at_all_is_an_empty_report(nouns: Any) -> None:
    """No bench, no check, no complaint."""
    report = lint(nouns)
    assert (report.target, report.checks, report.exit_code()) == ("", (), 0)


def test_rules_can_be_chosen(nouns: Any) -> None:
    """By code, by name in any case, by group; and left out."""
    some = lint(nouns, bench(nouns), select=["mem", "Unparsable"], ignore=["MEM002"])
    assert {entry.rule for entry in some.checks} == {
        "IMG001",
        "MEM001",
        "MEM003",
        "MEM004",
        "MEM005",
        "MEM007",
    }


@pytest.mark.parametrize(("wrong", "near"), [("MEM02", "MEM002"), ("regions-overlaps", "MEM002")])
def test_a_wrong_choice_is_an_error_with_the_nearest(nouns: Any, wrong: str, near: str) -> None:
    """A typo in --select must not make a linter that finds nothing."""
    with pytest.raises(InputError, match=wrong) as caught:
        lint(nouns, bench(nouns), select=[wrong])
    assert near in caught.value.hint


def test_a_choice_like_nothing_points_at_the_catalogue(nouns: Any) -> None:
    """Where nothing is near, the list helps."""
    with pytest.raises(InputError) as caught:
        lint(nouns, bench(nouns), ignore=["zzzzzz"])
    assert "mvpsdk rules" in caught.value.hint


def test_a_warning_fails_only_if_asked_to(nouns: Any) -> None:
    """--fail-on warning."""
    loose = replace(nouns.plan().partitions[0].ram, size=33 << 20)
    plan = nouns.plan()
    ragged = replace(plan, partitions=(replace(plan.partitions[0], ram=loose),))
    report = lint(nouns, replace(bench(nouns), plan=ragged), select=["MEM004"])
    assert [found.severity for found in report.findings] == [Severity.WARNING]
    assert (report.exit_code(), report.exit_code(fail_on=Severity.WARNING)) == (0, 1)
    assert report.statistics == {"MEM004": 1}


def test_reports_can_be_put_together(nouns: Any) -> None:
    """Of several handsets: everything is counted, nothing twice."""
    one = lint(nouns, bench(nouns, architecture="arm"))
    two = lint(nouns, bench(nouns))
    both = merge([one, two])
    assert both.target == "one, one"
    assert both.boards == ("qemu-virt",)
    assert len(both.checks) == len(one.checks) + len(two.checks)
    assert both.exit_code() == 1


def test_what_is_suppressed_and_baselined_at_once_is_the_weaker_excuse(nouns: Any) -> None:
    """A check has one outcome, even with several findings."""
    both = bench(nouns, nouns.allow("IMG007"), reserved=(1, 0, 0), image_size=0)
    known = lint(nouns, replace(both, handset=nouns.handset()), select=["IMG007"])
    assert len(known.findings) == 2
    report = lint(nouns, both, select=["IMG007"], baseline=[known.findings[0].fingerprint])
    assert outcomes(report) == {"IMG007": Outcome.SUPPRESSED}
