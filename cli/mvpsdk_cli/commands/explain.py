# SPDX-License-Identifier: Apache-2.0
"""Shows a lint rule's page: what it finds, and the way out.

Examples:
    mvpsdk explain MEM005

    mvpsdk explain image-does-not-fit
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mvpsdk_cli import render
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from collections.abc import Iterator

SECTION = "Check"


def _codes() -> list[str]:
    """The codes, for the shell's completion."""
    from mvpsdk.lint import catalogue

    return [rule.code for rule in catalogue()]


def command(  # noqa: D103 - the module's docstring is the command's
    code: Annotated[
        str,
        typer.Argument(metavar="CODE", help="A rule's code or name.", autocompletion=_codes),
    ],
    *,
    output_format: FormatOption = Format.TEXT,
) -> int:
    from mvpsdk import lint
    from mvpsdk.lint.reference import document
    from mvpsdk_cli.commands import rules

    rule = lint.rule(code)
    if output_format is Format.JSON:
        render.report("mvpsdk.rule/1", rules.document(rule))
        return 0
    for line in styled(document(rule)):
        render.out(line)
    return 0


def styled(markdown: str) -> Iterator[str]:
    """Markdown's lines, with headings and code as a terminal shows them."""
    fenced = False
    for line in markdown.rstrip().splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            yield render.style(f"    {line}".rstrip(), "cyan")
        elif line.startswith("#"):
            yield render.style(line.lstrip("# "), "bold")
        else:
            yield line
