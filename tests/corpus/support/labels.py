# SPDX-License-Identifier: Apache-2.0
"""What people read from vendors' trees by eye, and wrote down with how they read it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[1] / "labels"


def names() -> list[str]:
    """Return the names of all labels."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def label(name: str) -> dict[str, Any]:
    """Return what was written down of a tree."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text())
