# SPDX-License-Identifier: Apache-2.0
"""The reference says what the program says."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk_cli import boundary
from mvpsdk_cli.catalogue import entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Cli = Callable[..., Any]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"
MARK = "test_reference.py -->\n"


def pages(cli: Cli) -> Iterator[str]:
    """Each command's help, under a heading."""
    for name in ["", *entries()]:
        for words in ([name], [name, "show"]) if name == "boards" else ([name],):
            call = " ".join(filter(None, ["mvpsdk", *words]))
            text = cli(*filter(None, words), "--help").out.rstrip()
            yield f"\n### {call}\n\n```text\n{text}\n```\n"


def test_reference_holds_every_help_page(cli: Cli) -> None:
    """The generated half of the page is fresh."""
    written, mark, generated = PAGE.read_text().partition(MARK)
    expected = "".join(pages(cli))
    if os.environ.get("MVPSDK_UPDATE_GOLDEN") == "1":
        PAGE.write_text(written + mark + expected)
        generated = expected
    assert generated == expected


def test_reference_names_every_kind_of_error() -> None:
    """The written half knows each kind and each exit code."""
    text = PAGE.read_text()
    for code, kind in boundary.KINDS.items():
        assert f"`{kind}`" in text
        assert str(code) in text
