# SPDX-License-Identifier: Apache-2.0
"""Follows a page of the documentation as a reader would: writes its files, runs its commands."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[3]
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"  # exit code (\d+)$")


def follow(text: str, folder: Path) -> int:
    """Go through a page block by block; return how many lines were compared.

    A block with a file's name is written, a console block is run. Fails the test if a command says
    anything else than what is shown below it, or ends with another exit code than 0 or the one that
    stands behind it. Where nothing is shown, nothing is compared.
    """
    compared = 0
    for kind, name, content in FENCE.findall(text):
        if name:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
        if kind == "console":
            for command, shown in _commands(content):
                said = _run(command, folder)
                same = not shown or re.fullmatch(_pattern(shown), said, flags=re.DOTALL)
                assert same, f"{command}:\n{said}"
                compared += len(shown)
    return compared


def _commands(block: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block, and the lines that it shows."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        first, *shown = part.splitlines()
        command = first
        while command.endswith("\\"):
            command = f"{command}\n{shown.pop(0)}"
        yield command, shown


def _pattern(shown: list[str]) -> str:
    """The lines as a regular expression: an ellipsis stands for any text, on its own for lines.

    Columns may be wider or narrower: two spaces or more stand for as many as there are.
    """
    lines = (".*" if line.strip() == "…" else re.escape(line) + "\n" for line in shown)
    return re.sub(r"(\\ ){2,}", "  +", "".join(lines).replace("…", "[^\n]*"))


def _run(command: str, folder: Path) -> str:
    """What a command of the page prints, run as a reader would."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],  # a page's words are a shell's
        cwd=folder,
        env={**os.environ, "PATH": path, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    expected = EXPECTED.search(command)
    code = int(expected[1]) if expected else 0
    assert done.returncode == code, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout
