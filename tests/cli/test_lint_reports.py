# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk lint --report`: several reports in one run, whole or not at all, the same each time."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import board
from mvpsdk.lint import reports
from mvpsdk_cli.commands.lint import Format
from phone_folder import write_phone

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]

FORMATS = [str(each) for each in Format]


@pytest.fixture
def lab(handset: Any) -> None:
    """A board by itself, of which not all is known."""
    handset()
    text = board.find()["qemu-virt"].read_text()
    Path("lab").mkdir()
    Path("lab/board.toml").write_text(text.replace('"free"', '"TODO"', 1))


def test_the_formats_are_those_that_there_are() -> None:
    """The command names them before it loads any."""
    assert sorted(FORMATS) == sorted(("text", *reports.formats()))


@pytest.mark.usefixtures("lab")
def test_a_file_has_what_stdout_would_have(cli: Cli) -> None:
    """Each form in the same run, and the exit code is that of the run."""
    Path("ci").mkdir()
    words = [word for name in FORMATS for word in ("--report", f"{name}=ci/{name}")]
    run = cli("lint", "lab", *words)
    assert run.code == 1
    assert run.out == Path("ci/text").read_text()
    for name in FORMATS:
        assert cli("lint", "lab", "--format", name).out == Path("ci", name).read_text()
        assert "BRD003" in Path("ci", name).read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--report", "sarif"], "--report sarif names no file"),
        (["--report", "sarif="], "names no file"),
        (["--report", "xml=a"], "no report is called xml"),
        (["--report", "sarif=a", "--report", "json=./a"], "two reports would go to ./a"),
        (["--report", "sarif=a", "--report", "json=none/b"], "none does not exist"),
    ],
)
@pytest.mark.usefixtures("lab")
def test_a_report_that_cannot_be_meant_is_exit_2(cli: Cli, words: list[str], said: str) -> None:
    """Nothing is written then, not even the other report."""
    before = set(Path().iterdir())
    result = cli("lint", "lab", *words)
    assert result.code == 2
    assert said in result.err
    assert set(Path().iterdir()) == before


def test_two_runs_give_the_same_bytes(handset: Any) -> None:
    """Whatever order Python's hashes have that day, and wherever the folder lies."""
    handset()
    write_phone()
    text = Path("handset.toml").read_text()
    Path("handset.toml").write_text(text.replace('"32 MiB"', '"33 MiB"'))
    seen = []
    for number in (1, 2):
        words = [word for name in FORMATS for word in ("--report", f"{name}=out{number}.{name}")]
        environment = {**os.environ, "PYTHONHASHSEED": str(number)}
        call = [sys.executable, "-m", "mvpsdk_cli", "lint", ".", *words]
        subprocess.run(call, check=True, env=environment, capture_output=True)
        seen.append([Path(f"out{number}.{name}").read_bytes() for name in FORMATS])
    assert seen[0] == seen[1]
    assert str(Path.cwd()).encode() not in b"".join(seen[0])
