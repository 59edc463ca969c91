# SPDX-License-Identifier: Apache-2.0
"""The engine: subjects, outcomes, exit codes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mvpsdk.errors import Fault, InputError, Place
from mvpsdk.image.views import View, Views
from mvpsdk.lint import Bench, Outcome, Severity, catalogue, merge


def test_all_is_well(nouns: Any) -> None:
    """A good handset passes or is not concerned, and every rule has spoken."""
    report = nouns.lint(nouns.bench())
    assert set(nouns.outcomes(report).values()) == {Outcome.PASS, Outcome.NOT_APPLICABLE}
    assert report.target == "one"
    assert report.boards == ("qemu-virt",)
    assert report.exit_code(strict=True) == 0


def test_the_summary_has_all_six_outcomes(nouns: Any) -> None:
    """What did not happen is counted, too: as zero."""
    report = nouns.lint(nouns.bench())
    assert list(report.summary) == list(Outcome)
    assert sum(report.summary.values()) == len(report.checks)


def test_a_finding_has_everything_that_a_person_needs(nouns: Any) -> None:
    """Rule, weight, place, both parties, consequence and fix."""
    (found,) = nouns.lint(nouns.bench(architecture="arm")).findings
    assert found.rule == "IMG002"
    assert found.name == "wrong-architecture"
    assert found.severity is Severity.ERROR
    assert found.confidence == "certain"
    assert found.subject == "persona.work.kernel"
    assert str(found.place) == "handset.toml:11:1"
    assert [party.value for party in found.parties] == ["arm", "arm64"]
    assert "undefined instruction" in found.consequence
    assert found.fix == "build it for little-endian AArch64"


def test_without_evidence_nothing_is_checked(nouns: Any) -> None:
    """A flat binary names no architecture: not checked, exit 0, but 1 under strict."""
    flat = {"format": "unknown", "architecture": "", "arm64": None}
    report = nouns.lint(nouns.bench(**flat), select=["IMG002"])
    assert nouns.outcomes(report) == {"IMG002": Outcome.NOT_CHECKED}
    assert "flat binary" in report.not_checked[0].reason
    assert (report.exit_code(), report.exit_code(strict=True)) == (0, 1)


def test_a_tool_that_fails_makes_the_run_fail(nouns: Any) -> None:
    """A parser that can't be used is exit 2: the report is incomplete."""
    missing = Views(by_parser={"lief": View(failure="missing", detail="no lief")})
    bench = _with_elf(nouns)
    images = tuple(replace(facts, views=missing) for facts in bench.images)
    report = nouns.lint(replace(bench, images=images), select=["IMG004"])
    assert "no lief" in report.not_checked[0].reason
    assert report.exit_code() == 2


def test_an_elf_file_whose_headers_cannot_be_read_is_for_another_rule(nouns: Any) -> None:
    """One fault, one finding: IMG001 speaks, IMG004 does not apply."""
    unreadable = Bench(images=(nouns.kernel(format="elf", arm64=None, faults=("bad",)),))
    report = nouns.lint(unreadable, select=["IMG001", "IMG004"])
    assert nouns.outcomes(report) == {"IMG001": Outcome.FAIL, "IMG004": Outcome.NOT_APPLICABLE}


def test_an_elf_file_that_no_second_parser_saw_is_not_checked(nouns: Any) -> None:
    """Half a judgement is none: exit 2."""
    report = nouns.lint(_with_elf(nouns), select=["IMG004"])
    assert nouns.outcomes(report) == {"IMG004": Outcome.NOT_CHECKED}
    assert report.exit_code() == 2


def _with_elf(nouns: Any) -> Bench:
    facts = nouns.kernel(role="image", format="elf", arm64=None, elf=nouns.elf())
    return Bench(images=(facts,))


def test_a_finding_weighs_more_than_a_check_that_could_not_be_made(nouns: Any) -> None:
    """Without a plan for the image's fault, the image's fault is what there is to mend: exit 1."""
    broken = replace(
        nouns.bench(architecture="arm"),
        faults=(Fault(message="the kernel is for arm", rule="IMG002"),),
    )
    report = nouns.lint(broken)
    assert [found.rule for found in report.findings] == ["IMG002"]
    assert {entry.rule for entry in report.not_checked} >= {"MEM001", "MEM007"}
    assert "the kernel is for arm" in report.not_checked[0].reason
    assert report.exit_code() == 1


def test_a_plan_that_fails_without_a_finding_is_exit_2(nouns: Any) -> None:
    """Nothing passes silently where nothing could be judged."""
    broken = replace(nouns.bench(role="work/kernel"), faults=(Fault(message="no such device"),))
    report = nouns.lint(broken)
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
    (found,) = nouns.lint(replace(nouns.bench(size=1), faults=(fault,))).findings
    assert (found.rule, found.subject, found.board) == (
        "MEM005",
        "persona.work.memory",
        "qemu-virt",
    )
    assert [party.name for party in found.parties] == ["need", "have"]


def test_a_place_that_no_key_has_is_the_plan_s(nouns: Any) -> None:
    """A refusal that points nowhere is still told."""
    fault = Fault(message="too large", rule="MEM003")
    (found,) = nouns.lint(replace(nouns.bench(size=1), faults=(fault,))).findings
    assert (found.subject, found.place) == ("plan", None)


def test_a_subject_of_the_board_is_placed_in_its_file(nouns: Any) -> None:
    """`board.memory[0]` is a line of board.toml."""
    place = nouns.bench().place("board.memory[0]")
    assert place is not None
    assert place.file.endswith("board.toml")


def test_a_place_in_the_board_file_is_a_key_of_the_board(nouns: Any) -> None:
    """Too little RAM is the board's to mend."""
    place = nouns.board().place("memory[0]")
    fault = Fault(message="too large", rule="MEM003", place=place)
    (found,) = nouns.lint(replace(nouns.bench(size=1), faults=(fault,))).findings
    assert found.subject.startswith("board.memory[0]")


def test_an_image_is_judged_once_for_all_boards(nouns: Any) -> None:
    """The same file, the same verdict: one check, not one for each board."""
    one = nouns.bench(architecture="arm")
    report = nouns.lint(one, replace(one, board=nouns.board("other")), select=["IMG002"])
    assert len(report.findings) == len(report.checks) == 1
    assert report.boards == ("qemu-virt", "other")


def test_a_plan_is_judged_for_each_board(nouns: Any) -> None:
    """Memory differs from board to board."""
    other = nouns.board("other")
    second = replace(nouns.bench(), board=other, plan=nouns.plan(other))
    report = nouns.lint(nouns.bench(), second, select=["MEM002"])
    assert [entry.board for entry in report.checks] == ["qemu-virt", "other"]


def test_a_board_alone_has_nothing_to_judge_yet(nouns: Any) -> None:
    """Every rule says why it does not apply."""
    report = nouns.lint(Bench(board=nouns.board()))
    assert report.target == "qemu-virt"
    assert {entry.outcome for entry in report.checks} == {Outcome.NOT_APPLICABLE}
    assert all(entry.reason for entry in report.checks)


def test_an_image_alone_is_named_by_its_file(nouns: Any) -> None:
    """There is no key to name it by."""
    (found,) = nouns.lint(Bench(images=(nouns.kernel(architecture="arm"),))).findings
    assert (found.subject, str(found.place)) == ("linux", "images/linux")


def test_nothing_at_all_is_an_empty_report(nouns: Any) -> None:
    """No bench, no check, no complaint."""
    report = nouns.lint()
    assert (report.target, report.checks, report.exit_code()) == ("", (), 0)


def test_rules_can_be_chosen(nouns: Any) -> None:
    """By code, by name in any case, by group; and left out."""
    some = nouns.lint(nouns.bench(), select=["mem", "Unparsable"], ignore=["MEM002"])
    memory = {rule.code for rule in catalogue() if rule.group == "MEM"}
    assert {entry.rule for entry in some.checks} == {"IMG001"} | memory - {"MEM002"}


@pytest.mark.parametrize(("wrong", "near"), [("MEM02", "MEM002"), ("regions-overlaps", "MEM002")])
def test_a_wrong_choice_is_an_error_with_the_nearest(nouns: Any, wrong: str, near: str) -> None:
    """A typo in --select must not make a linter that finds nothing."""
    with pytest.raises(InputError, match=wrong) as caught:
        nouns.lint(nouns.bench(), select=[wrong])
    assert near in caught.value.hint


def test_a_choice_like_nothing_points_at_the_catalogue(nouns: Any) -> None:
    """Where nothing is near, the list helps."""
    with pytest.raises(InputError) as caught:
        nouns.lint(nouns.bench(), ignore=["zzzzzz"])
    assert "mvpsdk rules" in caught.value.hint


def test_a_warning_fails_only_if_asked_to(nouns: Any) -> None:
    """--fail-on warning."""
    loose = replace(nouns.plan().partitions[0].ram, size=33 << 20)
    plan = nouns.plan()
    ragged = replace(plan, partitions=(replace(plan.partitions[0], ram=loose),))
    report = nouns.lint(replace(nouns.bench(), plan=ragged), select=["MEM004"])
    assert [found.severity for found in report.findings] == [Severity.WARNING]
    assert (report.exit_code(), report.exit_code(fail_on=Severity.WARNING)) == (0, 1)
    assert report.statistics == {"MEM004": 1}


def test_reports_can_be_put_together(nouns: Any) -> None:
    """Of several handsets: everything is counted, nothing twice."""
    one = nouns.lint(nouns.bench(architecture="arm"))
    two = nouns.lint(nouns.bench())
    both = merge([one, two])
    assert both.target == "one, one"
    assert both.boards == ("qemu-virt",)
    assert len(both.checks) == len(one.checks) + len(two.checks)
    assert both.exit_code() == 1
