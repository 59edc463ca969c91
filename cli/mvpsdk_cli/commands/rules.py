# SPDX-License-Identifier: Apache-2.0
"""Lists the lint rules: code, severity, name, and what each finds.

Examples:
    mvpsdk rules

    mvpsdk rules --format json
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint import Rule

SECTION = "Check"


class RulesFormat(StrEnum):
    """How the rules are listed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def command(  # noqa: D103 - the module's docstring is the command's
    *,
    output_format: Annotated[
        RulesFormat,
        typer.Option("--format", help="A table, JSON, or the whole reference in Markdown."),
    ] = RulesFormat.TEXT,
) -> int:
    from mvpsdk import lint

    if output_format is RulesFormat.JSON:
        render.report("mvpsdk.rules/1", {"rules": [document(rule) for rule in lint.catalogue()]})
    elif output_format is RulesFormat.MARKDOWN:
        render.out(lint.reference().removesuffix("\n"))
    else:
        for line in text(lint.catalogue()):
            render.out(line)
    return 0


def text(rules: tuple[Rule, ...]) -> Iterator[str]:
    """The table for people."""
    yield from render.table(
        [[rule.code, rule.severity, rule.name, rule.page.title] for rule in rules]
    )


def document(rule: Rule) -> dict[str, Any]:
    """One rule as JSON, with its whole page."""
    return {
        "code": rule.code,
        "name": rule.name,
        "group": rule.group,
        "severity": str(rule.severity),
        "confidence": str(rule.confidence),
        "since": rule.since,
        "reasons": list(rule.core),
        "consequence": rule.consequence,
        "title": rule.page.title,
        "sections": rule.page.sections,
    }
