# SPDX-License-Identifier: Apache-2.0
"""A plain value is what typer would have made of it; of every other typer is asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer._coercion import build_runtime_param

from mvpsdk_cli import app, plain_values
from mvpsdk_cli.catalogue import entries

TEXTS: tuple[str, ...] = (
    "",
    "1",
    "0",
    "-1",
    "007",
    "99999999999999999999",
    "dev",
    "DEV",
    "release",
    "text",
    "json",
)
TEXTS += ("auto", "a b", "/nowhere/x", ".", "x\0y", "true", "٣", "1.5", "é")


def parameters() -> list[Any]:
    """Every parameter of every command, one of a kind each."""
    found: dict[str, Any] = {}
    for entry in entries().values():
        command = app.load(entry)
        for each in [command, *getattr(command, "commands", {}).values()]:
            for parameter in each.params:
                about = parameter.type_descriptor.parameter_info
                kind = f"{parameter.type_descriptor.annotation} {parameter.multiple} {about.min}"
                found.setdefault(f"{kind} {about.max} {about.exists} {parameter.nargs}", parameter)
    return [*found.values()]


def outcome(made: Any, value: object, parameter: Any) -> object:
    """The value, or the words of a refusal."""
    context = typer.Context(typer.main.get_command(typer.Typer(callback=lambda: None)))
    try:
        return made.coerce(value, param=parameter, ctx=context)
    except Exception as error:  # noqa: BLE001 - both must say the same, whatever it is
        return type(error), str(getattr(error, "message", error))


@pytest.mark.parametrize("parameter", parameters(), ids=lambda each: str(each.name))
def test_plain_values_are_what_typer_makes_of_them(parameter: Any) -> None:
    """Word by word, number by number; and refusals in the same words."""
    typers, ours = build_runtime_param(parameter.type_descriptor), plain_values._Plain(parameter)
    values: list[object] = [None, parameter.default, Path("x"), 3, True]
    if parameter.multiple:
        values = [None, (), ["dev", "/x"], ("1",), [Path("y")]]
    else:
        values += TEXTS
    for value in values:
        expected, found = outcome(typers, value, parameter), outcome(ours, value, parameter)
        assert (type(found), found) == (type(expected), expected), value


def test_no_command_waits_for_pydantic() -> None:
    """Whose import takes longer than most commands."""
    script = (
        "import sys; from mvpsdk_cli.main import main\n"
        "code = main(['explain', 'MEM001', '--format', 'json'])\n"
        "print('pydantic' in sys.modules, code, file=sys.stderr)"
    )
    call = [sys.executable, "-c", script]
    done = subprocess.run(call, check=True, capture_output=True, text=True)

    assert done.stderr == "False 0\n"
