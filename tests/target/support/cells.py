# SPDX-License-Identifier: Apache-2.0
"""A board boots an operating system: stopped at its first instruction, then until it answers."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from hashlib import sha256
from threading import Event, Thread
from typing import TYPE_CHECKING

from gdb import debugged
from mvpsdk import bundle, run
from mvpsdk.core.facade import RegionKind
from mvpsdk.run import choosing
from mvpsdk.units import Pa

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gdb import Gdb
    from mvpsdk.core.facade import Pack, PackRegion

__all__ = ["Cell", "System", "boot", "knocking"]

LIMIT = 200  # seconds of the host's time, on a busy host
MAGIC = (0x31454E494C444D56).to_bytes(8, "little")  # of the example's firmware: struct record
HOLDS = (RegionKind.RAM, RegionKind.FLASH)
WILD = run.pattern("wild access|not offered|crashed")


@dataclass(frozen=True, slots=True)
class System:
    """An operating system, and how one sees that it is up."""

    title: str
    handset: str  # the file that has it as a persona
    answer: str  # the pattern of the line that it answers by
    key: bytes = b""  # what it is asked, until it does


@dataclass(frozen=True, slots=True)
class Cell:
    """A boot: each image's SHA-256 in RAM, the line that showed it up, the firmware's deadlines."""

    digests: dict[str, str]
    said: str
    met: int
    missed: int


def boot(made: Path, persona: str, system: System, *, firmware: bool) -> Cell:
    """Boot a persona of a bundle until it answers.

    firmware: look at the realtime partition's images as well.
    """
    pack = bundle.open(made).pack
    assert pack
    answer = run.Expectation(persona, run.pattern(system.answer))
    options = {"expect": (answer,), "reject": (WILD,), "timeout": LIMIT}
    with debugged(made, persona, qemu=_qemu(made), **options) as (session, gdb):
        found = dict(_in_memory(session, gdb, pack, "realtime")) if firmware else {}
        found |= _in_memory(session, gdb, pack, persona)
        gdb.ask("D")
        with knocking(session, system.key) if system.key else nullcontext():
            *_, met, last = session
        assert isinstance(last, run.Exit)
        assert last.ok, [line.text for line in last.last]
        assert isinstance(met, run.Met)
        return Cell(found, met.text, *_deadlines(session, pack))


@contextmanager
def knocking(session: run.Session, key: bytes = b"\r") -> Iterator[None]:
    """Press a key now and then: one that comes before anyone reads it may be thrown away."""
    done = Event()

    def knock() -> None:
        while not done.wait(0.3):
            session.send(key)

    knocker = Thread(target=knock)
    knocker.start()
    try:
        yield
    finally:
        done.set()
        knocker.join()


def _qemu(made: Path) -> str:
    manifest = bundle.open(made).manifest
    assert manifest
    there = manifest.virtual
    assert there
    return choosing.choose(
        run.Machine(machine=there.machine, cpu=there.cpu, memory=there.memory, qemu=there.qemu)
    )


def _in_memory(session: run.Session, gdb: Gdb, pack: Pack, name: str) -> Iterator[tuple[str, str]]:
    """Stop a partition before its first instruction; the name and digest of each of its images."""
    index = [partition.name for partition in pack.partitions].index(name)
    gdb.run_to(pack.partitions[index].entry, el=1)
    for image in pack.images:
        if image.partition == index:
            region = _region(pack, index, image.load)
            content = session.read_memory(Pa(region.pa + image.load - region.ipa), image.size)
            yield image.name, sha256(content).hexdigest()


def _region(pack: Pack, partition: int, ipa: int) -> PackRegion:
    (found,) = (
        region
        for region in pack.regions
        if region.partition == partition
        and region.kind in HOLDS
        and region.ipa <= ipa < region.ipa + region.size
    )
    return found


def _deadlines(session: run.Session, pack: Pack) -> tuple[int, int]:
    """How many the firmware has met and missed, from its record: it holds its own address."""
    ram = _region(pack, 0, next(image.load for image in pack.images if image.partition == 0))
    memory = session.read_memory(Pa(ram.pa), ram.size)
    at = -1
    while (at := memory.find(MAGIC, at + 1)) >= 0:
        own, met, missed = (
            int.from_bytes(memory[at + n : at + n + 8], "little") for n in (8, 16, 24)
        )
        if own == ram.pa + at:
            return met, missed
    raise AssertionError("the firmware's RAM holds no record of deadlines")
