# SPDX-License-Identifier: Apache-2.0
"""The hypervisor's verdicts as findings, for those that no plan of ours can bring about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mvpsdk.core.facade import Reason, Table, Verdict
from mvpsdk.lint import Bench, rule
from mvpsdk.lint.model import Flaw, NotChecked, Observation
from mvpsdk.lint.subject import PlanSubject
from mvpsdk.plan.pack import tables

OK = Verdict(
    reason=Reason.OK,
    table=Table.HEADER,
    index=None,
    other_table=Table.HEADER,
    other_index=None,
    value=0,
    bound=0,
)


def observe(nouns: Any, code: str, **verdict: Any) -> Observation:
    """The one thing that a rule observes of a good plan that the core judged so."""
    plan = nouns.plan()
    bench = Bench(board=plan.board, handset=plan.handset, plan=plan)
    subject = PlanSubject(bench=bench, plan=plan, pack=tables(plan), verdict=replace(OK, **verdict))
    (seen,) = rule(code).check(subject)
    return seen


def test_tables_that_do_not_fit_are_the_plan_s_as_a_whole(nouns: Any) -> None:
    """No entry is at fault alone."""
    seen = observe(
        nouns, "MEM004", reason=Reason.MEM_TABLES, table=Table.REGION, value=80, bound=64
    )
    assert isinstance(seen, Flaw)
    assert seen.message == "the stage-2 tables need 0x50 pages, the hypervisor has 0x40"
    assert seen.subject == "board"
    assert seen.parties[0].name == "the plan as a whole"


def test_banks_that_overlap_are_named(nouns: Any) -> None:
    """Two rows of the memory table; reserved memory comes behind the banks."""
    seen = observe(
        nouns,
        "MEM002",
        reason=Reason.MEM_OVERLAP,
        table=Table.MEMORY,
        index=1,
        other_table=Table.MEMORY,
        other_index=0,
    )
    assert isinstance(seen, Flaw)
    assert seen.subject == "board.reserved[0]"
    assert seen.parties[0].name == 'reserved "secure-world"'
    assert seen.parties[1].name == 'ram "ram0"'


def test_a_bank_is_at_its_key(nouns: Any) -> None:
    """The board file is where it is mended."""
    seen = observe(nouns, "MEM003", reason=Reason.MEM_WRAP, table=Table.MEMORY, index=0)
    assert isinstance(seen, Flaw)
    assert seen.subject == "board.memory[0]"


@pytest.mark.parametrize(
    ("part", "name"),
    [("window", "the hypervisor"), ("pack_home", "the pack"), ("", 'board "qemu-virt"')],
)
def test_a_part_of_the_board_s_own_is_found_by_its_address(
    nouns: Any, part: str, name: str
) -> None:
    """The core points at the board's row; the address says what of it."""
    board = tables(nouns.plan()).boards[0]
    address = getattr(board, part) if part else 1
    seen = observe(
        nouns, "MEM003", reason=Reason.MEM_OUTSIDE_RAM, table=Table.BOARD, index=0, value=address
    )
    assert isinstance(seen, Flaw)
    assert seen.parties[0].name == name
    assert seen.subject == "board"


def test_the_device_tree_s_image_belongs_to_its_persona(nouns: Any) -> None:
    """Nobody wrote a key for it."""
    seen = observe(nouns, "MEM005", reason=Reason.MEM_IMAGE, table=Table.IMAGE, index=1)
    assert isinstance(seen, Flaw)
    assert seen.subject == "persona.work"


def test_the_core_stops_at_the_first_thing_that_it_refuses(nouns: Any) -> None:
    """A rule whose reason it is not can't tell, and says so."""
    seen = observe(nouns, "MEM001", reason=Reason.MEM_IMAGE, table=Table.IMAGE, index=0)
    assert isinstance(seen, NotChecked)
    assert Reason.MEM_IMAGE.text in seen.reason
    assert not seen.failed


def test_a_plan_that_no_rule_speaks_of_is_a_bug_of_ours(nouns: Any) -> None:
    """It is told as one, and the run fails."""
    seen = observe(nouns, "MEM001", reason=Reason.CONFIG_VCPU, table=Table.VCPU, index=0)
    assert isinstance(seen, NotChecked)
    assert "MVP_CONFIG_VCPU" in seen.reason
    assert seen.failed
