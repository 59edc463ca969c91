# SPDX-License-Identifier: Apache-2.0
"""The report as JSON holds to the schema that we publish."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from mvpsdk.lint import Bench, Report, check, report_schema
from mvpsdk.lint.baseline import Known


def conforms(value: Any, schema: dict[str, Any]) -> bool:
    """The part of JSON Schema that the report's schema uses."""
    if "const" in schema:
        return bool(value == schema["const"])
    if "enum" in schema:
        return value in schema["enum"]
    if "oneOf" in schema:
        return sum(conforms(value, one) for one in schema["oneOf"]) == 1
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return any(_is(value, kind, schema) for kind in kinds)


def _is(value: Any, kind: str, schema: dict[str, Any]) -> bool:
    if kind == "object" and isinstance(value, dict):
        return _is_object(value, schema)
    if kind == "array" and isinstance(value, list):
        return all(conforms(item, schema["items"]) for item in value)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and value >= schema.get("minimum", value)
    return (kind == "string" and isinstance(value, str)) or (kind == "null" and value is None)


def _is_object(value: dict[str, Any], schema: dict[str, Any]) -> bool:
    known = schema.get("properties", {})
    more = schema["additionalProperties"]
    return set(schema.get("required", ())) <= set(value) and all(
        conforms(item, known[key]) if key in known else bool(more and conforms(item, more))
        for key, item in value.items()
    )


@pytest.fixture
def report(nouns: Any) -> Report:
    """A report with something in every list."""
    allow = [
        nouns.allow("IMG002"),
        nouns.allow("IMG003", until=dt.date(2020, 1, 1)),
    ]
    image = nouns.kernel(architecture="arm", reserved=(1, 0, 0), faults=("cut off",))
    bench = Bench(board=nouns.board(), handset=nouns.handset(*allow), images=(image,))
    first = check([bench], today=nouns.today)
    known = [Known.of(found) for found in first.findings if found.rule == "IMG007"]
    return check([bench], today=nouns.today, baseline=known)


def test_a_report_with_everything_in_it_conforms(report: Report) -> None:
    """Findings, suppressed, baselined, checks and exceptions."""
    document = json.loads(json.dumps(report.as_json()))
    assert all(document[key] for key in ("findings", "suppressed", "baselined", "allows"))
    assert conforms(document, report_schema())
    assert document["schema"] == "mvpsdk.lint/1"


@pytest.mark.parametrize("key", ["summary", "findings", "schema"])
def test_the_schema_can_say_no(report: Report, key: str) -> None:
    """A report that lacks a part, or has a strange one, does not conform."""
    document = report.as_json()
    assert not conforms({**document, "surprise": 1}, report_schema())
    del document[key]
    assert not conforms(document, report_schema())


def test_a_fingerprint_stays_when_lines_move(nouns: Any) -> None:
    """What is baselined must not come back because a comment was added above it."""
    from dataclasses import replace

    (found,) = check(
        [Bench(images=(nouns.kernel(architecture="arm"),))], today=nouns.today
    ).findings
    assert replace(found, place=None).fingerprint == found.fingerprint
    assert replace(found, subject="other").fingerprint != found.fingerprint
