# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share, so that each is spelt and explained once."""

from enum import StrEnum
from typing import Annotated

import typer

from mvpsdk_cli import render


class Format(StrEnum):
    """How a command reports."""

    TEXT = "text"
    JSON = "json"


class Profile(StrEnum):
    """How strict the checks are."""

    DEV = "dev"
    RELEASE = "release"


class Color(StrEnum):
    """When to colour what is printed."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


FormatOption = Annotated[
    Format,
    typer.Option("--format", help="Text for people, or JSON on stdout for programs."),
]
ProfileOption = Annotated[
    Profile,
    typer.Option("--profile", help="release implies --strict and --locked, and refuses unsigned."),
]


def shared(  # the signature is read, the body never runs
    *,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but results and errors.")
    ] = False,
    verbose: Annotated[
        int,
        typer.Option(
            "--verbose", "-v", count=True, show_default=False, help="Say more; repeatable."
        ),
    ] = 0,
    color: Annotated[
        Color, typer.Option("--color", help="Colour the output (NO_COLOR is honoured).")
    ] = Color.AUTO,
    no_input: Annotated[
        bool,
        typer.Option("--no-input", help="Never ask; implied by CI=true or without a terminal."),
    ] = False,
    help_page: Annotated[
        bool, typer.Option("--help", "-h", is_eager=True, help="Show this page.")
    ] = False,
) -> None:
    """Options that every command takes, before or after its name."""


def apply(name: str, value: object) -> None:
    """Takes one shared option's value into the output settings; the default changes nothing."""
    if name == "quiet" and value:
        render.configure(quiet=True)
    elif name == "verbose" and value:
        render.configure(verbose=int(str(value)))
    elif name == "color" and value != Color.AUTO:
        render.configure(color=value == Color.ALWAYS)
    elif name == "no_input" and value:
        render.configure(no_input=True)
