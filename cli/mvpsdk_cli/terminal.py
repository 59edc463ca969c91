# SPDX-License-Identifier: Apache-2.0
"""The user's terminal as the handset's: keys go in, the console comes out as it is."""

from __future__ import annotations

import os
import re
import select
import sys
import termios
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mvpsdk_cli import handset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.run import Session

ESCAPE = b"\x01"  # Ctrl-A, as in QEMU, picocom and screen
LEAVE = b"x"

_LINE_HEAD = re.compile(r"\[([a-z][a-z0-9-]{0,30})(\]|\+) ")
_MAYBE_HEAD = re.compile(r"\[[a-z0-9-]{0,31}(\]|\+)?")


class Painter:
    """Colours the prefixes of a console that comes in pieces."""

    def __init__(self) -> None:
        """Begin at the start of a line."""
        self._held = ""
        self._fresh = True

    def paint(self, piece: str) -> str:
        """The piece with its prefixes coloured; half a prefix waits for its other half."""
        shown = []
        for line in (self._held + piece).splitlines(keepends=True):
            self._held = ""
            if self._fresh and _MAYBE_HEAD.fullmatch(line):
                self._held = line
                break
            shown.append(_LINE_HEAD.sub(_colored, line, count=1) if self._fresh else line)
            self._fresh = line.endswith("\n")
        return "".join(shown)


def _colored(found: re.Match[str]) -> str:
    return f"{handset.prefix(found.group(1), found.group(2))} "


class Keys:
    """What is typed, with the escape taken out."""

    def __init__(self) -> None:
        """Begin without an escape."""
        self._escaped = False
        self.leave = False

    def typed(self, data: bytes) -> bytes:
        """What goes to the handset; Ctrl-A twice is one Ctrl-A."""
        passed = bytearray()
        for number in data:
            key = bytes([number])
            if self._escaped:
                self.leave = self.leave or key == LEAVE
                passed += key if key == ESCAPE else b""
                self._escaped = False
            elif key == ESCAPE:
                self._escaped = True
            else:
                passed += key
        return bytes(passed)


@contextmanager
def attached(session: Session) -> Iterator[None]:
    """Gives keyboard and screen to the session; the terminal is as before afterwards."""
    painter = Painter()

    def show(data: bytes) -> None:
        sys.stdout.write(painter.paint(data.decode("utf-8", errors="replace")))
        sys.stdout.flush()

    session.tap = show
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    done = threading.Event()
    reader = threading.Thread(target=_read, args=(descriptor, session, done), daemon=True)
    try:
        _quieten(descriptor)
        reader.start()
        yield
    finally:
        done.set()
        if reader.ident:
            reader.join()
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _quieten(descriptor: int) -> None:
    """Every key as it is typed, Ctrl-C too; what is shown is left as it is."""
    mode = termios.tcgetattr(descriptor)
    mode[0] &= ~(termios.ICRNL | termios.IXON)
    mode[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG | termios.IEXTEN)
    termios.tcsetattr(descriptor, termios.TCSADRAIN, mode)


def _read(descriptor: int, session: Session, done: threading.Event) -> None:
    keys = Keys()
    while not done.is_set():
        if select.select([descriptor], [], [], 0.1)[0]:
            data = os.read(descriptor, 1024)
            session.send(keys.typed(data))
            if keys.leave or not data:
                session.leave()
                return
