# SPDX-License-Identifier: Apache-2.0
"""Two parsers' opinions on a file that nobody trusts."""

from __future__ import annotations

import json
import resource
import struct
import subprocess
import sys
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from mvpsdk.image import ImageFacts, _view_worker, views
from mvpsdk.image.views import PARSERS, View, Views, look
from mvpsdk.store import Cache

if TYPE_CHECKING:
    from pathlib import Path


def elf(path: Path, *, segments: int = 1, cut: int = 0, machine: int = 183) -> ImageFacts:
    """Facts of a small ELF file that is written there."""
    ident = b"\x7fELF" + bytes([2, 1, 1]) + bytes(9)
    header = struct.pack(
        "<HHIQQQIHHHHHH", 3, machine, 1, 0x80, 64, 0, 0, 64, 56, segments, 64, 0, 0
    )
    program = struct.pack("<IIQQQQQQ", 1, 5, 0, 0x10, 0x20, 0x100, 0x200, 0x1000)
    data = (ident + header + program * segments).ljust(0x100, b"\0")
    data = data[: len(data) - cut]
    path.write_bytes(data)
    return facts(path, data)


def facts(path: Path, data: bytes, kind: str = "elf") -> ImageFacts:
    """Facts of a file, as far as the parsers' room needs them."""
    digest = sha256(data).hexdigest()
    return ImageFacts(
        path=path, role="realtime", size=len(data), sha256=digest, format=kind, architecture=""
    )


def test_both_parsers_agree_on_a_good_file(tmp_path: Path) -> None:
    """Every field of every header, and by the same names."""
    seen = look(elf(tmp_path / "f.elf"))
    assert seen is not None
    assert seen.differences() == []
    for parser in PARSERS:
        fields = seen.by_parser[parser].fields
        assert fields["machine"] == 183
        assert fields["byte order"] == 1
        assert fields["class"] == 2
        assert fields["entry"] == 0x80
        assert fields["segment 0 physical address"] == 0x20
        assert fields["segment 0 memory size"] == 0x200


def test_what_is_no_elf_file_is_not_looked_at(tmp_path: Path) -> None:
    """Parsers of ELF files have nothing to say of others."""
    assert look(facts(tmp_path / "absent", b"", kind="cpio")) is None


def test_both_refuse_what_is_none(tmp_path: Path) -> None:
    """A refusal is a view with a reason, not an exception."""
    file = tmp_path / "f.elf"
    file.write_bytes(b"junk")
    seen = look(facts(file, file.read_bytes()))
    assert seen is not None
    assert set(seen.failed("refused")) == set(PARSERS)
    assert all(view.detail for view in seen.by_parser.values())


def test_what_was_seen_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look at a file starts no process."""
    cache = Cache(tmp_path / "cache")
    good = elf(tmp_path / "f.elf")
    first = look(good, cache=cache)
    monkeypatch.setattr(views, "_parse", _fail)
    assert look(good, cache=cache) == first


def _fail(_path: Path) -> dict[str, View]:
    pytest.fail("the parsers were asked again")


@pytest.mark.parametrize("kept", [b"junk", b"[]", b'{"lief": {"surprise": 1}}'])
def test_a_damaged_entry_of_the_cache_is_looked_at_again(tmp_path: Path, kept: bytes) -> None:
    """The cache is a help, never a judge."""
    cache = Cache(tmp_path / "cache")
    good = elf(tmp_path / "f.elf")
    cache.keep(views._key(good), {"views.json": kept})
    seen = look(good, cache=cache)
    assert seen is not None
    assert seen.differences() == []
    assert views._recall(cache, views._key(good)) == seen


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    """Lint works on a read-only home."""
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    assert look(elf(tmp_path / "f.elf"), cache=Cache(blocked)) is not None


def test_a_crash_is_told_by_its_signal_and_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the process dies; and next time it is tried again."""
    monkeypatch.setattr(_view_worker, "__file__", _script(tmp_path, "os.kill(os.getpid(), 11)"))
    cache = Cache(tmp_path / "cache")
    seen = look(elf(tmp_path / "f.elf"), cache=cache)
    assert seen is not None
    assert {view.detail for view in seen.failed("crashed").values()} == {
        "signal 11, Segmentation fault"
    }
    assert views._recall(cache, views._key(elf(tmp_path / "f.elf"))) is None


def test_a_parser_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience has an end, and nothing is left running."""
    monkeypatch.setattr(_view_worker, "__file__", _script(tmp_path, "time.sleep(60)"))
    monkeypatch.setattr(views, "PATIENCE", 0.2)
    seen = look(elf(tmp_path / "f.elf"))
    assert seen is not None
    assert set(seen.failed("timed out")) == set(PARSERS)


@pytest.mark.parametrize(("code", "failure"), [(4, "missing"), (9, "crashed")])
def test_other_ends_have_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, failure: str
) -> None:
    """A parser that isn't installed is a tool that failed, not a file that is bad."""
    script = _script(tmp_path, f"print('why', end=''); sys.exit({code})")
    monkeypatch.setattr(_view_worker, "__file__", script)
    seen = look(elf(tmp_path / "f.elf"))
    assert seen is not None
    view = seen.by_parser["lief"]
    assert (view.failure, view.detail) == (failure, "why" if code == 4 else "exit code 9")


def _script(folder: Path, line: str) -> str:
    path = folder / "worker.py"
    path.write_text(f"import os, sys, time\n{line}\n")
    return str(path)


def test_differences_are_by_field() -> None:
    """A field that only one of them has is a difference, too; a refusal is none."""
    seen = Views(
        by_parser={
            "a": View(fields={"entry": 1, "same": 2}),
            "b": View(fields={"entry": 3, "same": 2, "extra": 4}),
            "c": View(failure="refused"),
        }
    )
    assert seen.differences() == [("entry", {"a": 1, "b": 3}), ("extra", {"a": None, "b": 4})]


def test_the_worker_reads_and_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same functions that run in the worker's process, with its limits left out."""
    good, bad = tmp_path / "good.elf", tmp_path / "bad.elf"
    elf(good)
    bad.write_bytes(b"junk")
    for parser in PARSERS:
        view = _view_worker.PARSERS[parser](str(good))
        assert view["segment count"] == 1
        with pytest.raises(Exception, match=r".+"):
            _view_worker.PARSERS[parser](str(bad))
    assert capsys.readouterr().out == ""


def test_an_unknown_machine_stays_a_number(tmp_path: Path) -> None:
    """Pyelftools has names for machines that it knows; for others there is the number."""
    file = tmp_path / "f.elf"
    elf(file, machine=0xFEED)
    assert _view_worker.pyelftools_view(str(file))["machine"] == 0xFEED


def test_the_worker_says_how_it_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One JSON object, or the reason, and an exit code for each."""
    monkeypatch.setattr(_view_worker, "limit", lambda _size: None)
    file = tmp_path / "f.elf"
    elf(file)
    assert _view_worker.main(["pyelftools", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["entry"] == 0x80
    file.write_bytes(b"junk")
    assert _view_worker.main(["pyelftools", str(file)]) == _view_worker.REFUSED
    assert "ELFError" in capsys.readouterr().out
    monkeypatch.setitem(_view_worker.PARSERS, "lief", _not_installed)
    assert _view_worker.main(["lief", str(file)]) == _view_worker.MISSING
    assert capsys.readouterr().out == "no such module"


def _not_installed(_path: str) -> dict[str, int]:
    raise ImportError("no such module")


def test_the_worker_bounds_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory by the file's size, processor time, no core dump; never above the hard limit."""
    limits: dict[int, tuple[int, int]] = {}
    hard = {resource.RLIMIT_AS: resource.RLIM_INFINITY, resource.RLIMIT_CPU: 5}
    monkeypatch.setattr(resource, "getrlimit", lambda which: (0, hard.get(which, 0)))
    monkeypatch.setattr(resource, "setrlimit", limits.__setitem__)
    _view_worker.limit(1000)
    assert limits[resource.RLIMIT_AS][0] == _view_worker.BASE_MEMORY + 8000
    assert limits[resource.RLIMIT_CPU] == (5, 5)
    assert limits[resource.RLIMIT_CORE] == (0, 0)


def test_a_file_that_wants_all_memory_is_stopped_by_the_limit() -> None:
    """The limit holds in a process of its own."""
    code = (
        "from mvpsdk.image import _view_worker as w; w.BASE_MEMORY = 1 << 28; w.limit(0);"
        "bytearray(1 << 30)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr
