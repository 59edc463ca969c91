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
from typing import TYPE_CHECKING

import pytest

import mvpsdk

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CORE = ROOT / "sdk/mvpsdk/core"

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


# ---- the C core ----


def declarations(header: Path) -> Iterator[str]:
    """The header's lines without comments."""
    text = re.sub(r"/\*.*?\*/", "", header.read_text(), flags=re.DOTALL)
    return (line.strip() for line in text.splitlines() if line.strip())


LITERAL = re.compile(r"#define [A-Z]\w* (-?\d+|0x[0-9a-f]+)$")
PLAIN = re.compile(r"#(ifndef|define) \w+_H$|#endif$|#include [<\"][\w/.]+[>\"]$|#pragma GCC visi")


def test_headers_are_what_cffi_and_the_assembler_read() -> None:
    """Literal numbers, types and prototypes: no expression, no macro, no attribute, no code."""
    headers = [*CORE.glob("include/mvp/*.h"), *CORE.glob("src/*.h"), CORE / "arch/host/host.h"]
    odd = [
        f"{name(header)}: {line}"
        for header in headers
        for line in declarations(header)
        if (line.startswith("#") and not LITERAL.match(line) and not PLAIN.match(line))
        or re.search(r"\b(inline|__attribute__|_Static_assert|static|asm)\b", line)
    ]
    assert odd == []


def test_the_portable_half_has_no_assembly() -> None:
    """The line between portable and not is the instruction."""
    sources = [*CORE.glob("src/*.[ch]")]
    assert sources
    assert [name(path) for path in sources if re.search(r"\basm\b|__asm", path.read_text())] == []


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_portable_half_asks_only_for_the_machine(compiler: str, tmp_path: Path) -> None:
    """Linked together its files need arch.h alone, and the four functions compilers may call."""
    value = tmp_path / "fingerprint_value.h"
    subprocess.run([sys.executable, CORE / "fingerprint.py", value], check=True)
    sources = sorted(CORE.glob("src/*.c"))
    flags = ["-std=c11", "-ffreestanding", "-O1", "-c", "-Wall", "-Wextra", "-Werror"]
    folders = [f"-I{CORE / 'include'}", f"-I{CORE / 'src'}", f"-I{tmp_path}"]
    subprocess.run([compiler, *flags, *folders, *sources], cwd=tmp_path, check=True)
    objects = sorted(tmp_path.glob("*.o"))
    assert len(objects) == len(sources)
    needed, given = symbols("--undefined-only", objects), symbols("--defined-only", objects)
    promised = set(re.findall(r"\b(arch_\w+)\(", (CORE / "src/arch.h").read_text()))
    assert needed - given - promised - {"memcpy", "memset", "memmove", "memcmp"} == set()


def symbols(which: str, objects: list[Path]) -> set[str]:
    """Names that nm lists."""
    listed = subprocess.run(["nm", which, *objects], capture_output=True, text=True, check=True)
    lines = (line.split() for line in listed.stdout.splitlines())
    return {words[-1] for words in lines if len(words) > 1} - {"_GLOBAL_OFFSET_TABLE_"}
