# SPDX-License-Identifier: Apache-2.0
"""Every rule, on a case that it must find and on one that it must not.

`MVPSDK_UPDATE=1` writes the reports anew; the difference is then for a person to read.
"""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import lint
from mvpsdk.lint import Outcome
from mvpsdk_cli.commands import _findings

if TYPE_CHECKING:
    from mvpsdk.lint import Finding

HERE = Path(__file__).parent
BAD = sorted(HERE.glob("*/bad*.toml"))
GOOD = sorted(HERE.glob("*/good*.toml"))


def name(path: Path) -> str:
    """How a case is called in the list of tests."""
    return f"{path.parent.name}-{path.stem}"


@pytest.mark.parametrize("path", BAD, ids=name)
def test_a_bad_case_is_found_and_told_as_agreed(path: Path, workshop: Any) -> None:
    """The report of a bad case is the text beside it.

    It names what collides, with both values, where it stands and the next step; and only what is
    certain is an error.
    """
    report = workshop.report(path.parent.name, tomllib.loads(path.read_text()))
    expected = path.with_name(path.stem.replace("bad", "report") + ".txt")
    text = "".join(f"{line}\n" for line in _findings.text(report))
    if os.environ.get("MVPSDK_UPDATE") == "1":
        expected.write_text(text)
    assert report.findings
    for finding in report.findings:
        assert len([party for party in finding.parties if party.value]) == 2
        assert finding.fix
        assert finding.consequence
        assert finding.severity != "error" or finding.confidence == "certain"
        assert points_at_its_cause(finding), (finding.place, finding.subject)
    assert expected.read_text() == text


def points_at_its_cause(finding: Finding) -> bool:
    """Whether its place is the line that a person wrote for the subject, or the tree's node."""
    place = finding.place
    if place is None or place.file.endswith(".dtb"):
        return bool(place and place.node)
    if place.file.endswith(".itb"):
        return finding.subject.startswith("bundle")
    if place.file == "lint-baseline.json":
        return finding.subject.startswith("baseline.")
    line = Path(place.file).read_text().splitlines()[place.line - 1]
    keys = re.sub(r"\[\d+\]", "", finding.subject).split(".")
    return line.partition("=")[0].strip() in keys or line.startswith("[")


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


def test_the_good_handset_has_no_finding_at_all(workshop: Any) -> None:
    """What the cases differ from passes every rule."""
    bench = workshop.bench({})
    report = lint.check([bench], today=workshop.TODAY)
    assert report.findings == ()
    assert report.not_checked == ()
    assert report.exit_code(strict=True) == 0
