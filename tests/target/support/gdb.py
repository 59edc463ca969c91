# SPDX-License-Identifier: Apache-2.0
"""The little of GDB's remote protocol that it takes to stop a machine and look at its CPU.

(GDB manual, appendix E: packets `$data#checksum`, each acknowledged with `+`.)
"""

from __future__ import annotations

import os
import shlex
import socket
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk import run

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Gdb", "Registers", "debugged", "wrapper"]

QEMU = "qemu-system-aarch64"
PATIENCE = 90.0  # seconds of the host's time until a breakpoint is reached
PIECE = 1024  # bytes that one packet may ask for
GENERAL = 33  # x0..x30, sp, pc: 8 bytes each; then cpsr


@dataclass(frozen=True, slots=True)
class Registers:
    """A CPU that stands still."""

    x: tuple[int, ...]
    sp: int
    pc: int
    cpsr: int

    @property
    def el(self) -> int:
        """The exception level, of PSTATE.M."""
        return self.cpsr >> 2 & 3


class Gdb:
    """A connection to QEMU's debug server, which must have been started with -S."""

    def __init__(self, path: Path) -> None:
        """Connect to the socket of a machine that stands still."""
        self._socket = _connected(path)
        self._stream = self._socket.makefile("rb")
        self.ask("?")

    def close(self) -> None:
        """Hang up; QEMU lets the machine run on."""
        self._stream.close()
        self._socket.close()

    def ask(self, packet: str) -> str:
        """Send a packet and return the answer to it."""
        self._send(packet)
        return self._answer()

    def _send(self, packet: str) -> None:
        data = packet.encode()
        self._socket.sendall(b"$%b#%02x" % (data, sum(data) & 0xFF))

    def _answer(self) -> str:
        while (start := self._stream.read(1)) != b"$":
            assert start == b"+", f"QEMU says {start!r}"
        answer = b""
        while (byte := self._stream.read(1)) != b"#":
            assert byte, "QEMU has ended"
            answer += byte
        self._stream.read(2)  # its checksum: a socket damages nothing
        self._socket.sendall(b"+")
        return answer.decode()

    def run_for(self, seconds: float) -> Registers:
        """Run for so much of the host's time."""
        self.go()
        time.sleep(seconds)
        return self.halt()

    def word(self, address: int) -> bytes:
        """Read four bytes at a virtual address; none if there is nothing."""
        answer = self.ask(f"m{address:x},4")
        return b"" if answer.startswith("E") else bytes.fromhex(answer)

    def registers(self) -> Registers:
        """Read the general registers."""
        data = bytes.fromhex(self.ask("g"))
        words = [int.from_bytes(data[n * 8 : n * 8 + 8], "little") for n in range(GENERAL)]
        cpsr = int.from_bytes(data[GENERAL * 8 : GENERAL * 8 + 4], "little")
        return Registers(tuple(words[:31]), words[31], words[32], cpsr)

    def write(self, address: int, data: bytes) -> None:
        """Write memory at a virtual address."""
        assert self.ask(f"M{address:x},{len(data):x}:{data.hex()}") == "OK"

    def read(self, address: int, size: int) -> bytes:
        """Read memory at a virtual address."""
        places = range(address, address + size, PIECE)
        sizes = (min(PIECE, address + size - at) for at in places)
        words = [f"m{at:x},{piece:x}" for at, piece in zip(places, sizes, strict=True)]
        return b"".join(bytes.fromhex(self.ask(word)) for word in words)

    def set(self, number: int, value: int) -> None:
        """Give a general register a value: x0..x30, 31: sp, 32: pc."""
        data = self.ask("g")
        at = number * 16
        new = value.to_bytes(8, "little").hex()
        assert self.ask(f"G{data[:at]}{new}{data[at + 16 :]}") == "OK"

    def go(self) -> None:
        """Run on, without waiting for anything."""
        self._send("c")

    def halt(self) -> Registers:
        """Stop what `go` has let run."""
        self._socket.sendall(b"\x03")
        self._answer()
        return self.registers()

    def run_to(self, address: int, el: int) -> Registers:
        """Run until the instruction at a virtual address is next, at this exception level."""
        while True:
            self.ask("s")
            self.ask(f"Z1,{address:x},4")
            self.ask("c")
            self.ask(f"z1,{address:x},4")
            found = self.registers()
            assert found.pc == address, f"stopped at {found.pc:#x}"
            if found.el == el:
                return found


def _connected(path: Path) -> socket.socket:
    """Connect as soon as somebody listens: the socket's file is there a little earlier."""
    end = time.monotonic() + PATIENCE
    while True:
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return connection


def wrapper(folder: Path, *more: str, qemu: str = QEMU) -> Path:
    """Write a QEMU that takes some more arguments."""
    path = folder / "qemu"
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(qemu)} "$@" {shlex.join(more)}\n')
    path.chmod(0o755)
    return path


@contextmanager
def debugged(
    bundle: Path, persona: str, *, qemu: str = QEMU, **options: Any
) -> Iterator[tuple[run.Session, Gdb]]:
    """Start a bundle under the debugger; it stands before its first instruction.

    The debugger alone makes it run: the session is there to look at its memory.
    """
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="gdb-"))  # a short path
        server = Path(name, "gdb")
        qemu = os.fspath(
            wrapper(Path(name), "-gdb", f"unix:{server},server=on,wait=off", qemu=qemu)
        )
        chosen = run.Options(persona=persona, qemu=qemu, **options)
        session = stack.enter_context(run.start(bundle, chosen))
        gdb = Gdb(server)
        stack.callback(gdb.close)
        yield session, gdb
