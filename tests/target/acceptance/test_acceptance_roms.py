# SPDX-License-Identifier: Apache-2.0
"""Stock boot firmware as a persona: Debian's U-Boot and EDK2 from NOR flash, byte for byte."""

from __future__ import annotations

import shutil
import time
import tomllib
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from cells import knocking
from gdb import debugged
from mvpsdk import bundle, run
from mvpsdk.core.facade import ImageKind, PackRegion, RegionKind
from mvpsdk.units import Pa
from phone import mvpsdk, once
from workshop import EXAMPLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.target, pytest.mark.timeout(240)]

BOARD = "qemu-virt"
"""That they boot on the others shows test_acceptance_boards.py."""
WILD = run.pattern("wild access|not offered|crashed|stop reason")


@pytest.fixture(scope="session")
def roms(shared: Path) -> Path:
    """The example with boot firmware, bundled."""

    def locked(folder: Path) -> Path:
        shutil.copytree(EXAMPLE.parent / "boot-firmware", folder / "handset")
        mvpsdk(folder / "handset", "lock", ".", cache=shared / "cache")
        return folder / "handset"

    handset = once(shared / "roms", locked)

    def make(folder: Path) -> Path:
        name = f"{folder}/firmware.itb"
        arguments = ["--board", BOARD, "-o", name, "--unsigned", "--locked"]
        mvpsdk(handset, "bundle", ".", *arguments, cache=shared / "cache")
        return folder / "firmware.itb"

    return once(shared / "roms-bundle", make)


def flash_of(path: Path, name: str) -> list[PackRegion]:
    """The banks of a persona, with the memory that backs them."""
    pack = bundle.open(path).pack
    assert pack
    index = [partition.name for partition in pack.partitions].index(name)
    return [
        region
        for region in pack.regions
        if region.kind is RegionKind.FLASH and region.partition == index
    ]


def pinned(path: Path, name: str) -> str:
    """The digest of an input, as it was when it came out of its package."""
    lock = tomllib.loads((path.parents[1] / "roms" / "handset" / "handset.lock").read_text())
    (found,) = (each["sha256"] for each in lock["input"] if each["name"] == name)
    return str(found)


@pytest.mark.parametrize("name", ["uboot", "uefi"])
def test_firmware_is_the_file_at_its_first_instruction(roms: Path, name: str) -> None:
    """Stopped at 0 at EL1, with no argument: flash holds the file, and is erased behind it."""
    opened = bundle.open(roms)
    assert opened.pack
    (image,) = (each for each in opened.pack.images if each.name == f"{name}/rom")
    banks = flash_of(roms, name)
    with debugged(roms, name) as (session, gdb):
        first = gdb.run_to(0, el=1)
        held = [session.read_memory(Pa(bank.pa), bank.size) for bank in banks]

    assert image.kind is ImageKind.FLASH
    assert first.x[0] == 0
    assert sha256(held[0][: image.size]).digest() == image.digest
    assert set(held[0][image.size :]) <= {0xFF}
    assert set(held[1]) == {0xFF}
    assert image.digest.hex() == pinned(roms, f"{name}/rom"), "as the file in Debian's package"


class Talk:
    """A session, read line by line."""

    def __init__(self, session: run.Session, name: str) -> None:
        self.session = session
        self.name = name
        self.lines: list[str] = []
        self._events = iter(session)

    def until(self, text: str) -> list[str]:
        """Read on to a line of the persona's with this text; the lines on the way."""
        found: list[str] = []
        for line in self._lines():
            found.append(line)
            if text in line:
                return found
        raise AssertionError(f"no {text!r} came after:\n" + "\n".join(self.lines[-30:]))

    def _lines(self) -> Iterator[str]:
        for event in self._events:
            if isinstance(event, run.Line) and event.partition == self.name:
                self.lines.append(event.text)
                yield event.text

    def type(self, text: str) -> None:
        """Type as a person does: the UART's FIFO has 32 places."""
        for byte in text.encode():
            self.session.send(bytes([byte]))
            time.sleep(0.01)


def test_u_boot_answers_at_its_prompt(roms: Path) -> None:
    """It finds its flash, keeps its environment there, and starts afresh after a reset."""
    bank = flash_of(roms, "uboot")[1]
    options = run.Options(persona="uboot", timeout=200, reject=(WILD,))
    with run.start(roms, options) as session:
        talk = Talk(session, "uboot")
        found = "\n".join(talk.until("No ethernet found"))
        assert "DRAM:  128 MiB" in found
        assert "bad CRC, using default environment" in found
        talk.type("\nversion\n")
        talk.until("GNU ld")
        talk.type("setenv marke 4711\nsaveenv\n")
        talk.until("Writing to Flash... done")
        saved = session.read_memory(Pa(bank.pa), 0x1000)
        talk.type("md.b 0x4000000 10\n")
        shown = talk.until("04000000: ")[-1]
        talk.type("md.l 0x40000 1\nmd.l 0x4080000 1\n")
        talk.until("04080000: ffffffff")
        talk.type("reset\n")
        talk.until("bad CRC, using default environment")

    assert b"\0marke=4711\0" in saved
    assert " ".join(f"{byte:02x}" for byte in saved[:16]) in shown


def test_edk2_answers_in_its_shell(roms: Path) -> None:
    """It makes its variable store in flash by commands, and comes to the shell."""
    bank = flash_of(roms, "uefi")[1]
    options = run.Options(persona="uefi", timeout=200, reject=(WILD,))
    with run.start(roms, options) as session:
        talk = Talk(session, "uefi")
        talk.until("UEFI Interactive Shell v2.2")
        talk.until("No mapping found")
        with knocking(session):
            talk.until("startup.nsh")
        talk.type("ver\r")
        talk.until("UEFI v2.70 (EDK II")
        talk.type("memmap\r")
        memory = talk.until("Total Memory")[-1]
        store = session.read_memory(Pa(bank.pa), bank.size)

    assert "256 MB (268,435,456 Bytes)" in memory
    assert store[0x28:0x2C] == b"_FVH", "the header of a firmware volume"
    assert "BootOrder".encode("utf-16-le") in store
