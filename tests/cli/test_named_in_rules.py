# SPDX-License-Identifier: Apache-2.0
"""What a rule's page, message or fix names is there: commands, options, keys, tables, other rules.

A way out that does not exist is worse than none.
"""

from __future__ import annotations

import inspect
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mvpsdk.board.schema import BoardFile
from mvpsdk.handset.schema import HandsetFile
from mvpsdk.lint import catalogue, reference
from mvpsdk.lint.reserved import reserved

ROOT = Path(__file__).parents[2]

COMMAND = re.compile(r"(?:`|: |\(|\bby |\bwith |\bwithout |\brun )mvpsdk ([a-z][a-z-]*)([^`\n]*)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
TABLE = re.compile(r"(?<![\w`\]])\[\[?([a-z][a-z-]*)\]\]?(?![\w(])")
KEY = re.compile(r"(?:^|[\s`(])([a-z][a-z-]+) = ")
DOTTED = re.compile(r"\b([a-z][a-z-]*)\.([a-z][a-z-]+)\b")


@cache
def texts() -> dict[str, str]:
    """All that rules say, by where it stands: pages, their sources' own texts, reports of cases."""
    found = {"docs/reference/rules.md": reference()}
    for rule in catalogue():
        path = Path(inspect.getfile(rule.check))
        found[path.name] = path.read_text()
    for path in (ROOT / "tests/lint").glob("*/report*.txt"):
        found[f"{path.parent.name}/{path.name}"] = path.read_text()
    for name in ("decode/reasons.toml", "board/checking.py", "board/todo.py"):
        found[name] = (ROOT / "sdk/mvpsdk" / name).read_text()
    return found


@cache
def options() -> dict[str, set[str]]:
    """The options of each command, out of the help pages in the reference, which a test holds."""
    pages = (ROOT / "docs/reference/command-line.md").read_text().split("\n### mvpsdk ")[1:]
    found: dict[str, set[str]] = {}
    for page in pages:
        found.setdefault(page.split()[0], set()).update(OPTION.findall(page))
    return found


def tables(model: Any) -> dict[str, set[str]]:
    """The tables of a file, each with its keys; those inside others, too."""
    schema = model.model_json_schema()
    found = {}
    for name, value in schema["properties"].items():
        wanted = str(value.get("$ref", "") or value.get("items", {}).get("$ref", "") or value)
        inside = re.search(r"#/\$defs/(\w+)", wanted)
        found[name] = set(schema["$defs"][inside[1]]["properties"]) if inside else set()
    return found


@cache
def known() -> tuple[dict[str, set[str]], set[str]]:
    """The tables of both files, and every key in any of them."""
    both = [model.model_json_schema() for model in (BoardFile, HandsetFile)]
    every = {key for schema in both for key in schema["properties"]}
    for schema in both:
        every |= {key for each in schema["$defs"].values() for key in each.get("properties", {})}
    return {**tables(BoardFile), **tables(HandsetFile)}, every


@pytest.mark.parametrize("where", texts())
def test_commands_and_their_options_are_there(where: str) -> None:
    """As the help pages have them."""
    for command, rest in COMMAND.findall(texts()[where]):
        assert command in options(), f"{where}: mvpsdk {command}"
        wrong = set(OPTION.findall(rest)) - options()[command]
        assert not wrong, f"{where}: mvpsdk {command} {wrong}"


def test_options_that_stand_alone_are_some_command_s() -> None:
    """`--strict` in a sentence is one that can be typed."""
    every = set().union(*options().values())
    wrong = {
        (where, option)
        for where, text in texts().items()
        for option in re.findall(r"`(--[a-z][a-z-]+)[^`]*`", text)
        if option not in every
    }
    assert wrong == set()


def test_the_keys_of_examples_are_there() -> None:
    """A page's TOML is a piece of a handset or a board file, in the table that has the key."""
    places, every = known()
    blocks = re.findall(r"```toml\n(.*?)```", reference(), flags=re.DOTALL)
    assert len(blocks) > 5
    for block in blocks:
        for name, value in tomllib.loads(block).items():
            assert name in places or name in every, block
            for table in value if isinstance(value, list) else [value]:
                if isinstance(table, dict) and name in places:
                    assert set(table) <= places[name], block


def test_the_tables_and_keys_of_fixes_are_there() -> None:
    """What a report says to write can be written."""
    places, every = known()
    for where, text in texts().items():
        if not where.endswith(".txt"):
            continue
        for line in re.findall(r"^  fix: +(.*)$", text, flags=re.MULTILINE):
            assert set(TABLE.findall(line)) <= set(places), f"{where}: {line}"
            assert set(KEY.findall(line)) <= every, f"{where}: {line}"
            for table, key in DOTTED.findall(line):
                if table in places and table != "persona" and key != "toml":
                    assert key in places[table] | every, f"{where}: {line}"


def test_the_rules_that_rules_name_are_there() -> None:
    """A code in a sentence leads to a page, or to why there is none yet."""
    codes = {rule.code for rule in catalogue()} | {kept.code for kept in reserved()}
    named = {
        (where, code)
        for where, text in texts().items()
        for code in re.findall(r"\b(?:ABI|BND|BRD|CPU|DEV|IMG|MEM|REP|RTF|SEC)\d{3}\b", text)
        if code not in codes
    }
    assert named == set()
