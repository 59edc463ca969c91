# SPDX-License-Identifier: Apache-2.0
"""A device that speaks fastboot over TCP, for tests: a stand-in, no phone.

Written from the protocol's own text, AOSP's system/core/fastboot/README.md: the handshake FB01,
messages of 8 bytes of length and so many of content, the commands getvar, download, flash,
set_active and reboot, and answers OKAY, FAIL, DATA. It keeps what it is sent in memory, unpacks
sparse images as a boot loader does (AOSP's libsparse/sparse_format.h), and does to its slots what
the README says of set_active. Debian's own client is what talks to it.

It shows that the client is called as it wants to be, and what becomes of each answer. It can't show
what a phone's boot loader does beyond the text: which of them deviates, a phone must tell.
"""

from __future__ import annotations

import hashlib
import struct
import threading
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from socket import socket
    from types import TracebackType
    from typing import Self

__all__ = ["Device", "FastbootServer"]

SPARSE = 0xED26FF3A
LONGEST = 64
"""Bytes of a command or an answer, by the README."""
RAW, FILL, SKIP, CRC = 0xCAC1, 0xCAC2, 0xCAC3, 0xCAC4


@dataclass
class Device:
    """What the stand-in is: its partitions, its variables, and how it misbehaves."""

    partitions: dict[str, bytearray]
    variables: dict[str, str] = field(default_factory=dict)
    digests: bool = True  # it knows MVP-sha256:PARTITION:SIZE
    refuses: dict[str, str] = field(default_factory=dict)  # beginning of a command: its FAIL
    hangs: str = ""  # beginning of the command that is never answered
    forgets: str = ""  # a partition that keeps one bit of what it is sent as it was
    log: list[str] = field(default_factory=list)  # the commands, as they came

    def variable(self, name: str) -> str | None:
        """Answer getvar; None: no such variable."""
        what, _, rest = name.partition(":")
        if what == "partition-size" and rest in self.partitions:
            return f"{len(self.partitions[rest]):#x}"
        partition, _, size = rest.partition(":")
        if what == "MVP-sha256" and self.digests and partition in self.partitions:
            digest = hashlib.sha256(self.partitions[partition][: int(size, 16)]).digest()
            return b64encode(digest).decode()
        return self.variables.get(name)

    def flash(self, name: str, data: bytes) -> str:
        """Take what was downloaded; return what is wrong with it, or ""."""
        if name not in self.partitions:
            return f"No such partition: {name}"
        partition = self.partitions[name]
        try:
            pieces = unsparsed(data) if data[:4] == struct.pack("<I", SPARSE) else [(0, data)]
        except struct.error:
            return "Invalid sparse image"
        for offset, piece in pieces:
            if offset + len(piece) > len(partition):
                return "Image does not fit"
            partition[offset : offset + len(piece)] = piece
        if name == self.forgets:
            partition[1000] ^= 1
        return ""

    def set_active(self, slot: str) -> str:
        """Make a slot the one that starts, with its tries back; return what is wrong, or ""."""
        if slot not in ("a", "b"):
            return "No such slot"
        self.variables |= {
            "current-slot": slot,
            f"slot-unbootable:{slot}": "no",
            f"slot-successful:{slot}": "no",
        }
        return ""


def unsparsed(data: bytes) -> list[tuple[int, bytes]]:
    """The pieces of a sparse image: their offset and bytes; what is skipped is none of them."""
    _, _, _, header, chunk_header, block, _, chunks, _ = struct.unpack_from("<IHHHHIIII", data)
    at, offset, found = header, 0, []
    for _ in range(chunks):
        kind, _, blocks, total = struct.unpack_from("<HHII", data, at)
        body = data[at + chunk_header : at + total]
        if kind == RAW:
            found.append((offset, body))
        elif kind == FILL:
            found.append((offset, body * (blocks * block // len(body))))
        else:
            assert kind in (SKIP, CRC)
        at, offset = at + total, offset + blocks * block
    return found


class Handler(BaseRequestHandler):
    """One connection of a client."""

    server: FastbootServer
    request: socket

    def handle(self) -> None:
        """Shake hands, then answer commands until the client leaves."""
        with suppress(ConnectionError, EOFError):
            self.request.sendall(b"FB01")
            if self._take(4)[:2] != b"FB":
                return
            download = b""
            while True:
                command = self._message().decode()
                assert len(command) <= LONGEST, command
                self.server.device.log.append(command)
                download = self._answer(command, download)

    def _answer(self, command: str, download: bytes) -> bytes:
        """Answer one command; return what is downloaded by now."""
        device = self.server.device
        verb, _, rest = command.partition(":")
        if device.hangs and command.startswith(device.hangs):
            self.server.stopped.wait()
            raise EOFError
        for beginning, words in device.refuses.items():
            if command.startswith(beginning):
                self._say(f"FAIL{words}")
                return download
        if verb == "download":
            return self._download(int(rest, 16))
        wrong: dict[str, Callable[[], str]] = {
            "flash": lambda: device.flash(rest, download),
            "set_active": lambda: device.set_active(rest),
            "reboot": str,
        }
        if verb == "getvar":
            value = device.variable(rest)
            self._say("FAILGetVar Variable Not found" if value is None else f"OKAY{value}")
        elif verb in wrong:
            said = wrong[verb]()
            self._say(f"FAIL{said}" if said else "OKAY")
        else:
            self._say("FAILUnrecognized command")
        return download

    def _download(self, size: int) -> bytes:
        if size > int(self.server.device.variables["max-download-size"], 0):
            self._say("FAILdata too large")
            return b""
        self._say(f"DATA{size:08x}")
        data = b""
        while len(data) < size:
            data += self._message()
        self._say("OKAY")
        return data

    def _say(self, text: str) -> None:
        assert len(text) <= LONGEST, text
        self.request.sendall(struct.pack(">Q", len(text)) + text.encode())

    def _message(self) -> bytes:
        return self._take(struct.unpack(">Q", self._take(8))[0])

    def _take(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            piece = self.request.recv(min(1 << 20, size - len(data)))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)


class FastbootServer(ThreadingTCPServer):
    """Listens on a port of its own of the loopback; to be left by its `with` block."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, device: Device) -> None:
        """Begin to listen for this device."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.device = device
        self.stopped = threading.Event()
        self.address = f"tcp:127.0.0.1:{self.server_address[1]}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stopped.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
