# SPDX-License-Identifier: Apache-2.0
"""Images are read in processes of their own, and whatever these do, there is an answer."""

from __future__ import annotations

import io
import json
import os
import resource
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk.errors import ImageError, ToolFailedError
from mvpsdk.image import Stop, _worker, codec, open_all, worker
from mvpsdk.image.worker import Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Reader = Callable[[Any], dict[str, Any]]


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A function that puts other readers in the place of ours, in their order."""

    def use(**chosen: Reader) -> None:
        monkeypatch.setattr(_worker, "READERS", chosen)

    return use


def answer(path: Path, jobs: int = 1) -> Answer:
    """What is said of one file; children are forked from this very process."""
    (task,) = _worker.serve([(str(path), "kernel")], jobs)
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)  # nothing is left running
    return Answer(fields=task.found, stopped=tuple(task.stopped))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Some file."""
    path = tmp_path / "file"
    path.write_bytes(b"content")
    return path


def die(number: int) -> Reader:
    """A reader that its process does not survive."""

    def dying(_raw: object) -> dict[str, Any]:
        os.kill(os.getpid(), number)
        return {}

    return dying


def hang(_raw: object) -> dict[str, Any]:
    """A reader that never comes back, and takes no processor time either."""
    time.sleep(100)
    return {}


def burn(_raw: object) -> dict[str, Any]:
    """A reader that never comes back."""
    while True:
        pass


def hog(_raw: object) -> dict[str, Any]:
    """A reader that wants all memory."""
    return {"size": len(bytearray(3 << 30))}


def test_readers_are_asked_in_their_order(file: Path, readers: Any) -> None:
    """Each sees what those before it have found."""
    readers(
        first=lambda raw: {"size": raw.size, "part": raw.part},
        second=lambda raw: {"seen": tuple(raw.found.items()), "size": 0},
    )
    found = answer(file)
    assert found.fields == {"size": 0, "part": "kernel", "seen": (("size", 7), ("part", "kernel"))}
    assert found.stopped == ()


@pytest.mark.parametrize(
    ("reader", "failure", "detail"),
    [
        (die(signal.SIGKILL), "crashed", "signal 9, Killed"),
        (lambda _raw: os._exit(7), "crashed", "exit code 7"),
        (lambda raw: {"it": 1 // raw.found["b"]}, "failed", "KeyError: 'b'"),
        (lambda _raw: {"it": {1}}, "failed", "CodecError: set is no fact"),
        (lambda _raw: __import__("no_such_module"), "missing", "No module named 'no_such_module'"),
        (hog, "out of memory", "it wants more than it may have"),
    ],
)
def test_a_reader_that_fails_is_named_and_the_others_go_on(
    file: Path, readers: Any, reader: Reader, failure: Any, detail: str
) -> None:
    """Only its own facts are missing."""
    readers(before=lambda _raw: {"a": 1}, bad=reader, after=lambda raw: {"b": raw.found["a"] + 1})
    found = answer(file)
    assert found.fields == {"a": 1, "b": 2}
    assert found.stopped == (Stop(reader="bad", failure=failure, detail=detail),)


@pytest.mark.parametrize("reader", [hang, burn])
def test_time_has_an_end(
    file: Path, readers: Any, monkeypatch: pytest.MonkeyPatch, reader: Reader
) -> None:
    """Of the processor and of the clock; those after it have none left, which is told."""
    monkeypatch.setattr(_worker, "LEAST_CPU", 1)
    monkeypatch.setattr(_worker, "PATIENCE", 1 if reader is hang else 60)
    readers(before=lambda _raw: {"a": 1}, bad=reader, after=lambda _raw: {"b": 2})
    found = answer(file)
    assert found.fields == {"a": 1}
    assert [(stop.reader, stop.failure) for stop in found.stopped] == [
        ("bad", "timed out"),
        ("after", "timed out"),
    ]
    assert found.stopped[0].detail == "no answer within its time"


def test_facts_have_an_end(file: Path, readers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that finds without end is stopped."""
    monkeypatch.setattr(_worker, "LARGEST_ANSWER", 2 << 20)
    readers(flood=lambda _raw: {"text": "x" * (8 << 20)})
    found = answer(file)
    assert found.fields == {}
    assert found.stopped[0].detail == "it found more than 2 MiB of facts"


def test_several_files_are_read_at_a_time(tmp_path: Path, readers: Any) -> None:
    """Each answer is for its own file, whichever is done first."""
    names = [f"{number}" for number in range(5)]
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 9)
    readers(first=lambda raw: {"text": raw.data[:].decode(), "bad": 1 // (int(raw.path.name) - 2)})
    done = list(_worker.serve([(str(tmp_path / name), "kernel") for name in names], 2))
    assert sorted(task.index for task in done) == list(range(5))
    for task in done:
        assert task.found.get("text") == (None if task.index == 2 else str(task.index) * 9)
        assert len(task.stopped) == (task.index == 2)


def test_the_worker_speaks_lines(
    file: Path, readers: Any, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any
) -> None:
    """What a reader prints is not among them."""

    def loud(_raw: object) -> dict[str, Any]:
        os.write(1, b"noise\n")
        os.write(2, b"noise\n")
        return {"a": 1}

    readers(loud=loud)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    wanted = json.dumps({"jobs": 2, "files": [[str(file), "kernel"]]})
    monkeypatch.setattr(sys, "stdin", io.StringIO(wanted))
    assert _worker.main() == 0
    said = capfdbinary.readouterr()
    assert said.out == b"0 " + codec.dumps(({"a": 1}, ())) + b"\n"
    assert said.err == b""


def test_the_worker_bounds_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory by the file's size, processor time, no core dump; never above the hard limit."""
    limits: dict[int, tuple[int, int]] = {}
    hard = {resource.RLIMIT_DATA: resource.RLIM_INFINITY, resource.RLIMIT_CPU: 5}
    monkeypatch.setattr(resource, "getrlimit", lambda which: (0, hard.get(which, 0)))
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    _worker.limit(1000, 8)
    assert limits[resource.RLIMIT_DATA][0] == _worker.LEAST_MEMORY + 3000
    assert limits[resource.RLIMIT_CPU] == (5, 5)
    assert limits[resource.RLIMIT_CORE] == (0, 0)


def test_a_worker_that_fails_is_no_fault_of_a_file(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing passes as looked at that was not."""
    script = tmp_path / "script.py"
    script.write_text("import sys; sys.stdin.read(); print('0 [{},[]]')")
    monkeypatch.setattr(worker, "SCRIPT", script)
    assert worker.ask([(file, "kernel")]) == [Answer()]
    with pytest.raises(ToolFailedError, match="ended early: 1 of 2 files were read"):
        worker.ask([(file, "kernel"), (file, "rom")])
    script.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(worker, "PATIENCE", 0.3)
    with pytest.raises(ToolFailedError, match="0 of 1"):
        worker.ask([(file, "kernel")])


def test_a_file_that_changes_while_it_is_read_is_told(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The digest would not be that of what was read."""

    def change(files: Any, **_: object) -> list[Answer]:
        file.write_bytes(b"other content")
        return [Answer() for _ in files]

    monkeypatch.setattr(worker, "ask", change)
    with pytest.raises(ImageError, match="k: it has changed while it was read"):
        open_all({"k": file})


def test_the_whole_way_through_a_process(tmp_path: Path) -> None:
    """All readers, over the pipe: of a file that ends in its header, one parser says something."""
    path = tmp_path / "cut.elf"
    path.write_bytes(b"\x7fELF\x02\x01\x01" + bytes(30))
    facts = open_all({"realtime": path})["realtime"]
    assert facts.views is not None
    assert set(facts.views.by_parser) == {"lief", "pyelftools"}
    assert set(facts.views.failed("refused")) == {"pyelftools"}
    assert facts.stopped == ()
    assert "headers can't be read" in facts.faults[0]


def test_the_limit_on_memory_holds() -> None:
    """In a process of its own."""
    code = "from mvpsdk.image import _worker as w; w.LEAST_MEMORY = 1 << 28; w.limit(0, 9); "
    done = subprocess.run(
        [sys.executable, "-c", code + "bytearray(1 << 30)"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "MemoryError" in done.stderr
