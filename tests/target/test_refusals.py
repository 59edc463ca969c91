# SPDX-License-Identifier: Apache-2.0
"""The booted hypervisor refuses a damaged pack for the very reason that the host gives."""

from __future__ import annotations

import random
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import packs
from mvpsdk.build import image
from mvpsdk.core import facade as core
from mvpsdk.store import Cache
from powered import powered

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

BOOTS = 200
MENDED = 50
AT_ONCE = 2
SEED = 2026
STOP = re.compile(rb"\[mvp\] stop reason=0x([0-9a-f]+) ")
ACCEPTED = b"[mvp] hypervisor window="


@pytest.fixture(scope="module")
def hypervisor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hypervisor for a board with a PL011."""
    path = tmp_path_factory.mktemp("refusals") / "hypervisor"
    path.write_bytes(image("pl011", cache=Cache.default()).binary)
    return path


@pytest.fixture(scope="module")
def whole() -> bytes:
    """A pack that is accepted on QEMU's virt; nobody gets as far as its images."""
    metadata = core.pack_write(packs.good_pack())
    return metadata.ljust(core.pack_read(metadata).total_size, b"\0")


def metadata_size(pack: bytes) -> int:
    """Bytes of header, configuration and tables."""
    return core.pack_read(pack).meta_size


def flipped(pack: bytes, place: int, draw: random.Random) -> bytes:
    """The pack with some bits of one byte turned over."""
    return pack[:place] + bytes([pack[place] ^ draw.randrange(1, 256)]) + pack[place + 1 :]


def mended(pack: bytes) -> bytes:
    """The pack with the checksum that its metadata would have."""
    return packs.sealed(packs.as_buffer(pack))


def host_says(pack: bytes) -> int:
    """The reason code that the host gives to an initrd."""
    start = core.pack_find(pack)
    if start is None:
        return core.Reason.PACK_NOT_FOUND
    return core.pack_check(pack[start:]).reason


def verdict(line: bytes) -> str | None:
    """The reason in a line of the hypervisor's, None if it is about something else."""
    stopped = STOP.search(line)
    if stopped:
        return str(int(stopped[1], 16))
    return "0" if ACCEPTED in line else None


def board_says(hypervisor: Path, initrd: Path) -> int:
    """The reason code that the hypervisor stops with; 0 if it goes on, -1 if it says nothing."""
    with powered("-kernel", str(hypervisor), "-initrd", str(initrd)) as (_, lines):
        return int(next(filter(None, map(verdict, lines)), -1))


def boot_all(hypervisor: Path, damaged: list[bytes], folder: Path) -> list[int]:
    """What the board says to each, a few at a time."""

    def boot(number: int) -> int:
        initrd = folder / str(number)
        initrd.write_bytes(damaged[number])
        return board_says(hypervisor, initrd)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(boot, range(len(damaged))))


def test_whole_pack_is_accepted(hypervisor: Path, whole: bytes, tmp_path: Path) -> None:
    """The pack whose bytes are flipped is accepted by both as it is."""
    assert host_says(whole) == core.Reason.OK
    assert boot_all(hypervisor, [whole], tmp_path) == [core.Reason.OK]


def test_flipped_byte_is_refused_for_the_same_reason(
    hypervisor: Path, whole: bytes, tmp_path: Path
) -> None:
    """200 bytes, spread over header, configuration and tables: host and board say the same."""
    draw = random.Random(SEED)  # noqa: S311 - the same bytes each time
    size = metadata_size(whole)
    damaged = [flipped(whole, n * size // BOOTS, draw) for n in range(BOOTS)]
    host = [host_says(pack) for pack in damaged]
    assert core.Reason.OK not in host
    assert boot_all(hypervisor, damaged, tmp_path) == host


def test_damage_below_the_checksum_is_refused_for_the_same_reason(
    hypervisor: Path, whole: bytes, tmp_path: Path
) -> None:
    """With the checksum mended it is the configuration that is judged: the same reasons again."""
    draw = random.Random(SEED)  # noqa: S311 - the same bytes each time
    tables = range(256, metadata_size(whole))
    damaged = [mended(flipped(whole, draw.choice(tables), draw)) for _ in range(4 * MENDED)]
    refused = [pack for pack in damaged if host_says(pack) != core.Reason.OK][:MENDED]
    host = [host_says(pack) for pack in refused]
    assert len(refused) == MENDED
    assert len(set(host)) >= 5
    assert boot_all(hypervisor, refused, tmp_path) == host


def test_a_pack_for_another_console_driver_is_refused(hypervisor: Path, tmp_path: Path) -> None:
    """Both names are told, on the console that the device tree names."""
    pack = packs.good_pack()
    board = replace(pack.boards[0], console_driver="another", console_shift=2, console_width=4)
    metadata = core.pack_write(replace(pack, boards=(board,)))
    initrd = tmp_path / "pack"
    initrd.write_bytes(metadata.ljust(core.pack_read(metadata).total_size, b"\0"))
    assert core.pack_check(initrd.read_bytes()).ok
    with powered("-kernel", str(hypervisor), "-initrd", str(initrd)) as (_, lines):
        assert [next(lines) for _ in range(3)] == [
            b"[mvp] console driver of the pack another\r\n",
            b"[mvp] console driver of this build pl011\r\n",
            b"[mvp] stop reason=0x48 table=0x0 index=0x0 value=0x0 bound=0x0\r\n",
        ]
