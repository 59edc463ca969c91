# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C and SIGTERM in the middle of work: an exit code of their own, and nothing left of it."""

from __future__ import annotations

import hashlib
import json
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hardship import session, start, stop
from mvpsdk.bundle import fit
from mvpsdk.units import GIB
from refusing import everything

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("bundled")

SAID = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "terminated")}


def large_kernel() -> str:
    """Three GiB to be digested."""
    with Path("linux").open("r+b") as file:
        file.truncate(3 * GIB)
    return "linux"


def large_bundle() -> str:
    """A bundle with a part of one GiB."""
    digest = hashlib.sha256(b"").hexdigest()
    part = fit.Part(
        name="pack", type="ramdisk", description="pack", offset=0, size=GIB, sha256=digest
    )
    with Path("large.itb").open("wb") as file:
        file.write(
            fit.header(
                fit.tree([part], description="a phone", compatible="acme,phone", rollback_index=0)
            )
        )
        file.truncate(file.tell() + GIB)
    return "large.itb"


WORK: dict[str, Callable[[], str]] = {
    "lint .": large_kernel,
    "plan .": large_kernel,
    "lock .": large_kernel,
    "bundle . -o out.itb --unsigned": large_kernel,
    "inspect large.itb": large_bundle,
    "extract large.itb -o .": large_bundle,
}


def reads(process: int, name: str) -> bool:
    """Whether a process has a file open."""
    try:
        opened = [str(link.readlink()) for link in Path(f"/proc/{process}/fd").iterdir()]
    except OSError:
        return False
    return str(Path(name).absolute()) in opened


@pytest.mark.parametrize(
    ("command", "number"),
    [
        *((command, signal.SIGINT) for command in WORK),
        ("lint .", signal.SIGTERM),
        ("extract large.itb -o .", signal.SIGTERM),
    ],
)
def test_a_signal_ends_the_work(command: str, number: signal.Signals) -> None:
    """While it reads a large file; the folder is as it was, and no process is left."""
    name, (code, word) = WORK[command](), SAID[number]
    before = everything(Path())
    process = start(*command.split())
    while not reads(process.pid, name):
        assert process.poll() is None
        time.sleep(0.01)

    ended = stop(process, number)

    assert (ended.code, ended.out) == (code, "")
    assert ended.err == f"error: {word}\n"
    assert everything(Path()) == before
    assert session(process.pid) == []


def test_a_signal_is_told_in_json_too() -> None:
    """A pipeline learns which it was."""
    name = large_kernel()
    process = start("lint", ".", "--format", "json")
    while not reads(process.pid, name):
        time.sleep(0.01)

    ended = stop(process, signal.SIGTERM)

    document = json.loads(ended.out)
    assert (ended.code, document["exit-code"], document["kind"]) == (143, 143, "terminated")
