# SPDX-License-Identifier: Apache-2.0
"""Device trees with one thing out of the ordinary each, and what is found in them.

Each folder of `trees/` is a case: tree.dts, and expected.toml, which names the facts that differ
from those of the sound tree (`trees/nothing-wrong`) and the findings, as `RULE severity node`.
Needs dtc.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from mvpsdk import lint, tree
from mvpsdk.errors import InputError

CASES = Path(__file__).parent / "trees"
SOUND = "nothing-wrong"
TODAY = dt.date(2026, 1, 1)


def compiled(case: str, folder: Path) -> Path:
    """Compile the case's tree."""
    made = folder / f"{case}.dtb"
    source = CASES / case / "tree.dts"
    command = [
        "dtc",
        "-q",
        "-I",
        "dts",
        "-O",
        "dtb",
        "-i",
        str(CASES),
        "-o",
        str(made),
        str(source),
    ]
    subprocess.run(command, check=True)
    return made


def expected(case: str) -> dict[str, Any]:
    """Return what the case's file says, with empty lists where it says nothing."""
    said = tomllib.loads((CASES / case / "expected.toml").read_text())
    return {"findings": [], "gone": [], "absent": [], "facts": {}, **said}


def cases(*, refused: bool) -> list[str]:
    """Return the names of the cases that are no board's trees, or those that are."""
    names = sorted(path.parent.name for path in CASES.glob("*/tree.dts"))
    return [name for name in names if ("refused" in expected(name)) is refused]


def findings(survey: tree.Survey) -> list[str]:
    """Return what lint finds in a tree."""
    report = lint.check([lint.Bench(draft=survey.draft("case"))], today=TODAY)
    return sorted(
        f"{found.rule} {found.severity} {found.place.node if found.place else ''}".strip()
        for found in report.findings
    )


@pytest.mark.parametrize("case", cases(refused=False))
def test_facts_and_findings_of_a_tree(case: str, tmp_path: Path) -> None:
    """What one thing out of the ordinary changes, and nothing else."""
    want, sound = expected(case), expected(SOUND)
    survey = tree.open(compiled(case, tmp_path))
    facts = {
        key: value for key, value in sound["facts"].items() if key not in want["absent"]
    } | want["facts"]
    assert dict(survey.flat()) == facts
    kept = [found for found in sound["findings"] if found not in want["gone"] and case != SOUND]
    assert findings(survey) == sorted([*kept, *want["findings"]])
    sure = survey.facts["console.driver"].confidence != "guess"
    assert sure == want.get("sure", True)


@pytest.mark.parametrize("case", cases(refused=True))
def test_a_tree_that_is_no_boards(case: str, tmp_path: Path) -> None:
    """Is refused, and told where and why."""
    file = compiled(case, tmp_path)
    with pytest.raises(InputError) as told:
        tree.open(file)
    assert told.value.place is not None
    assert told.value.place.file == str(file)
    assert [word for word in expected(case)["refused"] if word not in str(told.value)] == []
    assert told.value.hint


def test_the_cases_are_complete() -> None:
    """Each folder has both files: a case with no expectation checks nothing."""
    folders = [path for path in CASES.iterdir() if path.is_dir()]
    lacking = [
        path.name
        for path in folders
        if not {"tree.dts", "expected.toml"} <= {file.name for file in path.iterdir()}
    ]
    assert lacking == []
