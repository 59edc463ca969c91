# SPDX-License-Identifier: Apache-2.0
"""Each reason code has a cause, a rule or none, and a way out."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mvpsdk import decode, lint
from mvpsdk.core.facade import Reason

TABLE = Path(decode.__file__).with_name("reasons.toml")
REASONS = [reason for reason in Reason if reason is not Reason.OK]


def test_the_table_has_every_reason_and_no_other() -> None:
    """A new code in reason.h without words fails here; so does one that is gone."""
    table = tomllib.loads(TABLE.read_text())
    assert set(table) == {reason.name for reason in REASONS}
    assert {tuple(texts) for texts in table.values()} == {("cause", "fix")}


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_has_a_cause_and_a_fix(reason: Reason) -> None:
    """Sentences of their own, which say more than the code's meaning."""
    told = decode.advice(reason)
    assert told.name == f"MVP_{reason.name}"
    assert told.meaning == reason.text
    assert len(told.cause) > 40
    assert told.cause != told.meaning
    assert len(told.fix) > 20


def test_a_reason_has_the_rule_that_claims_it() -> None:
    """What lint's catalogue says, both ways round."""
    claimed = {reason: rule.code for rule in lint.catalogue() for reason in rule.core}
    told = {each.name: each.rule.code for each in map(decode.advice, REASONS) if each.rule}
    assert told == claimed


@pytest.mark.parametrize("code", [0, 6, 0x99, 0xFFFFFFFFFFFFFFFF])
def test_an_unknown_code_is_said_to_be_unknown(code: int) -> None:
    """No words are made up for it."""
    told = decode.advice(code)
    assert not told.known
    assert told.meaning == f"unknown reason {code:#x}"
    assert told.rule is None
