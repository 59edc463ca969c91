# SPDX-License-Identifier: Apache-2.0
"""Keys and prefixes at the handset's terminal."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvpsdk_cli import app, render
from mvpsdk_cli.terminal import Keys, Painter

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def colored() -> Iterator[None]:
    """Colours, as on a terminal."""
    render.reset()
    render.configure(color=True)
    yield
    render.reset()


def test_keys_pass_but_for_the_escape() -> None:
    """Ctrl-A twice is one, Ctrl-A and another key is nothing, Ctrl-A x leaves."""
    keys = Keys()
    assert keys.typed(b"a\x03\x01") == b"a\x03"
    assert keys.typed(b"\x01b\x01q") == b"\x01b"
    assert not keys.leave
    assert keys.typed(b"\x01x") == b""
    assert keys.leave


CONSOLE = "loader\n[mvp] a\r\n[work] [x] b\r\n[work+ c\r\n[ 0.1] d\r\n"


@given(cuts=st.lists(st.integers(0, len(CONSOLE)), max_size=8))
def test_prefixes_are_coloured_however_they_come(cuts: list[int]) -> None:
    """Wherever the console is cut, the same prefixes are coloured and nothing is lost."""
    painter = Painter()
    edges = [0, *sorted(cuts), len(CONSOLE)]
    shown = "".join(painter.paint(CONSOLE[a:b]) for a, b in itertools.pairwise(edges))
    render.configure(color=True)
    assert shown == Painter().paint(CONSOLE)
    assert shown.count("\x1b[0m") == 3
    assert "[x]" in shown


def test_prompt_is_not_held_back() -> None:
    """A prompt shows at once, though its line is not ended."""
    assert Painter().paint("[work] $ ").endswith(" $ ")


def test_examples_in_docstrings_keep_their_lines() -> None:
    """Text is wrapped, indented lines are not."""
    assert app.page("One.\n\nTwo\nmore.\n\nExamples:\n    a\n") == (
        "One.\n\nTwo\nmore.\n\n\b\nExamples:\n    a"
    )


def test_commands_are_a_mapping() -> None:
    """Commands can be counted, listed, replaced and removed without being imported."""
    commands = app.LazyCommands()
    names = list(commands)
    assert len(commands) == len(names) > 10
    commands["boards"] = "other"
    assert commands["boards"] == "other"
    del commands["boards"]
    assert "boards" not in commands
