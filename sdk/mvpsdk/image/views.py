# SPDX-License-Identifier: Apache-2.0
"""Two opinions on one ELF file: lief's and pyelftools', each from a process of its own.

A file on which two parsers disagree is damaged or hostile: what the linter judged would not be
what the loader reads. Parsers are known to crash on such files, hence the processes, and to take
long to import, hence the cache.
"""

from __future__ import annotations

import importlib.metadata
import json
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from mvpsdk.errors import MvpError
from mvpsdk.image import _view_worker as worker

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mvpsdk.image.model import ImageFacts
    from mvpsdk.store.cache import Cache

__all__ = ["View", "Views", "look"]

PARSERS = tuple(worker.PARSERS)
PATIENCE = 30.0  # seconds that a parser may take; the worker's own limit is on CPU time

Failure = Literal["refused", "crashed", "timed out", "missing"]


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What one parser says: the headers' fields by name, or why it says nothing."""

    fields: Mapping[str, int] = field(default_factory=dict)
    failure: Failure | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Views:
    """What each parser says of one file."""

    by_parser: Mapping[str, View]

    def failed(self, *failures: Failure) -> dict[str, View]:
        """Return the views that ended in one of these ways, by parser."""
        return {name: view for name, view in self.by_parser.items() if view.failure in failures}

    def differences(self) -> list[tuple[str, dict[str, int | None]]]:
        """Return each field on which parsers that did say something differ: name, values."""
        said = {name: view.fields for name, view in self.by_parser.items() if not view.failure}
        keys = dict.fromkeys(key for fields in said.values() for key in fields)
        values = ((key, {name: fields.get(key) for name, fields in said.items()}) for key in keys)
        return [(key, by_parser) for key, by_parser in values if len({*by_parser.values()}) > 1]


def look(facts: ImageFacts, *, cache: Cache | None = None) -> Views | None:
    """Return what both parsers say of an image; None if it is no ELF file.

    With a cache, a file that was looked at before costs no parsing.
    """
    if facts.format != "elf":
        return None
    key = _key(facts)
    kept = _recall(cache, key) if cache else None
    views = kept or Views(by_parser=_parse(facts.path))
    if cache and not kept and not views.failed("crashed", "timed out", "missing"):
        _keep(cache, key, views)
    return views


def _parse(path: Path) -> dict[str, View]:
    """Run all parsers side by side."""
    command = [sys.executable, "-P", worker.__file__]
    running = {
        name: subprocess.Popen(
            [*command, name, str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for name in PARSERS
    }
    return {name: _finish(process) for name, process in running.items()}


def _finish(process: subprocess.Popen[str]) -> View:
    """Wait for a worker, and read what became of it."""
    with process:
        try:
            output = process.communicate(timeout=PATIENCE)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            return View(failure="timed out", detail=f"no answer after {PATIENCE:g} s")
    if process.returncode == 0:
        return View(fields=json.loads(output))
    if process.returncode == worker.REFUSED:
        return View(failure="refused", detail=output)
    if process.returncode == worker.MISSING:
        return View(failure="missing", detail=output)
    return View(failure="crashed", detail=_cause(process.returncode))


def _cause(code: int) -> str:
    """Say what ended a process that did not end by itself."""
    if code >= 0:
        return f"exit code {code}"
    return f"signal {-code}, {signal.strsignal(-code) or 'unknown'}"


def _key(facts: ImageFacts) -> str:
    """Name a result by all that went into it."""
    versions = [f"{name}-{importlib.metadata.version(name)}" for name in PARSERS]
    source = worker.__loader__.get_source(worker.__name__) or ""  # type: ignore[union-attr]
    return sha256("\0".join([*versions, source, facts.sha256]).encode()).hexdigest()


def _recall(cache: Cache, key: str) -> Views | None:
    """Return kept views; None if there are none, or none that can be read."""
    files = cache.result(key) or {}
    try:
        kept = json.loads(files["views.json"])
        return Views(by_parser={name: View(**view) for name, view in kept.items()})
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _keep(cache: Cache, key: str, views: Views) -> None:
    """Keep views; a cache that can't be written only costs time."""
    plain = {
        name: {"fields": dict(view.fields), "failure": view.failure, "detail": view.detail}
        for name, view in views.by_parser.items()
    }
    try:
        cache.forget(key)
        cache.keep(key, {"views.json": json.dumps(plain).encode()})
    except MvpError:
        return
