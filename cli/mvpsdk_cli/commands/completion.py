# SPDX-License-Identifier: Apache-2.0
"""Prints what makes the shell complete commands and names.

Examples:
    mvpsdk completion bash > ~/.local/share/bash-completion/completions/mvpsdk

    mvpsdk completion zsh > ~/.zfunc/_mvpsdk

    mvpsdk completion fish > ~/.config/fish/completions/mvpsdk.fish
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from mvpsdk_cli import render

SECTION = "Help"


class Shell(StrEnum):
    """The shells that there is completion for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def command(  # noqa: D103 - the module's docstring is the command's
    shell: Annotated[Shell, typer.Argument(help="The shell.")],
) -> int:
    import typer.completion

    from mvpsdk_cli.app import COMPLETE_VARIABLE, PROGRAM

    script: str = typer.completion.get_completion_script(  # type: ignore[attr-defined]
        prog_name=PROGRAM, complete_var=COMPLETE_VARIABLE, shell=shell.value
    )
    render.out(script.strip("\n"))
    return 0
