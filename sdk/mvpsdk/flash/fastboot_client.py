# SPDX-License-Identifier: Apache-2.0
"""The distribution's own fastboot client, called step by step; its words are read.

Debian 1:29.0.6: answers come on standard error, `NAME: VALUE` of a variable, and of a refusal
`FAILED (remote: 'WORDS')`. Where no device is attached or listens, it waits without end.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.errors import MissingToolError, RefusedError, TimeoutError_
from mvpsdk.units import KIB, MIB, align_up, describe_size

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Client"]

PROGRAM = "fastboot"
_SLOWEST = 1 * MIB  # bytes in a second that a device takes and writes, at the least
_REFUSED = re.compile(r"FAILED \((?:remote: )?'?(.*?)'?\)\s*$", re.MULTILINE)
_BLOCK = 4 * KIB
"""Of a sparse image. The client cuts a file that is too large for the device into several of them,
and one whose size is no multiple of this into images that are damaged."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """A device, as the client reaches it."""

    where: str  # "tcp:HOST:PORT", a serial number, or "": the one that is attached by USB
    timeout: float  # seconds that the device may take to answer

    def variable(self, name: str) -> str | None:
        """Return a variable of the device; None: it has none of that name.

        Raises as `_run` does.
        """
        said = self._run(["getvar", name], self.timeout).stderr
        found = re.search(rf"^{re.escape(name)}:[ \t]*(.*)$", said, re.MULTILINE)
        return (found[1].strip() or None) if found else None

    def number(self, name: str) -> int | None:
        """Return a variable that is a number: in hexadecimal where it begins with 0x."""
        text = self.variable(name)
        try:
            return None if text is None else int(text, 0)
        except ValueError:
            hint = "its boot loader deviates from the protocol: see its maker's notes"
            raise RefusedError(f'the device says {name} is "{text}"', hint=hint) from None

    def flash(self, partition: str, path: Path, room: int | None) -> None:
        """Write a file into a partition.

        room: bytes that the device takes at once; what is larger, the client cuts into pieces.
        """
        size = path.stat().st_size
        limit = self.timeout + size / _SLOWEST
        with _whole_blocks(path, size, room) as file:
            self._expect(self._run(["flash", partition, str(file)], limit), f"to flash {partition}")

    def set_active(self, slot: str) -> None:
        """Make a slot the one that starts."""
        done = self._run(["set_active", slot], self.timeout)
        self._expect(done, f"to make slot {slot} active")

    def _expect(self, done: subprocess.CompletedProcess[str], what: str) -> None:
        if done.returncode == 0:
            return
        words = _REFUSED.search(done.stderr)
        said = words[1] if words else (done.stderr.strip().splitlines() or ["nothing"])[-1]
        hint = "what it wants first, its maker's notes say; locked devices refuse everything"
        raise RefusedError(f"the device refused {what}: {said}", hint=hint)

    def _run(self, words: list[str], timeout: float) -> subprocess.CompletedProcess[str]:
        """Run the client.

        Raises MissingToolError if the client is missing, TimeoutError_ if no device answers: the
        client waits without end for one that isn't there.
        """
        where = ["-s", self.where] if self.where else []
        try:
            done = subprocess.run(
                [PROGRAM, *where, *words],
                check=False,
                capture_output=True,
                text=True,
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=timeout,
            )
        except OSError as error:
            hint = "Debian, Ubuntu: sudo apt-get install fastboot"
            raise MissingToolError(f"can't run {PROGRAM}: {error.strerror}", hint=hint) from error
        except subprocess.TimeoutExpired as error:
            raise TimeoutError_(
                f"{self._named} did not answer {words[0]} within {timeout:g} seconds",
                hint="is it attached, in its boot loader, its address right? then run this again",
            ) from error
        return done

    @property
    def _named(self) -> str:
        return f"device {self.where}" if self.where else "device on USB"


@contextmanager
def _whole_blocks(path: Path, size: int, room: int | None) -> Iterator[Path]:
    """The file, or a copy with zeros behind it where the client would cut it wrongly."""
    if room is None or size <= room or size % _BLOCK == 0:
        yield path
        return
    import shutil

    with tempfile.TemporaryDirectory(prefix="mvpsdk-") as folder:
        padded = Path(folder) / path.name
        try:
            shutil.copyfile(path, padded)
            with padded.open("r+b") as file:
                file.truncate(align_up(size, _BLOCK))
        except OSError as error:
            hint = f"make room for {describe_size(size)}, or name another folder in TMPDIR"
            message = f"can't copy the bundle: {error.strerror}"
            raise MissingToolError(message, hint=hint) from error
        yield padded
