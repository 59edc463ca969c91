# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema of a lint report (JSON Schema, draft 2020-12)."""

from __future__ import annotations

from typing import Any

from mvpsdk.lint.allow import AllowState
from mvpsdk.lint.model import Confidence, Outcome, Severity
from mvpsdk.lint.report import SCHEMA

__all__ = ["report_schema"]

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def report_schema() -> dict[str, Any]:
    """Return the schema of what `Report.as_json` makes."""
    finding = _finding()
    suppressed = {**finding, "reason": _TEXT}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Report of mvpsdk lint",
        **_object(
            {
                "schema": {"const": SCHEMA},
                "target": _TEXT,
                "boards": _list(_TEXT),
                "summary": _object({str(outcome): _COUNT for outcome in Outcome}),
                "statistics": {"type": "object", "additionalProperties": _COUNT},
                "findings": _list(_object(finding)),
                "suppressed": _list(_object(suppressed)),
                "baselined": _list(_object(finding)),
                "checks": _list(_object(_check())),
                "allows": _list(_object(_excuse())),
            }
        ),
    }


def _finding() -> dict[str, Any]:
    return {
        "rule": _TEXT,
        "name": _TEXT,
        "severity": _one_of(Severity),
        "confidence": _one_of(Confidence),
        "board": _TEXT,
        "subject": _TEXT,
        "place": _place(),
        "message": _TEXT,
        "parties": _list(_object({"name": _TEXT, "value": _TEXT})),
        "consequence": _TEXT,
        "fix": _TEXT,
        "fixable": {"type": "boolean"},
        "fingerprint": _TEXT,
    }


def _check() -> dict[str, Any]:
    return {
        "rule": _TEXT,
        "board": _TEXT,
        "subject": _TEXT,
        "outcome": _one_of(Outcome),
        "reason": _TEXT,
    }


def _excuse() -> dict[str, Any]:
    return {
        "rule": _TEXT,
        "at": _TEXT,
        "reason": _TEXT,
        "until": {"type": ["string", "null"], "format": "date"},
        "place": _place(),
        "state": _one_of(AllowState),
    }


def _place() -> dict[str, Any]:
    place = _object({"file": _TEXT, "line": _COUNT, "column": _COUNT, "node": _TEXT})
    return {"oneOf": [{"type": "null"}, place]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _one_of(values: type[AllowState | Confidence | Outcome | Severity]) -> dict[str, Any]:
    return {"enum": [str(value) for value in values]}
