# SPDX-License-Identifier: Apache-2.0
"""Every report has a schema, and keeps to it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk_cli import boundary, catalogue, handset, schemas
from tree_tables import blob, phone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Cli = Callable[..., Any]

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
BOARDS = Path(__file__).parents[2] / "boards"


def faults(value: object, schema: dict[str, Any], at: str = "$") -> Iterator[str]:
    """What in a value is not as its schema says; the part of JSON Schema that ours use."""
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "anyOf" in schema and all(list(faults(value, one, at)) for one in schema["anyOf"]):
        yield f"{at}: {value!r} is none of the choices"
    if "type" in schema:
        yield from _kind(value, schema["type"], at)
    if isinstance(value, dict):
        yield from _table(value, schema, at)
    if isinstance(value, list):
        for number, member in enumerate(value):
            yield from faults(member, schema.get("items", {}), f"{at}[{number}]")


def _kind(value: object, kinds: str | list[str], at: str) -> Iterator[str]:
    wanted = [kinds] if isinstance(kinds, str) else kinds
    known = tuple(kind for name in wanted for kind in KINDS[name])
    if not isinstance(value, known) or (isinstance(value, bool) and bool not in known):
        yield f"{at}: {value!r} is no {wanted}"


def _table(value: dict[str, Any], schema: dict[str, Any], at: str) -> Iterator[str]:
    inner = schema.get("properties", {})
    yield from (f"{at}: {key} is missing" for key in schema.get("required", []) if key not in value)
    for key, member in value.items():
        rest = schema.get("additionalProperties", {})
        if key not in inner and rest is False:
            yield f"{at}: {key} is unknown"
        elif key in inner or isinstance(rest, dict):
            yield from faults(member, inner.get(key, rest), f"{at}.{key}")


def check(name: str, text: str) -> None:
    """Check a report by the schema of its name."""
    document = json.loads(text)
    assert document["schema"] == f"mvpsdk.{name}/1"
    assert list(faults(document, schemas.schema(name))) == []


def test_names_are_listed(cli: Cli) -> None:
    """Without a name, the names."""
    assert cli("schema").out.split() == schemas.names()


def test_unknown_name_is_refused(cli: Cli) -> None:
    """A name that isn't there is told beside those that are."""
    result = cli("schema", "nope")
    assert result.code == 2
    assert 'no schema is called "nope"' in result.err
    assert "board-map" in result.err


@pytest.mark.parametrize("name", schemas.names())
def test_every_schema_is_of_the_dialect(cli: Cli, name: str) -> None:
    """Each is a JSON Schema of the same draft."""
    document = json.loads(cli("schema", name).out)
    assert document["$schema"] == schemas.DIALECT
    assert "title" in document


def test_every_report_has_a_schema() -> None:
    """A report without a schema can't be relied on."""
    sources = "".join(path.read_text() for path in catalogue.COMMANDS.glob("*.py"))
    reported = set(re.findall(r'"mvpsdk\.([a-z-]+)/1"', sources))
    constants = {boundary.SCHEMA, handset.SCHEMA}
    reported |= {name.removeprefix("mvpsdk.").removesuffix("/1") for name in constants}
    assert reported
    assert reported <= set(schemas.names())


def test_faults_are_found() -> None:
    """The check of these tests can fail."""
    schema = schemas.schema("boards")
    good = {"schema": "mvpsdk.boards/1", "boards": []}
    assert not list(faults(good, schema))
    bad: list[dict[str, Any]] = [
        {},
        {**good, "schema": "mvpsdk.boards/2"},
        {**good, "more": 1},
        {**good, "boards": {}},
        {**good, "boards": [{"name": "x", "path": "y"}]},
        {**good, "boards": [{"name": "x", "path": "y", "error": True}]},
    ]
    assert all(list(faults(each, schema)) for each in bad)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("boards", "boards"),
        ("board-map", "boards show qemu-virt"),
        ("doctor", "doctor"),
        ("rules", "rules"),
        ("rule", "explain MEM005"),
        ("lint", f"lint {BOARDS / 'qemu-virt'}"),
        ("error", "boards show nowhere"),
    ],
)
def test_reports_keep_to_their_schema(cli: Cli, name: str, words: str) -> None:
    """What a command reports is what its schema says, key by key."""
    check(name, cli(*words.split(), "--format", "json").out)


def test_a_new_board_s_report_keeps_to_its_schema(cli: Cli, tmp_path: Path) -> None:
    """Facts of all kinds, gaps, blocks and remarks."""
    table = phone()
    table["psci"]["method"] = "hvc"
    table["cpus"]["cpu@1"]["compatible"] = "arm,cortex-a72"
    table["soc"]["spi@4000"] = {"compatible": "a,spi", "reg": [0x4000, 0x100], "dmas": 1}
    (tmp_path / "acme.dtb").write_bytes(blob(table))
    for more in ((), ("--force",)):
        words = ("new-board", "one", "--from-dtb", "acme.dtb", "--format", "json", *more)
        check("new-board", cli(*words).out)


def test_bundles_reports_keep_to_their_schema(
    cli: Cli, bundle: Callable[..., Path], tmp_path: Path
) -> None:
    """The same for what is said of a bundle."""
    path = bundle(["exit", 0])
    check("inspect", cli("inspect", path, "--format", "json").out)
    check("extract", cli("extract", path, "-o", tmp_path / "parts", "--format", "json").out)
    manifest = (tmp_path / "parts" / "manifest").read_text()
    check("manifest", manifest)


def test_events_keep_to_their_schema(
    cli: Cli, bundle: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each event of a run is one of the schema's."""
    fake = Path(__file__).parents[1] / "unit" / "run" / "fake_qemu.py"
    monkeypatch.setenv("MVPSDK_QEMU", str(fake))
    path = bundle(["print", "[work] a\r\n[work] b\r\n"])
    words = ["--expect", "work:a", "--expect", "work:c", "--reject", "b", "--format", "jsonl"]
    events = cli("run", path, *words).out.splitlines()
    assert len(events) == 4
    for event in events:
        check("run", event)
