# SPDX-License-Identifier: Apache-2.0
"""EL2's own exceptions: what it still says, where it stops, and what it leaves alone."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

import packs
from gdb import Gdb
from mvpsdk import decode
from mvpsdk.build import Image, image
from mvpsdk.build.recipe import CORE
from mvpsdk.core import facade as core
from mvpsdk.core.facade import Reason
from mvpsdk.store import Cache
from powered import powered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.decode import Symbols

pytestmark = pytest.mark.target

WINDOW = packs.board().window
PAGE = 4096
BAD = 0x0DEAD0000000
"""An address that EL2 does not map: beyond the 512 GiB of its tables."""
ENDS = b"[mvp] panic ends\r\n"

NAMED = "    struct partition *named = persona_named(choice);\n"
DEEP = """
static uint64_t deep(uint64_t n)
{
    volatile uint64_t room[16];

    room[n & 15] = n;
    return n == 0 ? 0 : deep(n - 1) + room[n & 15];
}

void menu_open("""


@dataclass(frozen=True, kw_only=True)
class Board:
    """A machine that stands in EL2, before it opens its menu."""

    gdb: Gdb
    console: IO[bytes]
    symbols: Symbols

    def at(self, name: str) -> int:
        """The address of a symbol."""
        return self._row(name)[0]

    def bytes_of(self, name: str) -> bytes:
        """What stands in an object."""
        return self.gdb.read(*self._row(name))

    def _row(self, name: str) -> tuple[int, int]:
        at = [found for found, _ in self.symbols.names].index(name)
        return WINDOW + self.symbols.starts[at], self.symbols.names[at][1]

    def last_words(self) -> list[bytes]:
        """Let it run until its panic ends; all that it says meanwhile."""
        self.gdb.go()
        said: list[bytes] = []
        while said[-1:] != [ENDS]:
            said.append(self.console.readline())
            assert said[-1], "QEMU has ended"
        return said


@contextmanager
def standing(built: Image, where: str) -> Iterator[Board]:
    """Boot as far as a function of EL2's, with images that are nothing but zeros."""
    whole = packs.good_pack()
    pack = replace(
        whole,
        fingerprint=bytes.fromhex(built.recipe.fingerprint),
        images=tuple(
            replace(each, digest=hashlib.sha256(bytes(each.size)).digest()) for each in whole.images
        ),
    )
    metadata = core.pack_write(pack)
    with tempfile.TemporaryDirectory(prefix="gdb-") as name:  # a short path
        folder = Path(name)
        (folder / "hypervisor").write_bytes(built.binary)
        (folder / "pack").write_bytes(metadata.ljust(core.pack_read(metadata).total_size, b"\0"))
        files = ("-kernel", f"{folder}/hypervisor", "-initrd", f"{folder}/pack")
        with powered(*files, "-S", "-gdb", f"unix:{folder}/gdb,server=on,wait=off") as pipes:
            gdb = Gdb(folder / "gdb")
            board = Board(gdb=gdb, console=pipes[1], symbols=decode.symbols(built.elf))
            try:
                gdb.run_to(board.at(where), 2)
                yield board
            finally:
                gdb.close()


@pytest.fixture(scope="module")
def hypervisor() -> Image:
    """The hypervisor for a board with a PL011 and a GICv3."""
    return image("pl011", cache=Cache.default())


def mutant(folder: Path, file: str, *changes: tuple[str, str]) -> Image:
    """A hypervisor with a fault that was put into one of its sources."""
    copy = folder / "core"
    shutil.copytree(CORE, copy)
    text = (copy / file).read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (copy / file).write_text(text)
    return image("pl011", cache=Cache.default(), core=copy)


def test_a_stack_overflow_is_stopped_before_it_does_harm(tmp_path: Path) -> None:
    """A recursion of 150 kB: the panic names the page, and all that lies below it is as it was."""
    built = mutant(
        tmp_path,
        "src/menu.c",
        ("\nvoid menu_open(", DEEP),
        (NAMED, f"{NAMED}\n    machine.time_of_day += deep(1000);"),
    )
    with standing(built, "menu_open") as board:
        before = board.bytes_of("machine")
        (finding,) = decode.decode(board.last_words()).findings
        board.gdb.halt()
        guard = board.at("cpu_guard")
        assert finding.reason == Reason.RUN_STACK
        (address,) = (
            int(text.rpartition(" ")[2], 16)
            for text in finding.details
            if text.startswith("fault address")
        )
        assert guard <= address < guard + PAGE
        assert board.bytes_of("machine") == before


def test_a_bad_pointer_is_told_with_place_and_registers(hypervisor: Image) -> None:
    """The debugger spoils an argument; the log has function, line, registers, and who called."""
    with standing(hypervisor, "partition_start") as board:
        stack = board.gdb.registers().sp
        board.gdb.set(0, BAD)
        log = board.last_words()
        report = decode.decode(log, decode.Context(symbols=board.symbols))
        (finding,) = report.findings
        assert finding.advice.name == "MVP_RUN_PANIC"
        assert "loader_begin" in finding.where
        assert "data abort from EL2, translation fault, level 0, read" in finding.details[0]
        (address,) = (text for text in finding.details if text.startswith("fault address"))
        assert BAD <= int(address.rpartition(" ")[2], 16) < BAD + PAGE
        assert "no partition was on the CPU" in finding.details
        assert report.remarks == ()
    values = registers(log)
    assert set(values) >= {*(f"x{n}" for n in range(31)), "sp", "elr", "spsr", "hcr", "vttbr"}
    assert BAD in values.values()
    assert stack - PAGE < values["sp"] <= stack
    assert values["spsr"] & 15 == 9  # EL2h
    assert values["window"] == WINDOW
    assert values["fingerprint"] == int.from_bytes(core.FINGERPRINT[:8], "big")


def registers(log: list[bytes]) -> dict[str, int]:
    """Every value of a panic's lines."""
    words = b" ".join(line for line in log if line.startswith(b"[mvp] panic ")).decode().split()
    return {key: int(value, 16) for key, _, value in (w.partition("=") for w in words) if value}


def test_a_panic_that_fails_itself_halts_in_silence(hypervisor: Image) -> None:
    """The console's registers are gone: nothing is said, nothing loops, the CPU sleeps."""
    with standing(hypervisor, "partition_start") as board:
        board.gdb.write(board.at("base"), BAD.to_bytes(8, "little"))
        board.gdb.set(0, BAD)
        found = board.gdb.run_for(1.0)
        halt = board.at("panic_halt")
        assert halt <= found.pc <= halt + 4
        assert found.el == 2
        pressed = board.gdb.run_for(0.2)
        assert halt <= pressed.pc <= halt + 4


def test_a_panic_prints_what_happened_before_it() -> None:
    """With a trace: firmware of zeros comes on the CPU and crashes; there the debugger meddles."""
    built = image("pl011", trace=True, cache=Cache.default())
    with standing(built, "partition_crash") as board:
        board.gdb.set(0, BAD)
        log = board.last_words()
        *_, finding = decode.decode(log, decode.Context(pack=packs.good_pack())).findings
    tail = [line for line in log if line.startswith(b"[mvp] trace ")]
    assert tail[0].startswith(b"[mvp] trace tail of=0x")
    assert tail[1].startswith(b"[mvp] trace switch at=0x")
    assert tail[-1].startswith(b"[mvp] trace sync at=0x")
    story = [text.split("  ", 3)[-1] for text in finding.details if text.startswith("  ")]
    assert "realtime/0" in story[0]
    assert "comes on the CPU after nobody" in story[0]
    assert "instruction abort from a lower exception level" in story[-1]


def test_without_a_trace_nothing_of_it_is_built(hypervisor: Image) -> None:
    """Off, it costs no instruction and no byte."""
    names = {name for name, _ in decode.symbols(hypervisor.elf).names}
    traced = {name for name, _ in decode.symbols(image("pl011", trace=True).elf).names}
    assert {"trace", "trace_add", "trace_tail"} <= traced
    assert not {"trace", "trace_add", "trace_tail", "trace_vcpu"} & names
