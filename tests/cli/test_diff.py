# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk diff`: what changed between two files, for people and for pipelines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from mvpsdk_cli import schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Result


@pytest.fixture
def bundles(cli: Callable[..., Result], handset: Callable[..., None]) -> tuple[Path, Path]:
    """Two bundles of one handset: the second has more in its kernel and a later rollback index."""
    handset()
    made = (Path("one.itb"), Path("two.itb"))
    for path in made:
        call = ("bundle", "handset.toml", "-o", path, "--unsigned")
        assert cli(*call).code == 0
        text = Path("handset.toml").read_text()
        later = 'version = "1.0.0"\nrollback-index = 7'
        Path("handset.toml").write_text(text.replace('version = "1.0.0"', later))
        with Path("linux").open("r+b") as kernel:
            kernel.seek(4096)
            kernel.write(b"another kernel")
    return made


def test_what_changed_is_told_with_both_values(
    cli: Callable[..., Result], bundles: tuple[Path, Path]
) -> None:
    """A line for each change, a count at the end, exit code 1."""
    done = cli("diff", *bundles)

    assert done.code == 1
    lines = done.out.splitlines()
    assert any(line.split() == ["rollback", "index", "0", "->", "7"] for line in lines)
    assert any(line.startswith("image     work/kernel SHA-256") for line in lines)
    assert lines[-1] == f"one.itb -> two.itb: {len(lines) - 1} changes"
    assert done.err == ""


def test_no_difference_is_exit_code_0(
    cli: Callable[..., Result], bundles: tuple[Path, Path]
) -> None:
    """And it is said."""
    done = cli("diff", bundles[0], bundles[0])

    assert (done.code, done.out) == (0, "one.itb -> one.itb: no difference\n")


def test_as_json_by_its_schema(cli: Callable[..., Result], bundles: tuple[Path, Path]) -> None:
    """The same changes for a pipeline, in the shape that `mvpsdk schema diff` publishes."""
    for after, same in ((bundles[1], False), (bundles[0], True)):
        done = cli("diff", bundles[0], after, "--format", "json")
        document = json.loads(done.out)

        jsonschema.validate(document, schemas.schema("diff"))
        assert document["same"] is same
        assert bool(document["changes"]) is not same
    row = {"area": "rollback", "what": "index", "before": "0", "after": "7"}
    assert row in json.loads(cli("diff", *bundles, "--format", "json").out)["changes"]


def test_a_file_that_is_no_bundle_is_refused(
    cli: Callable[..., Result], bundles: tuple[Path, Path]
) -> None:
    """With what it begins with, and exit code 2."""
    Path("text").write_text("hello there")

    done = cli("diff", bundles[0], "text")

    assert done.code == 2
    assert "no bundle: the file begins with" in done.err
