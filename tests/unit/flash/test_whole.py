# SPDX-License-Identifier: Apache-2.0
"""A disk image onto a whole medium."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from flashable import Phones, carry_out, digest, facts, options, plan, write_disk
from media import PowerCutError, Recorder, silent
from mvpsdk import disk, flash
from mvpsdk.core.facade import Slots, slots_flash
from mvpsdk.disk.sparse import write_sparse
from mvpsdk.errors import CheckFailed, InputError, RefusedError
from mvpsdk.units import MIB

if TYPE_CHECKING:
    from pathlib import Path

OTHER = b"what somebody else has left "


@pytest.fixture
def image(tmp_path: Path, phones: Phones) -> Path:
    """A disk image."""
    return write_disk(tmp_path / "image.img", a=phones.old)


@pytest.fixture
def sparse(image: Path) -> Path:
    """The same as a sparse image, which leaves out boot_b and most of the user data."""
    path = image.with_suffix(".simg")
    size = image.stat().st_size
    with image.open("rb") as raw, path.open("w+b") as file:
        write_sparse(raw, size, file, [(0, 10 * MIB), (size - 2 * MIB, size)])
    return path


def planned(device: flash.BlockDevice, image: Path) -> flash.Plan:
    """What would be done with a medium."""
    return flash.BlockTarget("medium", device).plan(flash.open_flashable(image), options(), silent)


def test_a_file_is_made(tmp_path: Path, image: Path) -> None:
    """Byte for byte the image, holes and all; sgdisk takes it."""
    made = tmp_path / "made.img"
    assert carry_out(made, image).changed
    assert made.read_bytes() == image.read_bytes()
    assert made.stat().st_blocks <= image.stat().st_blocks + 64
    said = subprocess.run(["sgdisk", "-v", made], capture_output=True, text=True, check=True)
    assert "No problems found" in said.stdout
    assert not carry_out(made, image).changed


def test_a_plan_makes_no_file(tmp_path: Path, image: Path) -> None:
    """It says what would be written."""
    found = plan(tmp_path / "made.img", image)
    assert found.parts[0].missing
    assert not (tmp_path / "made.img").exists()


def test_a_sparse_image_is_written_where_it_says_something(image: Path, sparse: Path) -> None:
    """Zeros that it tells are written, what it skips stays, whatever is there."""
    size = image.stat().st_size
    device = Recorder((OTHER * (size // len(OTHER) + 1))[:size])
    was = bytes(device.data)
    assert planned(device, sparse).carry_out(silent).changed
    raw = image.read_bytes()
    assert device.data[: 10 * MIB] == raw[: 10 * MIB]
    assert device.data[-2 * MIB :] == raw[-2 * MIB :]
    assert device.data[10 * MIB : -2 * MIB] == was[10 * MIB : -2 * MIB]
    assert not planned(device, sparse).carry_out(silent).changed


def test_holes_of_a_raw_image_are_zeros(image: Path) -> None:
    """A medium that had something there has zeros there afterwards."""
    size = image.stat().st_size
    device = Recorder((OTHER * (size // len(OTHER) + 1))[:size])
    planned(device, image).carry_out(silent)
    assert device.data == image.read_bytes()


def test_the_backup_table_moves_to_the_end_of_a_larger_medium(tmp_path: Path, image: Path) -> None:
    """As the specification wants it; the rest is the image's."""
    path = tmp_path / "large.img"
    with path.open("wb") as file:
        file.truncate(64 * MIB)
    assert carry_out(path, image).changed
    with path.open("rb") as file, image.open("rb") as other:
        found, was = disk.read(file), disk.read(other)
    assert (found.partitions, found.guid, found.damage) == (was.partitions, was.guid, ())
    assert found.size == 64 * MIB
    said = subprocess.run(["sgdisk", "-v", path], capture_output=True, text=True, check=True)
    assert "No problems found" in said.stdout
    assert path.read_bytes()[MIB : 19 * MIB] == image.read_bytes()[MIB : 19 * MIB]
    assert not carry_out(path, image).changed


def test_no_cut_leaves_a_disk_that_starts_and_is_not_whole(tmp_path: Path, phones: Phones) -> None:
    """Before any block: the table is there only while all that it leads to is whole."""
    image = write_disk(tmp_path / "small.img", a=phones.old, room=MIB)
    size = image.stat().st_size
    before = bytearray(image.read_bytes())
    before[MIB : MIB + 512] = bytes(512)
    before[3 * MIB : 3 * MIB + 4] = b"oldd"
    start, wanted = bytes(before), image.read_bytes()
    whole = Recorder(start)
    planned(whole, image).carry_out(silent)
    assert whole.data == wanted
    head = whole.log[0]
    assert head == ("write", 0, 34 * 512)
    table_taken, last = 34 + 33, whole.blocks - 1
    seen = set()
    cuts = [0, 1, 2, 33, 34, table_taken - 1, table_taken, table_taken + 1, last // 2]
    for cut in (*cuts, last - 67, last - 66, last - 35, last - 34, last - 33, last - 1, last):
        device = Recorder(start, cut=cut)
        with pytest.raises(PowerCutError):
            planned(device, image).carry_out(silent)
        found = table(device)
        body = bytes(device.data[MIB : size - MIB])
        whole_bodies = (start[MIB : size - MIB], wanted[MIB : size - MIB])
        assert body in whole_bodies or not found
        seen.add((found, body == wanted[MIB : size - MIB]))
        again = Recorder(bytes(device.data))
        planned(again, image).carry_out(silent)
        assert again.data == wanted
    assert seen == {(True, False), (False, False), (False, True), (True, True)}


def table(device: flash.MemoryBlocks) -> bool:
    """Whether there is a table that any loader would take."""
    from io import BytesIO

    from mvpsdk.errors import DiskError

    try:
        disk.read(BytesIO(device.data))
    except DiskError:
        return False
    return True


def test_a_medium_that_loses_the_table_is_found_out(image: Path) -> None:
    """It takes all else, and the first block never."""

    class Loser(Recorder):
        def write(self, offset: int, data: bytes) -> None:
            super().write(offset, data if offset else bytes(len(data)))

    with pytest.raises(RefusedError, match="partition table at byte 0 reads back other"):
        planned(Loser(image.stat().st_size), image).carry_out(silent)


def no(path: Path, phones: Phones, **changes: object) -> Path:
    """A disk image with something wrong."""
    return write_disk(path, **{"a": phones.old, **changes})  # type: ignore[arg-type]


def test_a_disk_that_would_not_start_is_refused(tmp_path: Path, phones: Phones) -> None:
    """What misc says must be so, and something must start."""
    both = slots_flash(slots_flash(Slots(), 0, rollback_index=3), 1, rollback_index=3)
    fourth = slots_flash(Slots(), 0, rollback_index=4)
    cases: dict[str, dict[str, object]] = {
        "boot control: it lets no slot start": {"state": Slots()},
        "boot_b: empty": {"state": both},
        "boot_b rollback index: bundle 1, boot control 3": {"state": both, "b": phones.low},
        "boot_a signature: the bundle is unsigned": {"a": phones.unsigned, "state": fourth},
    }
    for says, changes in cases.items():
        path = no(tmp_path / "bad.img", phones, **changes)
        with pytest.raises(CheckFailed) as caught:
            carry_out(tmp_path / "made.img", path)
        assert any(says in fault.message for fault in caught.value.faults), caught.value
        assert not (tmp_path / "made.img").exists()


def test_a_disk_for_another_board_or_an_older_one_is_refused(
    tmp_path: Path, image: Path, phones: Phones
) -> None:
    """By what the medium holds, and by the file of facts, which decides if it is named."""
    state = slots_flash(Slots(rollback_index=4), 0, rollback_index=4)
    there = write_disk(tmp_path / "there.img", a=phones.other, state=state)
    before = digest(there)
    with pytest.raises(CheckFailed) as caught:
        carry_out(there, image)
    told = str(caught.value)
    assert "boot_a device board: the bundle is for qemu-virt, the device is" in told
    assert "boot_a device rollback index: the bundle has 3, the device 4" in told
    with pytest.raises(CheckFailed) as caught:
        carry_out(there, image, device=facts("qemu-virt"))
    assert len(caught.value.faults) == 1
    assert digest(there) == before
    state = replace(state, rollback_index=3)
    write_disk(there, a=phones.other, state=state)
    assert carry_out(there, image, device=facts("qemu-virt")).changed


def test_a_medium_that_is_too_small_is_refused(image: Path) -> None:
    """Both sizes are told."""
    size = image.stat().st_size
    found = planned(Recorder(size - 512), image)
    with pytest.raises(CheckFailed, match=f"{size} bytes .*, the medium {size - 512}"):
        found.carry_out(silent)


def test_a_disk_image_that_is_damaged_is_refused(tmp_path: Path, image: Path) -> None:
    """One bit in a table, or cut short."""
    data = bytearray(image.read_bytes())
    data[1024 + 60] ^= 1
    image.write_bytes(data)
    with pytest.raises(CheckFailed, match="container: primary table: its entries have CRC"):
        carry_out(tmp_path / "made.img", image)
    with image.open("r+b") as file:
        file.truncate(20 * MIB)
    with pytest.raises(CheckFailed, match="container: "):
        carry_out(tmp_path / "made.img", image)


def test_what_a_file_is_its_first_bytes_tell(tmp_path: Path) -> None:
    """Neither a bundle nor a disk: refused by what it begins with."""
    for data, says in ((b"", "the file is empty"), (b"MVP-PACK", "begins with 4d 56 50")):
        path = tmp_path / "file.itb"
        path.write_bytes(data)
        with pytest.raises(InputError, match=says):
            flash.open_flashable(path)
