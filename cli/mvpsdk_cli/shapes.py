# SPDX-License-Identifier: Apache-2.0
"""Shapes of what is told of bundles, for `schemas`: there it says how they are written."""

from __future__ import annotations

from typing import Any

__all__ = ["MACHINE", "MANIFEST", "REPORTS"]

CONTENT = {
    "name": "text",
    "kind": "text",
    "size": "whole",
    "sha256": "text",
    "load": "whole?",
}
SIGNER = {"part": "text", "algorithm": "text", "key": "text"}
MACHINE = {
    "machine": "text",
    "cpu": "text",
    "memory": "whole",
    "cpus": "whole",
    "clock": "whole?",
    "serial": "whole",
    "tree": "text",
    "qemu": "text",
}
MANIFEST = {
    "schema": "=mvpsdk.manifest/1",
    "handset": "text",
    "version": "text",
    "rollback-index": "whole",
    "board": "text",
    "compatible": "text",
    "profile": "text",
    "signed": "flag",
    "signers": [SIGNER],
    "tree": "text",
    "personas": ["text"],
    "fingerprint": "text",
    "sources": "text",
    "toolchain": "text",
    "features": ["text"],
    "sdk": "text",
    "virtual": {"?": MACHINE},
    "parts": [CONTENT],
    "images": [CONTENT],
}
ENTRY = {
    "name": "text",
    "kind": "text",
    "size": "whole",
    "load": "whole?",
    "sha256": "text?",
    "expected": "text?",
}
VERDICT = {
    "reason": "whole",
    "text": "text",
    "table": "text",
    "index": "whole?",
    "value": "whole",
    "bound": "whole",
}
INSIDE = {
    "format": "text",
    "architecture": "text?",
    "sha256": "text",
    "memory": "whole",
    "release": "text?",
}
FACTS = {
    "format": "text",
    "architecture": "text?",
    "sha256": "text",
    "memory": "whole",
    "container": "text?",
    "command_line": "text?",
    "inside": {"?": INSIDE},
    "faults": ["text"],
}
PART = {
    "persona": "text",
    "rollback_index": "whole",
    "abi": "text",
    "memory": "whole",
    "cpus": "whole",
    "gic": "whole",
    "key": "text",
    "images": [{"name": "text", "size": "whole", "sha256": "text"}],
}
DISK = {
    "guid": "text",
    "size": "whole",
    "sparse": "flag",
    "active": "text?",
    "floor": "whole?",
    "slots": [
        {
            "name": "text",
            "size": "whole",
            "empty": "flag",
            "version": "text?",
            "priority": "whole?",
            "tries": "whole?",
            "successful": "flag?",
            "rollback_index": "whole?",
            "fault": "text?",
        }
    ],
    "partitions": [
        {"name": "text", "type": "text", "guid": "text", "offset": "whole", "size": "whole"}
    ],
}
VBMETA = {
    "algorithm": "text",
    "key": "text?",
    "rollback_index": "whole",
    "flags": "whole",
    "hashes": [{"partition": "text", "size": "whole", "salt": "text", "sha256": "text"}],
    "properties": {"*": "text"},
}
OPENED_PARTITION = {
    "name": "text",
    "kind": "text",
    "priority": "whole",
    "entry": "whole",
    "default": "flag",
}

KEY = {
    "origin": "text",
    "part": "text",
    "algorithm": "text",
    "bits": "whole",
    "id": "text",
    "hint": "text",
    "certificate": {
        "?": {"subject": "text", "not-before": "text", "not-after": "text", "signs": "flag"}
    },
    "faults": ["text"],
    "remarks": ["text"],
}
TO_SIGN = {
    "part": "text",
    "algorithm": "text",
    "key": "text",
    "message": "text",
    "sha256": "text",
    "public": "text",
    "signature": "text",
}

REPORTS: dict[str, Any] = {
    "bundle": {
        "path": "text",
        "container": "text",
        "size": "whole",
        "also": ["text"],
        "manifest": MANIFEST,
    },
    "inspect": {
        "path": "text",
        "kind": "text",
        "size": "whole",
        "manifest": {"?": MANIFEST},
        "parts": [ENTRY],
        "images": [ENTRY],
        "partitions": [OPENED_PARTITION],
        "verdict": {"?": VERDICT},
        "image": {"?": FACTS},
        "part": {"?": PART},
        "disk": {"?": DISK},
        "vbmeta": {"?": VBMETA},
        "problems": ["text"],
    },
    "keys": {"keys": [KEY]},
    "new-keys": {"files": ["text"], "keys": [KEY]},
    "sign": {"path": "text", "size": "whole", "signers": [SIGNER]},
    "signing": {"signatures": [TO_SIGN]},
}
"""By the name of the report."""
