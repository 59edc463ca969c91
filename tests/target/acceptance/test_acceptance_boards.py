# SPDX-License-Identifier: Apache-2.0
"""One handset, every board that QEMU has: the very same bytes boot on each of them.

The boards differ in GIC, UART, RAM, CPUs and firmware. The personas ask for a GICv2, which is made
by software where the hardware has no GICV: then not even their device trees differ.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import trees
from cells import Cell, System, boot
from phone import mvpsdk, once
from workshop import EXAMPLE, personal_os

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.target, pytest.mark.corpus, pytest.mark.timeout(900)]

BOARDS = {
    "qemu-virt": "A53, GICv3, PL011",
    "qemu-virt-gicv2": "A53, GICv2, PL011",
    "xilinx-zcu102": "A53, GIC-400 spaced by 64 KiB, Cadence UART",
    "xilinx-versal": "A72, GICv3, PL011",
    "nxp-imx8mp-evk": "A53, GICv3, i.MX UART",
    "raspberry-pi-4": "A72, GIC-400, mini UART, no PSCI",
}
SYSTEMS = {
    "debian": System("Debian 12", "linux", r"^work: Debian's Linux 6\.1\..*, untouched"),
    "backports": System("Debian's 6.12", "linux", r"^work: Debian's Linux 6\.12\..*, untouched"),
    "uboot": System("U-Boot", "linux", r"^=> $", b"\r"),
    "edk2": System("EDK2", "others", r"UEFI Interactive Shell v2"),
    "small": System("example's OS", "others", r"patrol .* [1-9]\d+ ticks, 0 late", b"t"),
}
"""Linux in user space, U-Boot at its prompt, EDK2 in its shell (which then counts down five seconds
without rest), the small system's tasks at work and its menu answering."""
TABLE = Path(__file__).parent / "table"
HERE_ALONE = {"realtime/dtb"}
"""What a board has for itself: the firmware sees the board's own addresses."""

Row = dict[str, Cell]


@pytest.fixture(scope="session")
def handset(shared: Path, debian: Path) -> Path:
    """The folder of the handset, and of all images that it is made of."""

    def make(folder: Path) -> Path:
        made = shutil.copytree(TABLE, folder / "handset")
        shutil.copytree(EXAMPLE / "firmware", made / "firmware")
        images = made / "images"
        images.mkdir()
        for name in ("linux", "initrd.gz"):
            shutil.copyfile(debian / name, images / name)
        shutil.copyfile(trees.corpora()["6.12"].kernel, images / "linux-6.12")
        shutil.copyfile(personal_os("gcc", folder / "small"), images / "personal-os.bin")
        for name in ("linux", "others"):
            mvpsdk(made, "lock", f"{name}.toml", cache=shared / "cache")
        return made

    return once(shared / "table", make)


@pytest.fixture(scope="session")
def row(shared: Path, handset: Path) -> Callable[[str], Row]:
    """What a board's boots showed: the first of the test run's processes that asks makes them."""

    def bundled(half: str, board: str, folder: Path) -> Path:
        arguments = ["--board", board, "-o", f"{folder}/{half}.itb", "--unsigned", "--locked"]
        mvpsdk(handset, "bundle", f"{half}.toml", *arguments, cache=shared / "cache")
        return folder / f"{half}.itb"

    def look(board: str) -> Row:
        def make(folder: Path) -> Path:
            halves = {half: bundled(half, board, folder) for half in ("linux", "others")}
            cells = {
                name: boot(halves[system.handset], name, system, firmware=name == "debian")
                for name, system in SYSTEMS.items()
            }
            result = folder / "row.json"
            result.write_text(json.dumps({name: asdict(cell) for name, cell in cells.items()}))
            return result

        found = json.loads(once(shared / f"row-{board}", make).read_text())
        return {name: Cell(**cell) for name, cell in found.items()}

    return look


@pytest.mark.parametrize("board", BOARDS)
def test_a_board_boots_every_system(board: str, row: Callable[[str], Row]) -> None:
    """Each answers, nothing is refused to it, and the firmware misses no deadline meanwhile."""
    assert {name: cell.missed for name, cell in row(board).items()} == dict.fromkeys(SYSTEMS, 0)
    assert all(cell.met > 0 for cell in row(board).values())


def test_every_image_is_the_same_on_all_boards(
    row: Callable[[str], Row], handset: Path, record_property: Callable[[str, object], None]
) -> None:
    """Read from RAM at the first instruction: no image differs in a byte, nor any device tree."""
    rows = {board: row(board) for board in BOARDS}
    seen: dict[str, set[str]] = {}
    for cells in rows.values():
        for cell in cells.values():
            for name, digest in cell.digests.items():
                seen.setdefault(name, set()).add(digest)
    record_property("table", "\n".join([*_booted(rows), "", *_digests(seen)]))

    assert {name for name, digests in seen.items() if len(digests) > 1} == HERE_ALONE
    assert len(seen["realtime/dtb"]) == len(BOARDS)
    assert {name.partition("/")[0] for name in seen} == {"realtime", *SYSTEMS}
    for persona, file in (("debian", "linux"), ("backports", "linux-6.12")):
        built = sha256((handset / "images" / file).read_bytes()).hexdigest()
        assert seen[f"{persona}/kernel"] == {built}, "as Debian built it"


def _booted(rows: dict[str, Row]) -> list[str]:
    titles = "".join(f"{system.title:15}" for system in SYSTEMS.values())
    lines = [f"{'board':17}{titles}{'deadlines met, missed':23}what it is"]
    for board, cells in rows.items():
        booted = "".join(f"{'booted' if cell.said else '':15}" for cell in cells.values())
        met, missed = (
            sum(getattr(cell, key) for cell in cells.values()) for key in ("met", "missed")
        )
        lines.append(f"{board:17}{booted}{f'{met}, {missed}':23}{BOARDS[board]}")
    return lines


def _digests(seen: dict[str, set[str]]) -> list[str]:
    lines = [f"{'image':19}SHA-256 in RAM at its first instruction, of all {len(BOARDS)} boards"]
    for name, digests in seen.items():
        several = f"{len(digests)} of them: each tree has its board's addresses"
        lines.append(f"{name:19}{next(iter(digests)) if len(digests) == 1 else several}")
    return lines
