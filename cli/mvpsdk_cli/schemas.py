# SPDX-License-Identifier: Apache-2.0
"""JSON Schemas (draft 2020-12) of everything that mvpsdk reads and reports, by name.

The shapes of the command line's own reports are written as plain values: a word is a type
(``text``, ``whole``, ``number``, ``flag``; with ``?`` it may be null; ``=`` a constant), a list
holds the shape of its members, a table has every key that stands there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk.errors import InputError
from mvpsdk_cli.shapes import MACHINE, MANIFEST, PART, REPORTS

if TYPE_CHECKING:
    from collections.abc import Callable

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TYPES = {"text": "string", "whole": "integer", "number": "number", "flag": "boolean"}

_RANGE = {"base": "whole", "size": "whole"}
_REGION = {
    "kind": "text",
    "name": "text",
    **_RANGE,
    "physical": "whole?",
    "write": "flag",
    "execute": "flag",
    "interrupt": "whole?",
}
_PLANNED_IMAGE = {
    "name": "text",
    "kind": "text",
    "load": "whole",
    "size": "whole",
    "memory": "whole",
    "head-room": "whole",
    "sha256": "text",
    "why": "text",
}
_PARTITION = {
    "name": "text",
    "kind": "text",
    "priority": "whole",
    "restart": "text",
    "vgic": "whole",
    "cpus": ["whole"],
    "entry": "whole",
    "device-tree": "whole?",
    "ram": {**_RANGE, "physical": "whole"},
    "regions": [_REGION],
    "interrupts": [{"name": "text", "physical": "whole", "virtual": "whole", "edge": "flag"}],
    "images": [_PLANNED_IMAGE],
}
_PLACEMENT = {"owner": "text", "what": "text", **_RANGE, "head-room": "whole?", "why": "text"}
_LINE = {"partition": "text", "number": "whole", "text": "text"}
_WANTED = {"partition": "text", "pattern": "text"}
_TIMES = {"t": "whole?", "wall": "number"}
_BOARD = {
    "name": "text",
    "path": "text",
    "vendor": "text",
    "core": "text?",
    "cpus": "whole?",
    "memory": "whole?",
    "virtual": "flag",
    "todos": ["text"],
}
_TODO = {"key": "text", "what": "text", "how": "text", "rule": "text"}
_USAGE = dict.fromkeys(("ram", "reserved", "planned", "free", "largest"), "whole")
_AREA = {"kind": "text", "name": "text", **_RANGE, "irq": "whole?"}
_CHECK = {
    "name": "text",
    "purpose": "text",
    "required": "flag",
    "status": "text",
    "found": "text",
    "path": "text",
    "hint": "text",
}
_MADE = {"name": "text", "what": "text", "outcome": "text", "why": "text?", "details": ["text"]}
_FAULT = {"message": "text", "place": "text?", "hint": "text?", "rule": "text?"}
_BOARD_FACT = {
    "key": "text",
    "value": {"|": ["text", "whole", "flag", [{"|": ["text", "whole"]}]]},
    "node": "text?",
    "confidence": "text",
    "note": "text?",
}
_REMARK = {
    "rule": "text",
    "kind": "text",
    "key": "text",
    "message": "text",
    "place": "text?",
    "hint": "text?",
}
_RULE = {
    "code": "text",
    "name": "text",
    "group": "text",
    "severity": "text",
    "confidence": "text",
    "since": "text",
    "reasons": ["text"],
    "consequence": "text",
    "title": "text",
    "sections": {"*": "text"},
}
_MEMBER = {
    "name": "text",
    "offset": "whole",
    "size": "whole",
    "type": "text",
    "bit_offset": "whole",
    "bits": "whole",
}
_SIDE = {
    "name": "text",
    "kind": "text",
    "version": "text?",
    "features": ["text"],
    "calls": ["whole"],
    "digest": "text?",
    "layouts": "text?",
    "structs": [{"name": "text", "size": "whole", "members": [_MEMBER]}],
    "enums": [{"name": "text", "size": "whole", "values": [{"name": "text", "value": "whole"}]}],
}
_CHANGE = {"kind": "text", "what": "text", "aspect": "text", "before": "text?", "after": "text?"}
_SIZES = {"text": "whole", "rodata": "whole", "data": "whole", "bss": "whole"}
_BUILT_IMAGE = {
    "name": "text",
    "sha256": "text",
    "size": "whole",
    "memory": "whole",
    "toolchain": "text",
    "sources": "text",
    "features": ["text"],
    "total": _SIZES,
    "by-source": {"*": _SIZES},
}
_DECODED = {
    "line": "whole",
    "last-line": "whole",
    "count": "whole",
    "kind": "text",
    "stops": "flag",
    "text": "text",
    "damaged": "flag",
    "reason": "whole?",
    "name": "text?",
    "meaning": "text",
    "where": "text?",
    "details": ["text"],
    "cause": "text",
    "rule": "text?",
    "fix": "text",
}
_PLAN = {
    "handset": "text",
    "version": "text",
    "board": "text",
    "memory": _USAGE,
    "window": _RANGE,
    "pack": _RANGE,
    "default-persona": "text?",
    "placements": [_PLACEMENT],
    "partitions": [_PARTITION],
}

SHAPES: dict[str, Any] = {
    **REPORTS,
    "board-map": {
        "name": "text",
        "vendor": "text",
        "compatible": "text",
        "path": "text",
        "el2": "text?",
        "core": "text?",
        "cpus": "whole?",
        "bring-up": "text?",
        "gic": {"version": "whole?", "maintenance-irq": "whole?"},
        "timer": {"virtual-irq": "whole?", "physical-irq": "whole?", "hypervisor-irq": "whole?"},
        "virtual": {"?": MACHINE},
        "areas": [_AREA],
        "todos": [_TODO],
    },
    "abi": {
        "sides": [_SIDE],
        "changes": [_CHANGE],
        "images": [{"name": "text", "verdict": "text", "changes": [_CHANGE]}],
        "broke": "flag",
    },
    "boards": {"boards": [{"|": [_BOARD, {"name": "text", "path": "text", "error": "text"}]}]},
    "build": {"board": "text", "output": "text?", "images": [_BUILT_IMAGE]},
    "decode": {
        "path": "text",
        "lines": "whole",
        "hypervisor-lines": "whole",
        "boots": "whole",
        "findings": [_DECODED],
        "remarks": ["text"],
    },
    "diff": {
        "before": "text",
        "after": "text",
        "same": "flag",
        "changes": [{"area": "text", "what": "text", "before": "text?", "after": "text?"}],
    },
    "doctor": {"ok": "flag", "checks": [_CHECK]},
    "error": {"kind": "text", "exit-code": "whole", "errors": [_FAULT]},
    "extract": {"files": ["text"]},
    "fetch": {"inputs": [{"name": "text", "path": "text"}]},
    "flash": {
        "path": "text",
        "target": "text",
        "kind": "text",
        "slot": "text?",
        "dry-run": "flag",
        "refused": "flag",
        "checks": [
            {"name": "text", "what": "text", "outcome": "text", "found": "text", "hint": "text?"}
        ],
        "parts": [{"name": "text", "size": "whole", "missing": "whole?", "sha256": "text"}],
        "changed": "flag",
        "read-back": "flag",
    },
    "flash-progress": {"step": "text", "part": "text", "done": "whole", "total": "whole"},
    "lock": {"path": "text", "inputs": [{"name": "text", "sha256": "text", "size": "whole"}]},
    "manifest": MANIFEST,
    "new-board": {
        "name": "text",
        "path": "text?",
        "compatible": "text",
        "model": "text",
        "live": "flag",
        "facts": [_BOARD_FACT],
        "todos": [{"key": "text", "what": "text", "how": "text", "rule": "text?", "node": "text?"}],
        "blocks": [_FAULT],
        "remarks": [_REMARK],
    },
    "new-handset": {"path": "text", "boards": ["text"], "files": ["text"]},
    "part": {"path": "text", "size": "whole", **PART},
    "plan": _PLAN,
    "plans": {"plans": [{"schema": "=mvpsdk.plan/1", **_PLAN}]},
    "rule": _RULE,
    "rules": {"rules": [_RULE]},
    "test-board": {
        "board": "text",
        "ok": "flag",
        "suites": [
            {
                "name": "text",
                "ok": "flag",
                "stopped": "text?",
                "checks": [_MADE],
            }
        ],
    },
    "verify": {
        "path": "text",
        "ok": "flag",
        "manifest": {"?": MANIFEST},
        "checks": [
            {"name": "text", "what": "text", "ok": "flag", "found": "text", "hint": "text?"}
        ],
    },
    "run": {
        "|": [
            {"event": "=line", **_LINE, "told": "whole", **_TIMES},
            {"event": "=expect-met", **_WANTED, "text": "text", **_TIMES},
            {
                "event": "=exit",
                "reason": "text",
                "ok": "flag",
                "awaited": [_WANTED],
                "rejected": {"?": _LINE},
                "last": [_LINE],
                **_TIMES,
            },
        ]
    },
}


def names() -> list[str]:
    """All schemas there are."""
    return sorted([*SHAPES, *_GENERATED])


def schema(name: str) -> dict[str, Any]:
    """One schema. Raises InputError if there is none of that name."""
    if name in _GENERATED:
        return {"$schema": DIALECT, **_GENERATED[name]()}
    if name not in SHAPES:
        raise InputError(f'no schema is called "{name}"', hint=f"there are: {', '.join(names())}")
    return {
        "$schema": DIALECT,
        "title": f"mvpsdk.{name}/1",
        **_versioned(SHAPES[name], f"mvpsdk.{name}/1"),
    }


def _versioned(shape: dict[str, Any], version: str) -> dict[str, Any]:
    """A report's schema, with the key that says which report it is."""
    if "|" in shape:
        return {"anyOf": [_versioned(choice, version) for choice in shape["|"]]}
    return _expand({"schema": f"={version}", **shape})


def _expand(shape: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A shape as a JSON Schema."""
    match shape:
        case str():
            return _word(shape)
        case [member]:
            return {"type": "array", "items": _expand(member)}
        case {"?": inner}:
            return {"anyOf": [_expand(inner), {"type": "null"}]}
        case {"|": choices}:
            return {"anyOf": [_expand(choice) for choice in choices]}
        case {"*": inner}:
            return {"type": "object", "additionalProperties": _expand(inner)}
    return {
        "type": "object",
        "properties": {key: _expand(inner) for key, inner in shape.items()},
        "required": list(shape),
        "additionalProperties": False,
    }


def _word(word: str) -> dict[str, Any]:
    if word.startswith("="):
        return {"const": word[1:]}
    kind = _TYPES[word.removesuffix("?")]
    return {"type": [kind, "null"] if word.endswith("?") else kind}


def _board() -> dict[str, Any]:
    from mvpsdk.board.schema import BoardFile

    return BoardFile.model_json_schema()


def _handset() -> dict[str, Any]:
    from mvpsdk.handset.schema import HandsetFile

    return HandsetFile.model_json_schema()


def _device() -> dict[str, Any]:
    from mvpsdk.device.schema import DeviceFile

    return DeviceFile.model_json_schema()


def _lint() -> dict[str, Any]:
    from mvpsdk import lint

    return lint.report_schema()


_GENERATED: dict[str, Callable[[], dict[str, Any]]] = {
    "board": _board,
    "device": _device,
    "handset": _handset,
    "lint": _lint,
}
