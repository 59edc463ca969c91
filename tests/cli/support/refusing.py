# SPDX-License-Identifier: Apache-2.0
"""Calls that must be refused, and all that a refusal must be.

Each call is made twice, for people and for programs: the exit code is the same, each fault has a
next step, nothing shows a traceback, and no file is there, gone or changed that was not before.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk_cli.main import main

if TYPE_CHECKING:
    import pytest

__all__ = ["Refusal", "everything", "refusal", "told"]

GIB = 1 << 30
LINE_BY_LINE = {"run"}  # commands that speak JSON as one event a line


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What a refused call said."""

    code: int
    text: str  # stderr, for people
    out: str  # stdout, for people
    document: dict[str, Any] = field(repr=False)  # stdout, with --format json

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The faults of the document."""
        found: list[dict[str, Any]] = self.document["errors"]
        return found

    @property
    def places(self) -> list[str]:
        """Where each fault stands, as `file:line:col` relative to here."""
        here = f"{Path.cwd()}/"
        return [str(error["place"] or "").removeprefix(here) for error in self.errors]

    def says(self, *texts: str) -> bool:
        """Whether all of these stand in what people read; shows it if not."""
        missing = [text for text in texts if text not in self.text]
        assert missing == [], self.text
        return True


def refusal(capfd: pytest.CaptureFixture[str], *words: object, code: int = 2) -> Refusal:
    """Make a call that must be refused with this exit code, and hold it to all of the above."""
    before = everything(Path())
    spoken, out, err = _call(capfd, *words)
    form = "jsonl" if words[0] in LINE_BY_LINE else "json"
    parsed, document, noise = _call(capfd, *words, "--format", form)
    assert (spoken, parsed) == (code, code), err
    assert everything(Path()) == before
    return told(Refusal(code=code, text=err, out=out, document=json.loads(document)), noise)


def told(refused: Refusal, noise: str = "") -> Refusal:
    """Hold what was said to its form: what, and what next, for each fault; no traceback."""
    assert "Traceback" not in refused.text + noise
    assert "internal error" not in refused.text
    assert refused.out == ""
    assert refused.document["schema"] == "mvpsdk.error/1"
    assert refused.document["exit-code"] == refused.code
    assert refused.errors
    assert [error for error in refused.errors if not error["message"] or not error["hint"]] == []
    assert refused.text.count("error: ") == len(refused.errors), refused.text
    assert refused.text.count("  next: ") == len(refused.errors), refused.text
    return refused


def everything(folder: Path) -> dict[str, tuple[int, ...]]:
    """Every file below a folder but the cache's, by what would show a change of it.

    Of the cache: what was begun there and left behind.
    """
    found: dict[str, tuple[int, ...]] = {}
    for path in sorted(folder.rglob("*")):
        if path.parts[0] != "cache" or path.name.startswith(".mvpsdk-"):
            state = path.lstat()
            changed = 0 if path.is_dir() else state.st_mtime_ns
            found[str(path)] = (state.st_mode, state.st_size, changed, state.st_ino)
    return found


def _call(capfd: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main([str(word) for word in words])
    out, err = capfd.readouterr()
    return code, out, err
