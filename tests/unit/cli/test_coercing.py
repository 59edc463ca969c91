# SPDX-License-Identifier: Apache-2.0
"""Words become values without pydantic, and mistakes are still typer's to tell."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command

from mvpsdk_cli.coercing import lighten


class Kind(StrEnum):
    """Two words."""

    ONE = "one"
    TWO = "two"


def given(**values: object) -> dict[str, Any]:
    """What a command was given."""
    return values


def command(
    file: Path,
    names: Annotated[list[str] | None, typer.Argument()] = None,
    *,
    kind: Kind = Kind.ONE,
    also: Annotated[list[Path] | None, typer.Option("--also")] = None,
    count: Annotated[int | None, typer.Option("--count", min=0, max=9)] = None,
    share: Annotated[float | None, typer.Option("--share")] = None,
    quick: Annotated[bool, typer.Option("--quick")] = False,
    loud: Annotated[int, typer.Option("--loud", "-l", count=True)] = 0,
) -> dict[str, Any]:
    """Give back all that came."""
    return given(
        file=file,
        names=names,
        kind=kind,
        also=also,
        count=count,
        share=share,
        quick=quick,
        loud=loud,
    )


def run(words: list[str], *, light: bool) -> Any:
    """The values, or the message of a mistake."""
    app = typer.Typer(add_completion=False)
    app.command()(command)
    found = get_command(app)
    if light:
        lighten(found.params)
    try:
        return found.main(words, standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - both ways must raise the same, whatever it is
        return type(error).__name__, str(error)


CALLS = [
    ["a"],
    ["a", "b", "c"],
    ["a", "--kind", "two", "--quick"],
    ["a", "--kind", "three"],
    ["a", "--also", "x", "--also", "y/z"],
    ["a", "--count", "9", "-ll"],
    ["a", "--count", "10"],
    ["a", "--count", "-1"],
    ["a", "--count", "many"],
    ["a", "--count", "1_0"],
    ["a", "--share", "0.5"],
    ["a", "--share", "half"],
    ["", "b"],
    [],
]


@pytest.mark.parametrize("words", CALLS, ids=" ".join)
def test_values_and_messages_are_typer_s_own(words: list[str]) -> None:
    """With and without the short way, for good calls and bad ones."""
    assert run(words, light=True) == run(words, light=False)


def test_signing_does_not_load_pydantic() -> None:
    """Nor the planner, which a command that opens files has no use for."""
    code = (
        "import sys; from mvpsdk_cli.main import main; main(['inspect', 'nowhere.itb']);"
        "print([name for name in ('pydantic', 'mvpsdk.plan') if name in sys.modules])"
    )
    call = [sys.executable, "-c", code]
    done = subprocess.run(call, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
    assert "nowhere.itb" in done.stderr
