# SPDX-License-Identifier: Apache-2.0
"""What the cases of the BRD rules leave open: nothing that is missing goes unsaid."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import board as boards
from mvpsdk.board.schema import BoardFile
from mvpsdk.errors import BoardError
from mvpsdk.lint import Bench, Outcome

if TYPE_CHECKING:
    from mvpsdk.board import Draft


def unknown_facts() -> list[str]:
    """Every key of the form that may be "TODO"."""
    found = []
    for table, field in BoardFile.model_fields.items():
        schema = BoardFile.model_json_schema()["$defs"]
        name = table.replace("_", "-")
        annotation = str(field.annotation)
        model = next((each for each in schema if f".{each}" in annotation), None)
        for key, form in schema[model]["properties"].items() if model else ():
            if {"const": "TODO"} in form.get("anyOf", []):
                found.append(f"{name}[0].{key}" if "list[" in annotation else f"{name}.{key}")
    return found


def draft(changes: dict[str, object]) -> Draft:
    """The virtual handset's board, with facts changed."""
    values: dict[str, Any] = tomllib.loads(boards.find()["qemu-virt"].read_text())
    for key, value in changes.items():
        table, _, name = key.rpartition(".")
        head = table.removesuffix("[0]")
        target = values[head]
        (target[0] if isinstance(target, list) else target)[name] = value
    return boards.draft_of(values, Path("board.toml"), {}, error=BoardError)


@pytest.mark.parametrize("key", unknown_facts())
def test_every_gap_is_said_once(key: str, nouns: Any) -> None:
    """Each fact that may be unknown has the one rule that says so, as an error."""
    report = nouns.lint(Bench(draft=draft({key: "TODO"})))
    said = [found for found in report.findings if f"{key} is still TODO" in found.message]
    assert [found.severity for found in said] == ["error"]
    assert report.exit_code() == 1


def test_there_are_gaps_of_every_kind() -> None:
    """The list that the test above walks is not empty by mistake."""
    tables = {key.partition(".")[0].removesuffix("[0]") for key in unknown_facts()}
    assert tables == {"board", "cpu", "memory", "interrupt-controller", "timer", "console"}


def test_without_a_board_the_rules_have_nothing_to_say(nouns: Any) -> None:
    """An image alone has no board."""
    report = nouns.lint(Bench(images=(nouns.kernel(role="image"),)), select=["BRD"])
    assert {check.outcome for check in report.checks} == {Outcome.NOT_APPLICABLE}
    assert {check.reason for check in report.checks} == {"there is no board"}


def test_a_likely_finding_is_no_error(nouns: Any) -> None:
    """What a table of SoCs knows must not stop a release: it is a warning, and says `likely`."""
    from dataclasses import replace

    known = boards.Remark(
        rule="BRD003", kind="soc", key="board.el2", message="the vendor keeps EL2", hint="ask"
    )
    unattested = replace(draft({"board.el2": "TODO"}), remarks=(known,))
    found = nouns.lint(Bench(draft=unattested), select=["BRD003"]).findings
    assert [(one.severity, one.confidence) for one in found] == [
        ("warning", "likely"),
        ("error", "certain"),
    ]
    assert [party.value for party in found[0].parties] == ["soc", "the tree"]


def test_a_board_s_subject_leads_back_to_its_place(nouns: Any) -> None:
    """`[board]`'s own keys aren't called board.board.*."""
    bench = nouns.bench()
    place = bench.place("board.el2")
    assert place == nouns.board().place("board.el2")
    assert bench.subject_at(place) == "board.el2"
