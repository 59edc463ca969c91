# SPDX-License-Identifier: Apache-2.0
"""Every rule, on a case that it must find and on one that it must not.

`MVPSDK_UPDATE=1` writes the reports anew; the difference is then for a person to read.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mvpsdk import lint
from mvpsdk.lint import Outcome
from mvpsdk_cli.commands import _findings

HERE = Path(__file__).parent
BAD = sorted(HERE.glob("*/bad*.toml"))
GOOD = sorted(HERE.glob("*/good*.toml"))


def name(path: Path) -> str:
    """How a case is called in the list of tests."""
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", BAD, ids=name)
def test_a_bad_case_is_found_and_told_as_agreed(path: Path, workshop: Any) -> None:
    """The report of a bad case is the text beside it."""
    report = workshop.report(path.parent.name, tomllib.loads(path.read_text()))
    expected = path.with_name(path.stem.replace("bad", "report") + ".txt")
    text = "".join(f"{line}\n" for line in _findings.text(report))
    if os.environ.get("MVPSDK_UPDATE") == "1":
        expected.write_text(text)
    assert report.findings
    assert expected.read_text() == text


@pytest.mark.parametrize("path", GOOD, ids=name)
def test_a_good_case_passes(path: Path, workshop: Any) -> None:
    """A good case has no finding, and the rule did look."""
    report = workshop.report(path.parent.name, tomllib.loads(path.read_text()))
    outcomes = {check.outcome for check in report.checks}
    assert report.findings == ()
    assert Outcome.PASS in outcomes
    assert Outcome.NOT_CHECKED not in outcomes


def test_every_rule_has_a_bad_and_a_good_case() -> None:
    """A rule without cases can't have been seen to work."""
    codes = {rule.code for rule in lint.catalogue()}
    assert codes == {path.parent.name for path in BAD}
    assert codes == {path.parent.name for path in GOOD}


def test_every_finding_names_two_parties_and_the_way_out(workshop: Any) -> None:
    """What collides, with both values, and the next step; and only what is certain is an error."""
    for path in BAD:
        report = workshop.report(path.parent.name, tomllib.loads(path.read_text()))
        for finding in report.findings:
            assert len([party for party in finding.parties if party.value]) == 2, path
            assert finding.fix, path
            assert finding.consequence, path
            assert finding.severity != "error" or finding.confidence == "certain", path


def test_the_good_handset_has_no_finding_at_all(workshop: Any) -> None:
    """What the cases differ from passes every rule."""
    bench = workshop.bench({}, look=True)
    report = lint.check([bench], today=workshop.TODAY)
    assert report.findings == ()
    assert report.not_checked == ()
    assert report.exit_code(strict=True) == 0
