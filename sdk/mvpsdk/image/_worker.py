# SPDX-License-Identifier: Apache-2.0
"""Reads images that nobody trusts, each in a process of its own with bounded time and memory.

Run as a script by `worker`: takes one JSON object on stdin, {"jobs": 2, "files": [[path, part],
...]}, and writes a line for each file as it is done: [index, answer]. This process imports the
readers once and forks a child for each file; it is small, has no threads, and looks at no byte of a
file but the first ones. A child tells each reader's name before it starts and its facts after: if
it dies, the reader that did it is known, and another child goes on with those after it.
"""

from __future__ import annotations

import json
import os
import resource
import selectors
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk.image import codec, pe
from mvpsdk.image.model import Stop
from mvpsdk.image.raw import mapped
from mvpsdk.image.readers import READERS
from mvpsdk.image.wrappers import HEAD_SIZE, recognise
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST_CPU, CPU_BYTES = 8, 4 * MIB
"""Seconds of processor time for any file, and bytes that give it another second."""
LEAST_MEMORY, MEMORY_FACTOR = 768 * MIB, 3
"""Bytes that a child may allocate for any file, and for each byte of the file."""
PATIENCE = 6
"""How many seconds may pass for one of processor time, on a machine with other work to do."""
LARGEST_ANSWER = 32 * MIB
"""Bytes of JSON about one file."""


@dataclass
class Task:
    """One file, and how far its reading has come."""

    index: int
    path: Path
    part: str
    left: list[str] = field(default_factory=lambda: list(READERS))
    found: dict[str, Any] = field(default_factory=dict)
    stopped: list[Stop] = field(default_factory=list)
    pid: int = 0
    pipe: int = -1
    said: bytearray = field(default_factory=bytearray)
    size: int = 0  # of all that was said
    cpu: int = 0  # seconds left
    deadline: float = 0.0
    late: bool = False


def serve(files: Sequence[tuple[str, str]], jobs: int) -> Iterator[Task]:
    """Read files, so many at a time; yield each as it is done."""
    tasks = [Task(number, Path(path), part) for number, (path, part) in enumerate(files)]
    waiting = sorted(tasks, key=_wants_lief)  # the others are under way while it is imported
    running: dict[int, Task] = {}
    with selectors.DefaultSelector() as pipes:
        try:
            while waiting or running:
                while waiting and len(running) < jobs:
                    _start(waiting.pop(0), running, pipes)
                yield from _step(running, pipes)
        finally:
            for pid in running:
                os.kill(pid, signal.SIGKILL)


def _wants_lief(task: Task) -> bool:
    """Tell by a file's first bytes whether lief is one of its readers."""
    try:
        with task.path.open("rb") as file:
            head = file.read(HEAD_SIZE)
            kind = recognise(head)
            return kind == "elf" or pe.matters(kind, task.part, head)
    except OSError:
        return False


def _start(task: Task, running: dict[int, Task], pipes: selectors.BaseSelector) -> None:
    """Fork a child that reads on."""
    if _wants_lief(task):
        with suppress(ImportError):  # the child says so
            import lief  # noqa: F401 - once for all children
    if not task.deadline:
        task.cpu = LEAST_CPU + task.path.stat().st_size // CPU_BYTES
        task.deadline = time.monotonic() + PATIENCE * task.cpu
    task.pipe, end = os.pipe()
    task.pid = os.fork()
    if not task.pid:
        _child(task, end)
    os.close(end)
    running[task.pid] = task
    pipes.register(task.pipe, selectors.EVENT_READ, task)


def _step(running: dict[int, Task], pipes: selectors.BaseSelector) -> Iterator[Task]:
    """Wait for a child to say something, or for patience to end; yield a task that is done."""
    rest = min(task.deadline for task in running.values()) - time.monotonic()
    for key, _ in pipes.select(max(0.0, rest)):
        task: Task = key.data
        piece = os.read(task.pipe, MIB)
        task.said += piece
        task.size += len(piece)
        _take(task)
        if not piece or task.size > LARGEST_ANSWER:
            pipes.unregister(task.pipe)
            del running[task.pid]
            if _ended(task):
                yield task
            else:
                _start(task, running, pipes)
    for task in running.values():
        if time.monotonic() > task.deadline and not task.late:
            task.late = True
            os.kill(task.pid, signal.SIGKILL)


def _take(task: Task) -> None:
    """Take in the whole lines of what a child has said: a reader's name, then what it found."""
    *lines, rest = task.said.split(b"\n")
    for line in lines:
        kind, _, text = bytes(line).partition(b" ")
        if kind == b"facts":
            task.found |= codec.loads(text)
            task.left.pop(0)
        elif kind == b"stop":
            task.stopped.append(codec.loads(text))
            task.left.pop(0)
    task.said = bytearray(rest)


def _ended(task: Task) -> bool:
    """Note how a child ended; return whether nothing is left to be read."""
    if task.size > LARGEST_ANSWER:
        os.kill(task.pid, signal.SIGKILL)
    os.close(task.pipe)
    _, status, used = os.wait4(task.pid, 0)
    task.cpu -= round(used.ru_utime + used.ru_stime)
    task.said.clear()
    if not task.left:
        return True
    code = os.waitstatus_to_exitcode(status)
    late = task.late or -code == signal.SIGXCPU
    name = task.left.pop(0)
    task.stopped.append(
        Stop(reader=name, failure="timed out" if late else "crashed", detail=_cause(task, code))
    )
    if late or task.cpu <= 0 or task.size > LARGEST_ANSWER:
        why = "no time was left" if late else "not looked at any more"
        task.stopped += [Stop(reader=each, failure="timed out", detail=why) for each in task.left]
        task.left.clear()
    return not task.left


def _cause(task: Task, code: int) -> str:
    """Say what ended a process that did not end by itself."""
    if task.size > LARGEST_ANSWER:
        return f"it found more than {LARGEST_ANSWER >> 20} MiB of facts"
    if task.late or -code == signal.SIGXCPU:
        return "no answer within its time"
    if code >= 0:
        return f"exit code {code}"
    return f"signal {-code}, {signal.strsignal(-code) or 'unknown'}"


def _child(task: Task, end: int) -> None:
    """Read what is left of a file, in a process that may die of it; never returns."""
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.dup2(1, 2)
        limit(task.path.stat().st_size, max(1, task.cpu))
        with os.fdopen(end, "wb", buffering=0) as out:
            for line in read(task.path, task.part, task.left, task.found):
                out.write(line)
        code = 0
    finally:
        os._exit(code)


def read(path: Path, part: str, names: Sequence[str], found: dict[str, Any]) -> Iterator[bytes]:
    """Ask readers by name; yield a line for each, and what they found is added to `found`."""
    with mapped(path, part) as raw:
        raw.found.update(found)
        for name in names:
            try:
                facts = READERS[name](raw)
                line = codec.dumps(facts)
            except Exception as error:  # noqa: BLE001 - a hostile file makes a reader raise anything
                yield b"stop " + codec.dumps(_stop(name, error)) + b"\n"
            else:
                raw.found.update(facts)
                yield b"facts " + line + b"\n"


def _stop(name: str, error: Exception) -> Stop:
    if isinstance(error, ImportError):
        return Stop(reader=name, failure="missing", detail=str(error))
    if isinstance(error, MemoryError):
        return Stop(reader=name, failure="out of memory", detail="it wants more than it may have")
    return Stop(reader=name, failure="failed", detail=f"{type(error).__name__}: {error}"[:200])


def limit(file_size: int, cpu: int) -> None:
    """Bound this process's memory and time; a core dump of a hostile file is of no use."""
    _lower(resource.RLIMIT_DATA, LEAST_MEMORY + MEMORY_FACTOR * file_size)
    _lower(resource.RLIMIT_CPU, cpu)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, wanted: int) -> None:
    """Set a soft limit, below the hard one that this process was given."""
    hard = resource.getrlimit(which)[1]
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(which, (soft, hard))


def main() -> int:
    """Read what stdin names; returns the exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    asked = json.load(sys.stdin)
    for task in serve(asked["files"], asked["jobs"]):
        answer = codec.dumps((task.found, tuple(task.stopped)))
        sys.stdout.buffer.write(b"%d %s\n" % (task.index, answer))
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
