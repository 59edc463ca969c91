# SPDX-License-Identifier: Apache-2.0
"""A running QEMU: its console, its monitor, and its end."""

from __future__ import annotations

import os
import queue
import re
import socket
import subprocess
import tempfile
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import MvpError, TimeoutError_, ToolFailedError
from mvpsdk.run.qmp import Gone, Qmp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO

    from mvpsdk.units import Pa

__all__ = ["Qemu"]

_GRACE = 3.0  # seconds to end in, before it is made to
_WORD = re.compile(r": (0x[0-9a-f]{8})\b")  # what `xp /1xw` prints
_SHOWN = 20  # lines of QEMU's complaint

VERSION = "see which QEMU this is: mvpsdk doctor"
ROMS = """\
the machine has a display or a network card, whose ROMs are packages of their own
Debian, Ubuntu: apt install seabios ipxe-qemu"""


class Qemu:
    """A machine. It stands still, before its first instruction, until `resume`."""

    def __init__(self, argv: Sequence[str]) -> None:
        """Start it. Raises ToolFailedError, with what it said, if it ends at once."""
        self._stopped = 1
        self._console: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed in _release
        ours, theirs = socket.socketpair()
        with theirs:
            monitor = f"socket,id=monitor,fd={theirs.fileno()}"
            self._process = self._spawn([*argv, "-S", *_channels(monitor)], theirs.fileno())
        self._reader = threading.Thread(target=self._read_console, daemon=True)
        self._reader.start()
        self._monitor_socket = ours
        self._qmp = self._connect()

    def _spawn(self, argv: Sequence[str], descriptor: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            pass_fds=(descriptor,),
            start_new_session=True,  # Ctrl-C is ours; we end QEMU ourselves
        )

    def _connect(self) -> Qmp:
        try:
            return Qmp(self._monitor_socket)
        except Gone:
            self._process.wait(_GRACE)
            failure = self.failure()
            self._release()
            raise failure from None
        except BaseException:
            self._kill()
            raise

    def _read_console(self) -> None:
        stream = self._stream(self._process.stdout)
        while data := os.read(stream.fileno(), 65536):
            self._console.put(data)
        self._console.put(b"")

    @staticmethod
    def _stream(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None  # noqa: S101 - Popen was asked for it
        return stream

    # ---- the console ----

    def read(self, timeout: float) -> bytes | None:
        """What the console shows next; None if nothing in time, b"" when it has ended."""
        try:
            return self._console.get(timeout=max(timeout, 0))
        except queue.Empty:
            if self._qmp.powered_off:  # all is said; QEMU may not find its way out, see Qmp._note
                self._process.kill()
            return None

    def send(self, data: bytes) -> None:
        """Type on the console."""
        with suppress(BrokenPipeError):  # it has just ended: nobody reads
            stream = self._stream(self._process.stdin)
            stream.write(data)
            stream.flush()

    # ---- the monitor ----

    def resume(self) -> None:
        """Let it run on, once as often as it was stopped."""
        self._stopped -= 1
        if not self._stopped:
            self._qmp.command("cont")

    def stop(self) -> None:
        """Make it stand still between two instructions."""
        if not self._stopped:
            self._qmp.command("stop")
        self._stopped += 1

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stand still for the length of a block."""
        self.stop()
        try:
            yield
        finally:
            self.resume()

    def read_memory(self, base: Pa, size: int) -> bytes:
        """Physical memory, as the CPUs see it."""
        with tempfile.TemporaryDirectory(prefix="mvpsdk-") as folder, self.paused():
            path = Path(folder, "memory")
            self._qmp.command("pmemsave", val=base, size=size, filename=str(path))
            return path.read_bytes()

    def read_word(self, address: Pa) -> int:
        """A device's 32-bit register."""
        return _word(self._qmp.command("human-monitor-command", **_read_word(address)))

    def ask_word(self, address: Pa) -> None:
        """Ask for a register without waiting for the answer."""
        self._qmp.ask("human-monitor-command", **_read_word(address))

    def answered_word(self, patience: float) -> int | None:
        """The register that was asked for, if it comes within some seconds."""
        shown = self._qmp.answered(patience)
        return None if shown is None else _word(shown)

    def linked(self, path: str, name: str) -> str:
        """What a link of one of QEMU's objects points at; "": nothing."""
        return str(self._qmp.command("qom-get", path=path, property=name))

    def link(self, path: str, name: str, target: str) -> None:
        """Point a link of one of QEMU's objects at another object."""
        self._qmp.command("qom-set", path=path, property=name, value=target)

    # ---- the end ----

    def status(self) -> int:
        """Wait for it to end, and return its exit status."""
        try:
            status = self._process.wait(_GRACE)
        except subprocess.TimeoutExpired as error:
            hint = "try again when this machine is less busy"
            raise TimeoutError_("QEMU closed its console, but does not end", hint=hint) from error
        return 0 if self._qmp.powered_off else status

    def failure(self) -> ToolFailedError:
        """The error that says how it ended, with its own words."""
        status = self._process.returncode or 0
        how = f"was killed by signal {-status}" if status < 0 else f"ended with status {status}"
        self._stderr.seek(0)
        said = self._stderr.read().decode(errors="replace").strip().splitlines()
        return ToolFailedError(
            "\n".join([f"QEMU {how}", *(f"  {line}" for line in said[-_SHOWN:])]),
            hint=ROMS if any("romfile" in line for line in said) else VERSION,
        )

    def close(self) -> None:
        """End it: by asking, then by force. Leaves nothing behind."""
        if self._process.poll() is None:
            with suppress(MvpError):
                self._qmp.command("quit")
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE)
        self._kill()

    def _kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._release()

    def _release(self) -> None:
        self._reader.join(_GRACE)
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            with suppress(BrokenPipeError):
                self._stream(stream).close()
        self._monitor_socket.close()


def _channels(monitor: str) -> list[str]:
    console = ["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
    return [*console, "-chardev", monitor, "-mon", "chardev=monitor,mode=control"]


def _read_word(address: Pa) -> dict[str, object]:
    return {"command-line": f"xp /1xw {address:#x}"}


def _word(shown: str) -> int:
    found = _WORD.search(shown)
    if not found:
        raise ToolFailedError(
            f"QEMU can't read the clock: {shown.strip()}",
            hint=VERSION,
        )
    return int(found.group(1), 16)
