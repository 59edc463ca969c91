# SPDX-License-Identifier: Apache-2.0
"""A server on this machine that behaves as badly as a test asks it to."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from mvpsdk.store import Cache

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass
class Behaviour:
    """What the server does, and what it was asked for."""

    body: bytes = b""
    status: int = 200
    ranges: bool = True
    cut_after: int = 0  # bytes of a body after which the connection drops; 0: never
    cuts: int = 0  # how many more answers are cut
    busy: int = 0  # how many more answers are 503
    silent: bool = False  # never answers
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # Range header of each request
    address: str = ""
    stop: threading.Event = field(default_factory=threading.Event)

    def url(self, name: str = "file.bin") -> str:
        """Where a file is to be had."""
        return f"http://{self.address}/{name}"


class Handler(BaseHTTPRequestHandler):
    """Answers GET as the behaviour says."""

    behaviour: Behaviour

    def do_GET(self) -> None:
        """Answer."""
        now = self.behaviour
        asked = self.headers.get("Range", "")
        now.asked.append(asked)
        if now.silent:
            now.stop.wait(10)
            return
        if now.busy:
            now.busy -= 1
            self.send_error(503)
            return
        if now.status == 302:
            self.send_response(302)
            self.send_header("Location", now.headers["Location"])
            self.end_headers()
            return
        if now.status != 200:
            self.send_error(now.status)
            return
        self.send_body(now, asked)

    def send_body(self, now: Behaviour, asked: str) -> None:
        """Send the body or a part of it, cut short if that is wanted."""
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and now.ranges else 0
        if start >= len(now.body) > 0:
            self.send_error(416)
            return
        body = now.body[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(now.body) - 1}/{len(now.body)}")
        for name, value in now.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if now.cuts and now.cut_after:
            now.cuts -= 1
            body = body[: now.cut_after]
            self.close_connection = True
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Behaviour]:
    """A running server, as the behaviour it follows."""
    behaviour = Behaviour()
    handler = type("Bound", (Handler,), {"behaviour": behaviour})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as httpd:
        behaviour.address = f"127.0.0.1:{httpd.server_address[1]}"
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield behaviour
        behaviour.stop.set()
        httpd.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """An empty cache."""
    return Cache(tmp_path / "cache")
