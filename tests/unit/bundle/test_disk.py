# SPDX-License-Identifier: Apache-2.0
"""The disk container: what is on a disk, in which forms, and how large it is."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import acme
from mvpsdk import bundle, disk
from mvpsdk.board import Slot
from mvpsdk.bundle import Wanted
from mvpsdk.errors import BundleError, DiskError, InputError
from mvpsdk.units import MIB
from pokes import place

if TYPE_CHECKING:
    from acme import Case


def with_slots(case: Case, *slots: Slot) -> Case:
    """The case on a board that has these slots."""
    return replace(case, plan=replace(case.plan, board=replace(case.plan.board, slots=slots)))


def test_a_disk_has_its_partitions_in_order(case: Case) -> None:
    """The FIT lies at the first byte of slot a, as it would in a file of its own."""
    made = case.disk(userdata=case.userdata())
    fit = case.pack("alone.itb").path.read_bytes()
    opened = bundle.open(made.path)

    assert opened.boot
    rows = [(each.name, each.offset // MIB, each.size) for each in opened.boot.disk.partitions]
    assert rows == [
        ("misc", 1, MIB),
        ("boot_a", 2, 16 * MIB),
        ("boot_b", 18, 16 * MIB),
        ("userdata", 34, 4 * MIB),
    ]
    data = made.path.read_bytes()
    assert data[2 * MIB :].startswith(fit)
    assert not any(data[2 * MIB + len(fit) : 34 * MIB])
    assert data[34 * MIB :].startswith((case.folder / "userdata").read_bytes())
    assert made.size == len(data) == opened.size
    assert made.notes == ("boot_a and boot_b have 16 MiB each: the board has no [[slot]] boot",)


# ---- other forms ----


def test_other_tools_make_the_disk_of_both_forms(case: Case) -> None:
    """Sgdisk finds nothing to complain about; simg2img and bmaptool give the same bytes."""
    data, simg, bmap = (case.folder / name for name in ("userdata", "p.simg", "p.bmap"))
    made = case.disk(userdata=case.userdata(), sparse=simg, bmap=bmap, both_slots=True)

    def run(*words: str) -> str:
        done = subprocess.run(
            words, cwd=case.folder, check=True, capture_output=True, text=True
        )  # fmt: skip
        return done.stdout

    assert "No problems found." in run("sgdisk", "-v", "phone.img")
    run("simg2img", "p.simg", "s.img")
    run("bmaptool", "-q", "copy", "--bmap", "p.bmap", "phone.img", "b.img")
    whole = made.path.read_bytes()
    assert (case.folder / "s.img").read_bytes() == whole
    assert (case.folder / "b.img").read_bytes() == whole
    assert data.read_bytes() in whole


def test_a_sparse_image_goes_onto_a_disk_that_is_not_blank(case: Case) -> None:
    """Zeros that were given are written, and what nobody gave is left alone."""
    simg = case.folder / "p.simg"
    made = case.disk(userdata=case.userdata(), sparse=simg)
    with simg.open("rb") as file:
        index = disk.read_sparse(file)
        kinds = list(index.places)
        skipped = [
            (low * index.block, high * index.block)
            for low, high, kind in zip(
                index.starts, [*index.starts[1:], index.size // index.block], kinds, strict=True
            )
            if kind == (1 << 64) - 2
        ]
    user, size = place(made.path, "userdata"), (case.folder / "userdata").stat().st_size
    fit = place(made.path, "boot_a"), bundle.open(made.path).parts[1].span.size

    for start, count in ((user, size), fit, (0, 34 * 512), (made.size - 33 * 512, 33 * 512)):
        assert all(high <= start or low >= start + count for low, high in skipped)
    assert any(low <= place(made.path, "boot_b") < high for low, high in skipped)


def test_a_block_map_leaves_out_holes_of_user_data_alone(case: Case) -> None:
    """Zeros within a FIT have a digest; those in a table a CRC."""
    bmap = case.folder / "p.bmap"
    made = case.disk(userdata=case.userdata(), bmap=bmap)
    with bmap.open("rb") as file:
        found = disk.read_bmap(file)
    blocks = {block for each in found.ranges for block in range(each.first, each.last + 1)}
    fit = bundle.open(made.path).parts[1].span
    user = place(made.path, "userdata") // 4096

    assert set(range(5)) <= blocks
    assert set(range(fit.offset // 4096, (fit.offset + fit.size) // 4096 + 1)) <= blocks
    assert {user + MIB // 4096} <= blocks
    assert not {user, user + 2 * MIB // 4096} & blocks
    with made.path.open("rb") as file:
        assert disk.check_bmap(found, file) == ()


def test_user_data_may_be_a_sparse_image(case: Case, again: Case) -> None:
    """It is unpacked on the way; the disk is the same."""
    data = case.userdata(size=4 * MIB)
    with data.open("rb") as file, (again.folder / "userdata.simg").open("wb") as packed:
        disk.write_sparse(file, 4 * MIB, packed, [(0, 4 * MIB)])

    one = case.disk(userdata=data)
    two = again.disk(userdata=again.folder / "userdata.simg")

    assert one.path.read_bytes() == two.path.read_bytes()


def test_the_same_inputs_give_the_same_disk(
    case: Case, again: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another folder, another time zone, and with user data that has no holes."""
    names = ("phone.img", "phone.simg")
    case.disk(userdata=case.userdata(), sparse=case.folder / "phone.simg")
    (again.folder / "userdata").write_bytes((case.folder / "userdata").read_bytes())
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    again.disk(userdata=again.folder / "userdata", sparse=again.folder / "phone.simg")

    for name in names:
        assert (case.folder / name).read_bytes() == (again.folder / name).read_bytes()


def test_other_contents_give_other_identifiers(case: Case) -> None:
    """One bit of user data is enough."""
    one = bundle.open(case.disk(userdata=case.userdata()).path).boot
    two = bundle.open(case.disk(userdata=case.userdata(at=MIB + 1)).path).boot

    assert one
    assert two
    assert one.disk.guid != two.disk.guid


# ---- sizes ----


def test_the_boards_slots_say_how_large_they_are(case: Case) -> None:
    """By the partition's name, whatever is said of others."""
    found = with_slots(
        case, Slot(name="boot_a", size=2 * MIB), Slot(name="work_a", size=512 * 1024)
    )
    made = found.disk()
    boot = bundle.open(made.path).boot

    assert boot
    assert boot.slots[0].size == boot.slots[1].size == 2 * MIB
    assert made.notes == ("userdata has 64 MiB and is empty: --userdata-size says else",)


def test_slots_by_other_names_count_too(case: Case) -> None:
    """A vendor may call them as he likes; the least of them is the limit."""
    found = with_slots(case, Slot(name="hyp_a", size=4 * MIB), Slot(name="hyp_b", size=3 * MIB))
    boot = bundle.open(found.disk().path).boot

    assert boot
    assert boot.slots[0].size == 3 * MIB


def test_a_bundle_that_is_too_large_for_its_slot_is_refused(case: Case) -> None:
    """Both sizes are told, and nothing is written."""
    found = with_slots(case, Slot(name="boot_a", size=256 * 1024))

    with pytest.raises(DiskError, match=r"has .* \(0x\w+ bytes\), the slot 256 KiB \(0x40000 b"):
        found.disk()
    assert not (case.folder / "phone.img").exists()


def test_user_data_larger_than_their_partition_are_refused(case: Case) -> None:
    """The hint is a size that is enough."""
    with pytest.raises(
        DiskError, match=r"user data have 3145805 bytes .* partition 2097152"
    ) as got:
        case.disk(userdata=case.userdata(), userdata_size=2 * MIB)

    assert "--userdata-size 4MiB" in got.value.hint
    assert not (case.folder / "phone.img").exists()


def test_a_part_of_no_such_persona_is_refused(case: Case) -> None:
    """This bundle delegates nothing."""
    with pytest.raises(BundleError, match='no persona "work" that comes in a part of its own'):
        case.disk(parts={"work": case.folder / "kernel"})


@pytest.mark.parametrize("option", ["userdata", "sparse", "bmap", "both_slots", "userdata_size"])
def test_a_fit_takes_none_of_a_disks_options(case: Case, option: str) -> None:
    """Nothing that was asked for is left undone in silence."""
    given: dict[str, Any] = {option: True if option == "both_slots" else Path("x")}
    wanted = Wanted(output=case.folder / "x.itb", **given)

    with pytest.raises(InputError, match=f"the container fit has no --{option.replace('_', '-')}"):
        bundle.find_container("fit", wanted)


@pytest.mark.parametrize("other", ["sparse", "bmap"])
def test_two_outputs_never_share_a_file(case: Case, other: str) -> None:
    """Nor is one of them an input."""
    taken: dict[str, Any] = {other: case.folder / "phone.img"}
    again: dict[str, Any] = {other: case.folder / "userdata"}
    with pytest.raises(BundleError):
        case.disk(**taken)
    data = case.userdata()
    with pytest.raises(BundleError, match="own inputs"):
        case.disk(userdata=data, **again)


def test_one_output_that_fails_leaves_none(case: Case) -> None:
    """Whatever stood there stays."""
    before = {path: path.read_bytes() for path in case.folder.iterdir()}

    with pytest.raises(InputError, match="does not exist"):
        case.disk(sparse=case.folder / "nowhere" / "p.simg")

    assert {path: path.read_bytes() for path in case.folder.iterdir()} == before


# ---- memory ----

MEASURE = """
import json, re, sys
from pathlib import Path
from mvpsdk import bundle
from acme import prepare

folder = Path(sys.argv[1])
case = prepare(folder / "acme")
made = case.disk(userdata=folder / "userdata", sparse=folder / "phone.simg",
                 bmap=folder / "phone.bmap")
for path in (made.path, folder / "phone.simg"):
    opened = bundle.open(path)
    assert all(digest.ok for digest in bundle.verify(opened))
    bundle.extract(opened, ("userdata",), folder / f"from-{path.name}")
# getrusage would tell of the process that this one was forked from, too
peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", Path("/proc/self/status").read_text())[1])
print(json.dumps({"size": made.size, "peak": peak << 10}))
"""


def test_more_than_four_gib_of_user_data_take_constant_memory(tmp_path: Path) -> None:
    """Made, verified and taken out, of both forms, in 150 MiB all in all."""
    with (tmp_path / "userdata").open("wb") as file:
        file.truncate((4 << 30) + 300 * MIB + 5)
        for piece in range(96):  # what is read and written, not skipped
            file.seek(piece * 45 * MIB)
            file.write(hashlib.shake_128(bytes([piece])).digest(MIB))
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(Path(acme.__file__).parent)},
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)

    assert found["size"] > 4 << 30
    assert found["peak"] <= 150 * MIB
    for name in ("phone.img", "phone.simg"):
        taken = tmp_path / f"from-{name}" / "userdata"
        assert taken.stat().st_size == (4 << 30) + 301 * MIB
        with taken.open("rb") as file:
            file.seek(95 * 45 * MIB)
            assert file.read(MIB) == hashlib.shake_128(bytes([95])).digest(MIB)
