# SPDX-License-Identifier: Apache-2.0
"""A rule's page: its docstring, read into sections."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass

__all__ = ["HEADINGS", "Page", "parse"]

HEADINGS = (
    "What it does",
    "Why is this bad?",
    "How it is decided",
    "Example",
    "Use instead",
)
"""Every page has these, in this order."""

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """A title line and the sections under it, in Markdown."""

    title: str
    sections: dict[str, str]


def parse(docstring: str) -> Page:
    """Read a rule's docstring. Raises ValueError unless it has exactly the headings, in order."""
    title, *rest = _HEADING.split(inspect.cleandoc(docstring))
    names, texts = rest[::2], [text.strip() for text in rest[1::2]]
    if tuple(names) != HEADINGS or not all([title.strip(), *texts]):
        raise ValueError(f"a rule's page needs a title and filled {HEADINGS}, has {tuple(names)}")
    return Page(title=title.strip(), sections=dict(zip(names, texts, strict=True)))
