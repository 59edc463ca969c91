# SPDX-License-Identifier: Apache-2.0
"""The rules of the house: what a reviewer would otherwise have to look for."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from itertools import pairwise
from pathlib import Path

import mvpsdk

ROOT = Path(__file__).parents[2]

PYTHON_LINES, C_LINES, FUNCTION_LINES = 450, 600, 60
SOURCE = {".py", ".c", ".h", ".S", ".ld", ".toml", ".txt", ""}
BARE = {"LICENSE", ".gitignore", "py.typed"}  # no comments in there, or only names of files


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository; of an unpacked archive, all but what is built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        hidden = {".venv", "build", "dist", ".git", "__pycache__"}
        found = (path for path in ROOT.rglob("*") if not hidden & set(path.parts))
    else:
        found = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(sorted(path for path in found if path.is_file()))


def of_kind(*suffixes: str) -> list[Path]:
    """Tracked files with these suffixes."""
    return [path for path in tracked() if path.suffix in suffixes]


def is_python(path: Path) -> bool:
    """By its suffix or its first line."""
    return path.suffix == ".py" or (
        not path.suffix and path.read_bytes().startswith(b"#!/usr/bin/env python3")
    )


def name(path: Path) -> str:
    """As a person would say it."""
    return str(path.relative_to(ROOT))


# ---- sizes ----


def test_files_are_short() -> None:
    """A file fits a head: 450 lines of Python, 600 of C; tables of golden values are no source."""
    limits = [(path, PYTHON_LINES) for path in tracked() if is_python(path)]
    limits += [(path, C_LINES) for path in of_kind(".c", ".h", ".S")]
    long = {name(path): n for path, limit in limits if (n := count(path)) > limit}
    assert long == {}


def count(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text().splitlines())


def test_python_functions_are_short() -> None:
    """A function's body fits a screen; the signature, a command's options for one, is apart."""
    long = {
        f"{name(path)}:{node.name}": lines
        for path in tracked()
        if is_python(path)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (lines := (node.end_lineno or 0) - node.body[0].lineno + 1) > FUNCTION_LINES
    }
    assert long == {}


def test_c_functions_are_short() -> None:
    """From the brace in the first column to its partner."""
    long = {}
    for path in of_kind(".c"):
        lines = path.read_text().splitlines()
        braces = [n for n, line in enumerate(lines) if line in {"{", "}"}]
        for start, end in pairwise(braces):
            if lines[start] == "{" and end - start > FUNCTION_LINES:
                long[f"{name(path)}:{start}"] = end - start
    assert long == {}


def test_no_file_is_large() -> None:
    """What is large is made or fetched, never committed."""
    assert [name(path) for path in tracked() if path.stat().st_size > 1 << 20] == []


# ---- words ----


def test_every_source_names_its_licence() -> None:
    """In the first lines, so that a copied file keeps it."""
    nameless = [
        name(path)
        for path in tracked()
        if path.suffix in SOURCE - {".txt"}
        and path.name not in BARE
        and "SPDX-License-Identifier: Apache-2.0" not in path.read_text()[:400]
        and not is_example_of_a_rule(path)
    ]
    assert nameless == []


def is_example_of_a_rule(path: Path) -> bool:
    """What stands in tests/lint is shown to people as a whole."""
    return path.is_relative_to(ROOT / "tests/lint") or "golden" in path.parts


PLACES = re.compile(
    r"(?<![\w.$}/*-])/(?:home|opt|root|srv|Users)/\w|pypi\.org|pythonhosted|deb\.debian\.org"
)


def test_nothing_knows_where_it_was_made() -> None:
    """No path of somebody's machine and no registry's name is committed."""
    known = [
        f"{name(path)}: {found[0]}"
        for path in tracked()
        if path != Path(__file__) and path.suffix in SOURCE | {".md", ".json", ".svg"}
        for found in [PLACES.search(path.read_text(errors="replace"))]
        if found
    ]
    assert known == []


LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")


def test_links_lead_somewhere() -> None:
    """Every relative link of the documents has its file, every anchor its heading."""
    dead = [
        f"{name(page)}: {''.join(link)}"
        for page in of_kind(".md")
        for link in LINK.findall(page.read_text())
        if not leads(page, *link)
    ]
    assert dead == []


def leads(page: Path, target: str, anchor: str) -> bool:
    """Whether there is such a file with such a heading."""
    path = page.parent / target if target else page
    if not path.exists() or not anchor:
        return path.exists()
    headings = re.findall(r"^#+ +(.*)$", path.read_text(), flags=re.MULTILINE)
    return anchor[1:] in {
        re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings
    }


def test_the_version_is_said_once_everywhere() -> None:
    """Package, library and changelog agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    head = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert head
    assert project["version"] == mvpsdk.__version__ == head[1]


# ---- who knows whom ----


def test_data_flows_one_way() -> None:
    """The contracts of pyproject.toml: layers, the SDK without the command line, pure planning."""
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_every_board_is_a_folder_with_its_two_files() -> None:
    """The facts, and what a person should know."""
    boards = [path for path in (ROOT / "boards").iterdir() if path.is_dir()]
    assert boards
    for board in boards:
        assert (board / "board.toml").is_file()
        assert (board / "README.md").is_file()
