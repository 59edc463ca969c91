# SPDX-License-Identifier: Apache-2.0
"""lock and fetch, and what a bundle makes of them."""

from __future__ import annotations

import hashlib
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk_cli import downloads, render
from workbench import arm64_image, document, matches, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def test_locked_inputs_are_held_to_the_lock(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """As locked: a bundle. Changed: both digests and the way out."""
    handset()
    code, out, err = run(capsys, "lock", ".")
    assert code == 0
    assert out.startswith("work/kernel   ")
    assert "pinned 2 inputs in handset.lock" in err
    words = ["bundle", ".", "-o", "x.itb", "--unsigned", "--locked"]
    assert run(capsys, *words)[0] == 0

    Path("linux").write_bytes(arm64_image(70_001))

    code, _, err = run(capsys, *words)
    assert code == 2
    assert "work/kernel has SHA-256" in err
    assert "mvpsdk lock" in err
    assert run(capsys, *words[:-1])[0] == 0


def test_locked_without_a_lock_says_how_to_make_one(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """The next step is in the error."""
    handset()

    code, _, err = run(capsys, "plan", ".", "--locked")

    assert code == 2
    assert "mvpsdk lock" in err


def test_a_lock_as_json_matches_its_schema(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Name, digest and size of each input."""
    handset()

    found = document(capsys, "lock", ".")

    assert matches(found)
    assert found["inputs"][0]["size"] == 70_000


def test_a_digest_in_the_handset_file_is_held_to(
    handset: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file that is something else is refused with both digests."""
    handset(kernel=f'{{ path = "linux", sha256 = "{"ab" * 32}" }}')

    code, _, err = run(capsys, "plan", ".")

    assert code == 2
    assert f"it should be {'ab' * 32}" in err


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """Where this machine serves the test's folder."""

    class Handler(SimpleHTTPRequestHandler):
        """Serves the folder without a word."""

        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_fetch_fills_the_cache_and_offline_uses_it(
    handset: Any, url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Pinned by the lock, fetched once, and then no server is needed."""
    handset(kernel=f'{{ url = "{url}/linux" }}')
    assert run(capsys, "plan", ".")[0] == 2
    assert run(capsys, "lock", ".")[0] == 0
    for folder in ("files", "partial"):
        for path in sorted((tmp_path / "cache" / folder).rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    assert run(capsys, "plan", ".", "--offline")[0] == 2

    code, out, _ = run(capsys, "fetch", ".")

    assert code == 0
    assert out.startswith("work/kernel  ")
    assert run(capsys, "plan", ".", "--offline")[0] == 0
    assert matches(document(capsys, "fetch", "."))


def test_a_damaged_cache_is_named(
    handset: Any, url: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A cached file that isn't what its name says is told, with the command that mends it."""
    handset(kernel=f'{{ url = "{url}/linux" }}')
    run(capsys, "lock", ".")
    digest = hashlib.sha256(Path("linux").read_bytes()).hexdigest()
    (tmp_path / "cache" / "files" / digest[:2] / digest).write_bytes(arm64_image(4096))

    code, _, err = run(capsys, "plan", ".")

    assert code == 2
    assert "mvpsdk fetch" in err
    assert run(capsys, "fetch", ".")[0] == 0
    assert run(capsys, "plan", ".")[0] == 0


def test_nothing_to_fetch_is_said(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A handset of local files is complete."""
    handset()

    code, out, err = run(capsys, "fetch", ".")

    assert (code, out) == (0, "")
    assert "nothing to fetch" in err


def test_one_role_has_one_pin(handset: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Boards that want different files for one role can't share a lock."""
    handset(
        boards='"qemu-virt", "other"',
        more='[[on.other.persona]]\nname = "work"\nkernel = "initrd"\n',
    )

    code, _, err = run(capsys, "lock", ".")

    assert code == 2
    assert "work/kernel is" in err


def test_each_download_has_its_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file's progress is told piece by piece; the next file starts from nothing."""
    shown: list[tuple[str, int]] = []

    class Bar:
        """Stands in for a progress bar."""

        def __init__(self, _title: str, total: int) -> None:
            shown.append(("open", total))

        def __enter__(self) -> Callable[[int], None]:
            return lambda amount: shown.append(("advance", amount))

        def __exit__(self, *_error: object) -> None:
            shown.append(("close", 0))

    monkeypatch.setattr(render, "progress", Bar)
    with downloads.bars() as progress:
        progress(10, 100)
        progress(100, 100)
        progress(20, 50)

    assert shown == [
        ("open", 100),
        ("advance", 10),
        ("advance", 90),
        ("close", 0),
        ("open", 50),
        ("advance", 20),
        ("close", 0),
    ]
