# SPDX-License-Identifier: Apache-2.0
"""Downloads: whole, resumed, tried again, refused."""

from __future__ import annotations

import errno
import gzip
import hashlib
import os
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from mvpsdk.errors import InputError, MissingToolError, RefusedError, TimeoutError_
from mvpsdk.store import Cache
from mvpsdk.store import fetch as fetching
from mvpsdk.store.fetch import Patience, fetch

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.store.conftest import Behaviour

BODY = bytes(range(256)) * 40
SHA256 = hashlib.sha256(BODY).hexdigest()
QUICK = Patience(connect=2, read=0.5, attempts=3, pause=0.001)


def test_a_file_is_downloaded_and_checked(server: Behaviour, cache: Cache) -> None:
    """What comes out has the digest that was asked for, and stands in the cache under it."""
    server.body = BODY

    path = fetch(server.url(), SHA256, cache, patience=QUICK)

    assert path == cache.file(SHA256)
    assert path.read_bytes() == BODY


def test_a_second_fetch_asks_no_server(server: Behaviour, cache: Cache) -> None:
    """What the cache has is not downloaded again."""
    server.body = BODY
    fetch(server.url(), SHA256, cache, patience=QUICK)

    fetch(server.url(), SHA256, cache, patience=QUICK)

    assert len(server.asked) == 1


def test_a_cut_connection_is_resumed_where_it_broke(server: Behaviour, cache: Cache) -> None:
    """The second request asks for the rest only."""
    server.body, server.cut_after, server.cuts = BODY, 1000, 1

    path = fetch(server.url(), SHA256, cache, patience=QUICK)

    assert path.read_bytes() == BODY
    assert server.asked == ["", "bytes=1000-"]


def test_many_cuts_are_survived_as_long_as_something_comes(server: Behaviour, cache: Cache) -> None:
    """Progress counts: only attempts in a row that bring nothing are limited."""
    server.body, server.cut_after, server.cuts = BODY, 1000, 10

    assert fetch(server.url(), SHA256, cache, patience=QUICK).read_bytes() == BODY
    assert len(server.asked) == 11


def test_a_server_that_ignores_ranges_starts_over(server: Behaviour, cache: Cache) -> None:
    """A whole answer to a request for the rest replaces what was there."""
    server.body, server.cut_after, server.cuts, server.ranges = BODY, 1000, 1, False

    assert fetch(server.url(), SHA256, cache, patience=QUICK).read_bytes() == BODY


def test_a_server_that_always_cuts_early_is_given_up(server: Behaviour, cache: Cache) -> None:
    """Without progress the attempts run out, and the error asks to try later."""
    server.body, server.cut_after, server.cuts, server.ranges = BODY, 1000, 99, False

    with pytest.raises(TimeoutError_, match="broke off") as caught:
        fetch(server.url(), SHA256, cache, patience=QUICK)

    assert caught.value.exit_code == 4
    assert server.url() in str(caught.value)


def test_an_interrupted_download_goes_on_in_the_next_run(server: Behaviour, cache: Cache) -> None:
    """What an earlier run left behind is built upon."""
    server.body, server.cut_after, server.cuts, server.ranges = BODY, 5000, 99, True

    def stop(_done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(server.url(), SHA256, cache, patience=QUICK, progress=stop)
    server.cuts = 0

    path = fetch(server.url(), SHA256, cache, patience=QUICK)

    assert path.read_bytes() == BODY
    assert server.asked[-1] == "bytes=5000-"


def test_a_spoilt_leftover_is_thrown_away(server: Behaviour, cache: Cache) -> None:
    """If what an earlier run left doesn't fit the rest, all of it is downloaded once more."""
    server.body = BODY
    work = hashlib.sha256(f"{SHA256} {server.url()}".encode()).hexdigest()
    (cache.folder("partial") / work).write_bytes(b"rubbish")

    assert fetch(server.url(), SHA256, cache, patience=QUICK).read_bytes() == BODY
    assert server.asked == ["bytes=7-", ""]


def test_a_leftover_longer_than_the_file_is_thrown_away(server: Behaviour, cache: Cache) -> None:
    """A server that refuses the range is asked for everything."""
    server.body = BODY
    work = hashlib.sha256(f"{SHA256} {server.url()}".encode()).hexdigest()
    (cache.folder("partial") / work).write_bytes(bytes(len(BODY) + 1))

    assert fetch(server.url(), SHA256, cache, patience=QUICK).read_bytes() == BODY


def test_other_content_is_refused_with_both_digests(server: Behaviour, cache: Cache) -> None:
    """The error names the digest that came and the one that was expected; nothing is kept."""
    server.body = b"something else"

    with pytest.raises(InputError) as caught:
        fetch(server.url(), SHA256, cache, patience=QUICK)

    assert SHA256 in str(caught.value)
    assert hashlib.sha256(b"something else").hexdigest() in str(caught.value)
    assert caught.value.exit_code == 2
    assert not cache.file(SHA256).exists()
    assert [path.suffix for path in cache.folder("partial").iterdir()] == [".lock"]


def test_a_refusal_is_not_tried_again(server: Behaviour, cache: Cache) -> None:
    """404 won't get better by asking twice."""
    server.status = 404

    with pytest.raises(RefusedError, match="404 Not Found") as caught:
        fetch(server.url(), SHA256, cache, patience=QUICK)

    assert caught.value.exit_code == 5
    assert len(server.asked) == 1


def test_a_busy_server_is_asked_again(server: Behaviour, cache: Cache) -> None:
    """503 is worth another try."""
    server.body, server.busy = BODY, 2

    assert fetch(server.url(), SHA256, cache, patience=QUICK).read_bytes() == BODY
    assert len(server.asked) == 3


def test_a_server_that_stays_busy_is_given_up(server: Behaviour, cache: Cache) -> None:
    """After the last attempt the error says what the server answered, and to try later."""
    server.status = 500

    with pytest.raises(TimeoutError_, match="500 Internal Server Error"):
        fetch(server.url(), SHA256, cache, patience=QUICK)


def test_a_silent_server_times_out(server: Behaviour, cache: Cache) -> None:
    """A server that accepts and says nothing is a time-out."""
    server.silent = True
    impatient = Patience(connect=1, read=0.05, attempts=1, pause=0.001)

    with pytest.raises(TimeoutError_):
        fetch(server.url(), SHA256, cache, patience=impatient)


def test_nobody_listening_is_a_time_out(cache: Cache) -> None:
    """A refused connection may work later."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        with pytest.raises(TimeoutError_, match=str(port)):
            fetch(f"http://127.0.0.1:{port}/x", SHA256, cache, patience=QUICK)


@pytest.mark.parametrize("url", ["ftp://example.com/x", "no-url", "http://"])
def test_what_is_no_url_is_refused(url: str, cache: Cache) -> None:
    """Only HTTP can be downloaded from; the error says what to write."""
    with pytest.raises(InputError, match="not a URL") as caught:
        fetch(url, SHA256, cache, patience=QUICK)

    assert "https://" in caught.value.hint


def test_an_endless_redirect_is_a_refusal(server: Behaviour, cache: Cache) -> None:
    """A server that sends us in circles is not asked for ever."""
    server.status, server.headers = 302, {"Location": "/again"}

    with pytest.raises(RefusedError, match="redirect"):
        fetch(server.url(), SHA256, cache, patience=QUICK)


def test_compressed_files_stay_compressed(server: Behaviour, cache: Cache) -> None:
    """A server that calls a .gz file's own compression a transfer encoding changes no byte."""
    server.body, server.headers = gzip.compress(BODY), {"Content-Encoding": "gzip"}
    digest = hashlib.sha256(server.body).hexdigest()

    assert fetch(server.url(), digest, cache, patience=QUICK).read_bytes() == server.body


def test_without_a_digest_what_comes_is_taken(server: Behaviour, cache: Cache) -> None:
    """Pinning starts from what the server sends, never from a leftover."""
    server.body = BODY

    assert fetch(server.url(), "", cache, patience=QUICK) == cache.file(SHA256)
    server.body = b"new"
    assert fetch(server.url(), "", cache, patience=QUICK).read_bytes() == b"new"


def test_a_changed_file_is_not_glued_together(server: Behaviour, cache: Cache) -> None:
    """The rest is asked for only of the same version: the tag goes along."""
    server.body, server.cut_after, server.cuts = BODY, 1000, 1
    server.headers = {"ETag": '"v1"'}

    assert fetch(server.url(), "", cache, patience=QUICK).read_bytes() == BODY


def test_progress_is_told(server: Behaviour, cache: Cache) -> None:
    """The callback hears how much is there and how much there will be, resumed or not."""
    server.body, server.cut_after, server.cuts = BODY, 1000, 1
    told: list[tuple[int, int | None]] = []

    fetch(
        server.url(),
        SHA256,
        cache,
        patience=QUICK,
        progress=lambda done, total: told.append((done, total)),
    )

    assert told[0] == (1000, len(BODY))
    assert told[-1] == (len(BODY), len(BODY))


def test_two_runs_at_once_download_once(server: Behaviour, cache: Cache) -> None:
    """The second waits for the first and takes what it left in the cache."""
    server.body = BODY
    found: list[Path] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(fetch(server.url(), SHA256, cache, patience=QUICK))
        )
        for _ in range(2)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert found == [cache.file(SHA256)] * 2
    assert len(server.asked) == 1


def test_a_full_disk_is_named(
    server: Behaviour, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No room for the download is an error that says so, with exit code 3."""
    server.body = BODY

    def no_room(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(fetching._Download, "_copy", no_room)

    with pytest.raises(MissingToolError, match="no space left"):
        fetch(server.url(), SHA256, cache, patience=QUICK)


def test_a_server_that_is_not_there_is_told_in_the_system_s_words(cache: Cache) -> None:
    """Not in those of a library about its own objects."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/linux"

    with pytest.raises(TimeoutError_, match="broke off: connection refused"):
        fetch(url, SHA256, cache, patience=QUICK)
