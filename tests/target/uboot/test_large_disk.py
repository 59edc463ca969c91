# SPDX-License-Identifier: Apache-2.0
"""A disk with more user data than fit into memory: made, verified, flashed, and it boots."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

import pytest

import small_phone
from mvpsdk import bundle, run, sign
from phone import mvpsdk

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

MIB = 1 << 20
SIZE = (4 << 30) + 300 * MIB
MOST = 150 * MIB
MEASURED = """
import atexit, re, runpy, sys
from pathlib import Path

def tell(path=sys.argv[1]):
    status = Path("/proc/self/status").read_text()
    Path(path).write_text(re.search(r"VmHWM:\\s*(\\d+) kB", status)[1])

atexit.register(tell)
sys.argv = ["mvpsdk", *sys.argv[5:]]
runpy.run_module("mvpsdk_cli", run_name="__main__")
"""


def call(folder: Path, cache: Path, *words: str) -> int:
    """Call the command line; return how much memory it has had at most, in bytes."""
    peak = folder / "peak"
    mvpsdk(folder, *words, cache=cache, before=[sys.executable, "-c", MEASURED, str(peak)])
    return int(peak.read_text()) << 10


def piece(number: int) -> bytes:
    """A MiB of user data."""
    return hashlib.shake_128(number.to_bytes(4)).digest(MIB)


def test_more_than_four_gib_are_made_verified_flashed_and_booted(
    signed: Path, tmp_path: Path
) -> None:
    """Each step in 150 MiB; the user data are the same in the end."""
    handset, cache = signed.parent, signed.parents[2] / "cache"
    places = [*range(0, SIZE, 150 * MIB), SIZE - MIB]
    with (tmp_path / "data").open("wb") as file:
        file.truncate(SIZE)
        for number, at in enumerate(places):
            file.seek(at)
            file.write(piece(number))
    disk, medium = str(tmp_path / "phone.img"), str(tmp_path / "medium.img")
    data = ("--container", "disk", "--userdata", str(tmp_path / "data"))
    to = ("bundle", ".", "--board", "qemu-virt", "--sign", "test:", *data, "-o", disk)

    assert call(handset, cache, *to) <= MOST
    assert call(handset, cache, "verify", disk, "--key", "test:") <= MOST
    assert call(handset, cache, "flash", disk, "--to", f"file:{medium}", "--key", "test:") <= MOST

    up = run.Expectation.parse(f"work:{small_phone.UP}")
    plain = run.Options(
        via="u-boot",
        keys=sign.public_keys(["test:"]),
        persona="work",
        expect=(up,),
        timeout=120,
        deterministic=True,
    )
    with run.start(tmp_path / "medium.img", plain) as session:
        last = list(session)[-1]
    assert isinstance(last, run.Exit)
    assert last.ok, last
    opened = bundle.open(tmp_path / "medium.img")
    assert opened.boot
    assert opened.boot.state
    assert opened.boot.state.slots[0].tries == 6
    (span,) = (part.span for part in opened.parts if part.name == "userdata")
    with span.open() as file:
        for number, at in enumerate(places):
            file.seek(span.offset + at)
            assert file.read(MIB) == piece(number)
