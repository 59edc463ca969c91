# SPDX-License-Identifier: Apache-2.0
"""Programs in trouble: without rights, with little disk, stopped, watched for their memory."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "Ended",
    "on_a_small_disk",
    "run",
    "session",
    "start",
    "stop",
    "with_small_files",
    "without_rights",
]

SOURCES = [str(Path(__file__).parents[3] / folder) for folder in ("sdk", "cli")]
PROGRAM = [sys.executable, "-m", "mvpsdk_cli"]
PATIENCE = 120  # seconds: hosts may be busy

_PR_CAPBSET_DROP = 24  # linux/prctl.h
_RIGHTS = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH: linux/capability.h


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What became of a program."""

    code: int
    out: str
    err: str
    peak: int  # bytes of memory that it had at most


def _environment() -> dict[str, str]:
    """What a program of its own needs to find the sources."""
    path = os.pathsep.join([*SOURCES, os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path}


def start(
    *words: object, before: Callable[[], None] | None = None, **variables: str
) -> subprocess.Popen[str]:
    """Start the command line as a program of its own, in a session of its own.

    It minds Ctrl-C, even if the tests were started in the background and don't.
    """

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if before:
            before()

    return subprocess.Popen(
        [*PROGRAM, *map(str, words)],
        env={**_environment(), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=prepare,  # noqa: PLW1509 - no threads in a test of the command line
    )


def run(*words: object, before: Callable[[], None] | None = None) -> Ended:
    """Run it to its end."""
    with start(*words, before=before) as process:
        assert process.stdout
        assert process.stderr
        out, err = process.stdout.read(), process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return Ended(code=process.returncode, out=out, err=err, peak=usage.ru_maxrss << 10)


def without_rights() -> None:
    """Before the program starts: take away root's right to pass over permissions.

    Nobody else has it. What a bounding set lacks, no program gets back (capabilities(7)).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for right in _RIGHTS:
        if os.geteuid() == 0 and libc.prctl(_PR_CAPBSET_DROP, right, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")


def with_small_files(size: int) -> Callable[[], None]:
    """Before the program starts: no file may grow over this size (EFBIG)."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def on_a_small_disk(folder: Path, size: int, *words: object) -> Ended:
    """Run it with a disk of so many bytes at a folder, which nobody else sees and which then goes.

    What is there afterwards is listed on stdout, behind a line of dashes.
    """
    own = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
    mount = f'mount -t tmpfs -o size={size} none "$0"'
    script = f'{mount} && "$@"; code=$?; echo -----; find "$0" -type f; exit $code'
    done = subprocess.run(
        [*own, "sh", "-c", script, str(folder), *PROGRAM, *map(str, words)],
        env=_environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return Ended(code=done.returncode, out=done.stdout, err=done.stderr, peak=0)


def stop(process: subprocess.Popen[str], number: signal.Signals) -> Ended:
    """Stop a program: Ctrl-C reaches all of its session, as at a terminal; SIGTERM itself alone."""
    if number is signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    return Ended(code=process.returncode, out=out, err=err, peak=0)


def session(leader: int, patience: float = 5) -> list[str]:
    """The programs that are left of a session, once they had some seconds to end."""
    until = time.monotonic() + patience
    while left := [name for number, name in _sessions() if number == leader]:
        if time.monotonic() >= until:
            break
        time.sleep(0.1)
    return left


def _sessions() -> Iterator[tuple[int, str]]:
    """Session and name of each process that runs (proc(5), /proc/pid/stat)."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, rest = path.read_text().partition("(")[2].rpartition(")")
            state, _, _, number, *_ = rest.split()
            if state != "Z":
                yield int(number), name
