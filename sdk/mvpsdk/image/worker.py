# SPDX-License-Identifier: Apache-2.0
"""Asks the worker for the facts of images, and gives each file what it said of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import ToolFailedError
from mvpsdk.image import codec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mvpsdk.image.model import Stop

__all__ = ["Answer", "ask"]

SCRIPT = Path(__file__).with_name("_worker.py")
PATIENCE = 900.0
"""Seconds after which the worker itself must have failed: it bounds each file by itself."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What was found in one file: fields of ImageFacts, and which readers did not get through."""

    fields: dict[str, Any] = field(default_factory=dict)
    stopped: tuple[Stop, ...] = ()


def ask(
    files: Sequence[tuple[Path, str]], *, jobs: int = 0, done: Callable[[int], None] | None = None
) -> list[Answer]:
    """Return what the readers find in each file, given with what it is for.

    jobs: files that are read at a time; 0: as many as there are processors.
    done: is told the index of each file that has been read.

    Raises ToolFailedError if the worker itself fails, which no file can bring about.
    """
    wanted = {"jobs": jobs or os.cpu_count() or 1, "files": [(str(f), part) for f, part in files]}
    answers: dict[int, Answer] = {}
    for line in _talk([sys.executable, "-P", str(SCRIPT)], json.dumps(wanted).encode()):
        number, _, text = line.partition(b" ")
        fields, stopped = codec.loads(text)
        answers[int(number)] = Answer(fields=fields, stopped=stopped)
        if done:
            done(int(number))
    if len(answers) < len(files):
        raise ToolFailedError(
            f"the reader of images ended early: {len(answers)} of {len(files)} files were read",
            hint="is there memory and time enough? If so, this is a fault of mvpsdk: report it",
        )
    return [answers[number] for number in range(len(files))]


def _talk(command: Sequence[str], wanted: bytes) -> Iterator[bytes]:
    """Run a program and yield the lines that it says; it does not outlive this call."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin  # noqa: S101 - there are pipes
        assert process.stdout  # noqa: S101
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(wanted)
                process.stdin.close()
            yield from process.stdout
        finally:
            watchdog.cancel()
            process.terminate()
