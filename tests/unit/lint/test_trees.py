# SPDX-License-Identifier: Apache-2.0
"""Vendors' trees, linted: each thing is said once, at its node, and as sure as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mvpsdk import tree
from mvpsdk.lint import Bench
from tree_tables import Table, node, phone

GIC = "interrupt-controller@8000000"


def found(nouns: Any, table: Table) -> list[tuple[str, str, str, str]]:
    """Rule, severity, key and node of each finding but for the missing attestation."""
    draft = tree.survey(node(table), Path("acme.dtb")).draft("acme")
    report = nouns.lint(Bench(draft=draft))
    assert all(len([party for party in one.parties if party.value]) >= 2 for one in report.findings)
    return [
        (one.rule, one.severity, one.subject, one.place.node if one.place else "")
        for one in report.findings
        if not (one.rule == "BRD003" and one.severity == "note")
    ]


def without(table: Table, *path: str) -> Table:
    """The table, less one thing."""
    inner = table
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return table


def changed(table: Table, *path: str, **values: Any) -> Table:
    """The table with properties of a node changed; `_` stands for a dash."""
    inner = table
    for name in path:
        inner = inner[name]
    inner |= {key.replace("_", "-"): value for key, value in values.items()}
    return table


def test_a_sound_tree_has_nothing_but_a_note(nouns: Any) -> None:
    """No tree says who owns EL2."""
    draft = tree.survey(node(phone()), Path("acme.dtb")).draft("acme")
    (note,) = nouns.lint(Bench(draft=draft)).findings
    assert (note.rule, note.severity) == ("BRD003", "note")
    assert str(note.place) == "acme.dtb:/"
    assert "is not known" in note.message


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            changed(phone(), "memory@40000000", reg=[0, 0x40000000, 0, 0]),
            [("BRD001", "error", "board.memory[0].size", "/memory@40000000")],
        ),
        (
            changed(phone(), "psci", method="hvc"),
            [
                ("BRD003", "error", "board.el2", "/psci"),
                ("BRD009", "error", "board.cpu.bring-up", "/psci"),
            ],
        ),
        (
            without(phone(), GIC, "interrupts"),
            [("BRD005", "error", "board.interrupt-controller.maintenance-irq", f"/{GIC}")],
        ),
        (
            changed(phone(), "timer", interrupts=[1, 13, 4, 1, 14, 4, 1, 11, 4]),
            [("BRD007", "error", "board.timer.hypervisor-irq", "/timer")],
        ),
        (
            changed(phone(), "timer", clock_frequency=8_000_000),
            [("BRD008", "warning", "board.timer.frequency", "/timer")],
        ),
        (
            without(phone(), "psci"),
            [("BRD009", "error", "board.cpu.bring-up", "/cpus/cpu@0")],
        ),
        (
            changed(phone(), "soc", "serial@1000", status="disabled"),
            [
                ("BRD011", "warning", "board.console", "/soc/serial@1000"),  # stdout-path
                ("BRD011", "warning", "board.console", ""),  # no other UART
            ],
        ),
    ],
)
def test_each_failure_is_said_once_at_its_node(
    nouns: Any, table: Table, expected: list[tuple[str, str, str, str]]
) -> None:
    """Where the reader's remark and a fact's gap speak of the same thing, one of them speaks."""
    assert found(nouns, table) == expected


def test_a_contradiction_of_a_table_stands_at_its_first_fact(nouns: Any) -> None:
    """In a tree no node is called `console`: the UART's is meant."""
    table = changed(phone(), "memory@40000000", reg=[0, 0x9000000, 0, 0x40000000])
    assert ("BRD002", "error", "board.console", "/soc/serial@1000") in found(nouns, table)
