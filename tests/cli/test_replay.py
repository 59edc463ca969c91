# SPDX-License-Identifier: Apache-2.0
"""A check that was made before is answered from the cache, as long as nothing has changed."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk.store import settled
from mvpsdk_cli import app, replay
from phone_folder import BOARD, firmware, kernel, spoil, write_phone

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]

LINT = ("lint", ".")
PATIENCE = 150  # seconds, on a machine where other tests make and remove files all the time


@pytest.fixture
def made(handset: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """A phone's folder; the list tells which calls were not answered from the cache."""
    handset()
    write_phone()
    calls: list[tuple[str, ...]] = []
    run = app.run

    def counted(words: list[str]) -> int:
        calls.append(tuple(words))
        return run(words)

    monkeypatch.setattr(app, "run", counted)
    monkeypatch.setattr(settled, "SETTLED", 0)  # else each test would wait for two seconds
    return calls


def settle(cli: Cli, made: list[tuple[str, ...]], *words: str) -> Any:
    """Call until the answer comes from the cache; the first run fills it with other things."""
    first = cli(*words)
    for _ in range(3):
        made.clear()
        again = cli(*words)
        assert (again.code, again.out) == (first.code, first.out)
        if not made:
            return first
    raise AssertionError("it is never answered from the cache")


@pytest.mark.parametrize(
    "words", ["lint .", "lint . --format json", "plan .", "plan . --format json", "lint boards/lab"]
)
def test_the_answer_is_the_same(cli: Cli, made: list[tuple[str, ...]], words: str) -> None:
    """Text, JSON and exit code; nothing is run for it."""
    assert settle(cli, made, *words.split()).code == 0


def test_a_finding_is_answered_too(cli: Cli, made: list[tuple[str, ...]]) -> None:
    """Exit code 1 is a result as any other."""
    spoil("handset.toml", "32 MiB", "2 MiB")
    assert "MEM005" in settle(cli, made, *LINT).out
    assert settle(cli, made, *LINT).code == 1


def put_back(content: bytes) -> None:
    """Change the kernel, and make it look as old as it was."""
    before = Path("linux").stat()
    Path("linux").write_bytes(content)
    os.utime("linux", ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: dict[str, Callable[[], object]] = {
    "handset": lambda: spoil("handset.toml", "1.0.0", "1.0.1"),
    "board": lambda: spoil(BOARD, 'vendor = "QEMU"', 'vendor = "Acme"'),
    "kernel": lambda: Path("linux").write_bytes(kernel(0x1_0200)),
    "kernel, by a rename": lambda: (
        Path("new").write_bytes(kernel()),
        Path("new").replace("linux"),
    ),
    "kernel, with its time put back": lambda: put_back(kernel()[:-1] + b"x"),
    "ramdisk": lambda: Path("initrd").write_bytes(b"070701"),
    "firmware": lambda: Path("firmware.elf").write_bytes(firmware(size=0x2000)),
    "firmware is gone": lambda: Path("firmware.elf").unlink(),
    "a lock is new": lambda: Path("handset.lock").write_text("version = 1\n"),
    "a board's folder is new": lambda: Path("boards/other").mkdir(),
    "the day": lambda: None,
    "the environment": lambda: os.environ.update(MVPSDK_BOARD_PATH="boards"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_makes_the_check_again(
    cli: Cli, made: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Content, kind, time of change, what was not there before: nothing is overlooked."""
    monkeypatch.setenv("MVPSDK_BOARD_PATH", "")
    settle(cli, made, *LINT)
    CHANGES[change]()
    if change == "the day":
        day = time.strftime
        monkeypatch.setattr(time, "strftime", lambda *w: f"{day(*w)}+1")

    cli(*LINT)

    assert made == [LINT]


def test_a_new_source_of_ours_makes_the_check_again(
    cli: Cli, made: list[tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The modules that made the answer are inputs as well."""
    module = tmp_path / "helper_of_a_rule.py"
    module.write_text("VALUE = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    __import__("helper_of_a_rule")
    settle(cli, made, *LINT)

    module.write_text("VALUE = 2\n")

    cli(*LINT)
    assert made == [LINT]


@pytest.mark.parametrize(
    ("words", "pure"),
    [
        (["cc", "--version"], True),
        (["zig", "version"], True),
        (["cc", "-print-prog-name=ld"], True),
        (["cc", "-c", "x.c"], False),
        (["zig", "ld.lld"], False),
    ],
)
def test_a_program_may_be_asked_what_it_is(words: list[str], *, pure: bool) -> None:
    """A compiler that was only found is an input like any other; one that has compiled is not."""
    watch = replay._Watch("cache")
    watch._started(words[0], words)
    assert watch.impure is not pure


def test_a_damaged_answer_is_made_again(cli: Cli, made: list[tuple[str, ...]]) -> None:
    """Cut off, changed by a bit, or another program's."""
    settle(cli, made, *LINT)
    (reply,) = Path("cache/replies").iterdir()
    whole = reply.read_bytes()
    for damaged in (b"", whole[:-9], whole.replace(b"passed", b"missed"), b"\xff" * 99):
        reply.write_bytes(damaged)
        made.clear()
        assert "missed" not in cli(*LINT).out
        assert made == [LINT]


def test_what_just_changed_is_not_remembered(handset: Any, cli: Cli) -> None:
    """Within two seconds a file's time may not tell the next change."""
    handset()
    write_phone()
    assert settled.SETTLED == 2_000_000_000
    assert [cli(*LINT).code for _ in range(3)] == [0, 0, 0]
    assert not Path("cache/replies").exists()


def test_release_is_always_checked(cli: Cli, made: list[tuple[str, ...]]) -> None:
    """What ships is looked at, whatever was said before."""
    words = ("lint", ".", "--profile", "release")
    assert cli("lock", ".").code == 0
    for _ in range(4):
        cli(*words)
    assert made[1:] == [words] * 4


def test_errors_are_not_remembered(cli: Cli, made: list[tuple[str, ...]]) -> None:
    """A file that could not be read may be readable now."""
    Path("linux").unlink()
    assert [cli(*LINT).code for _ in range(3)] == [2, 2, 2]
    assert made == [LINT] * 3


def test_a_cache_that_cannot_be_written_only_costs_time(
    cli: Cli, made: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answer, made each time."""
    monkeypatch.setenv("MVPSDK_CACHE_DIR", "/proc/nowhere")
    assert [cli(*LINT).code for _ in range(3)] == [0, 0, 0]
    assert made == [LINT] * 3


def test_commands_that_do_something_are_never_replayed() -> None:
    """A reply is no bundle: only these say that they are pure."""
    folder = Path(replay.__file__).parent / "commands"
    pure = {path.stem for path in folder.glob("*.py") if replay.COMMAND in path.read_text()}
    assert pure == {"lint", "plan"}


def test_an_answer_from_the_cache_imports_no_parser(handset: Any, program: Any) -> None:
    """Neither typer nor pydantic nor the rooms: it takes about as long as the help page."""
    handset()
    write_phone()
    begin = time.monotonic()
    imported = {"typer"}
    while "typer" in imported and time.monotonic() - begin < PATIENCE:  # until its files settle
        process = program("lint", ".", PYTHONPROFILEIMPORTTIME="1")
        out, err = process.communicate(timeout=60)
        assert "phone on lab: " in out
        imported = {line.rpartition("|")[2].strip() for line in err.splitlines()}
    assert not imported & {"typer", "pydantic", "mvpsdk.lint", "mvpsdk.core", "requests", "tomllib"}


def test_no_cache_takes_no_answer_from_before(cli: Cli, made: list[tuple[str, ...]]) -> None:
    """Every image is read anew as well."""
    settle(cli, made, *LINT)
    before = {path.name: path.stat().st_mtime_ns for path in Path("cache/facts").iterdir()}

    assert cli(*LINT, "--no-cache").code == 0

    assert made == [(*LINT, "--no-cache")]
    assert {path.name: path.stat().st_mtime_ns for path in Path("cache/facts").iterdir()} == before


def test_files_that_threads_open_at_once_are_all_heard(tmp_path: Path) -> None:
    """Images are read side by side: none is left out of what an answer depends on."""
    files = [tmp_path / f"{number}" for number in range(400)]
    for path in files:
        path.touch()
    watched = replay._watched(replay._Watch(str(tmp_path / "cache")))
    with watched as watch, ThreadPoolExecutor(8) as pool:
        list(pool.map(Path.read_bytes, files))
    assert {str(path) for path in files} <= watch._seen.keys()
