# SPDX-License-Identifier: Apache-2.0
"""The tutorial does what it says: its files are written, its commands run, its output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.target

PAGE = Path(__file__).parents[2] / "docs/tutorial/first-handset.md"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block, and the lines that it shows."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.splitlines()
        yield command, shown


def pattern(shown: list[str]) -> str:
    """The lines as a regular expression: an ellipsis stands for any text, on its own for lines."""
    lines = (".*" if line.strip() == "…" else re.escape(line) + "\n" for line in shown)
    return "".join(lines).replace("…", "[^\n]*")


def run(command: str, folder: Path) -> str:
    """What a command of the page prints, run as a reader would."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", command],  # a page's words are a shell's
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def test_the_first_handset_boots_as_the_tutorial_says(tmp_path: Path) -> None:
    """From an empty folder, block by block, to the last line of the run."""
    compared = 0
    for kind, name, text in FENCE.findall(PAGE.read_text()):
        if name:
            file = tmp_path / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)
        if kind == "console":
            for command, shown in commands(text):
                said = run(command, tmp_path)
                assert re.fullmatch(pattern(shown), said, flags=re.DOTALL), said
                compared += len(shown)
    assert (tmp_path / "first.itb").is_file()
    assert compared > 0
