# SPDX-License-Identifier: Apache-2.0
"""Opening disks: slots, boot control, what comes out of them, and what is damaged."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import bundle, disk
from mvpsdk.core import facade
from mvpsdk.core.facade import Slots, slots_flash, slots_new, slots_refuse, slots_write
from mvpsdk.errors import BundleError, DiskError
from mvpsdk.units import MIB
from pokes import place, poke

if TYPE_CHECKING:
    from pathlib import Path

    from acme import Case

PARTS = [f"boot_a/{name}" for name in ("hypervisor", "pack", "sbom", "provenance", "manifest")]
IMAGES = ["boot_a/work/kernel", "boot_a/work/ramdisk", "boot_a/work/dtb"]


def test_an_opened_disk_tells_its_slots(case: Case) -> None:
    """By name, with the manifest and the pack of the one that starts."""
    made = case.disk()
    opened = bundle.open(made.path)

    assert (opened.kind, opened.manifest) == ("disk", made.manifest)
    assert [part.name for part in opened.parts] == ["misc", "boot_a.itb", *PARTS, "userdata"]
    assert [part.name for part in opened.images] == IMAGES
    assert opened.pack
    assert opened.verdict
    assert opened.verdict.ok
    boot = opened.boot
    assert boot
    assert boot.active == "a"
    assert boot.state
    assert boot.state.slots[0].rollback_index == 3
    assert [(slot.partition, slot.empty) for slot in boot.slots] == [
        ("boot_a", False),
        ("boot_b", True),
    ]
    assert opened.started() is boot.slots[0].contents
    assert all(digest.ok for digest in bundle.verify(opened))


def test_nothing_but_what_has_a_digest_is_read_to_verify(case: Case) -> None:
    """User data may be anything, and large."""
    digests = {each.name: each for each in bundle.verify(bundle.open(case.disk().path))}

    unread = {name for name, digest in digests.items() if not digest.found}
    assert unread == {"misc", "boot_a.itb", "userdata"}


def test_both_slots_can_be_filled(case: Case) -> None:
    """Slot a goes first; if it fails, slot b is there."""
    opened = bundle.open(case.disk(both_slots=True).path)

    assert opened.boot
    state = opened.boot.state
    assert state
    assert opened.boot.active == "a"
    assert facade.slots_choose(slots_refuse(state, 0)) == 1
    first, second = (slot.contents for slot in opened.boot.slots)
    assert first
    assert second
    assert first.manifest == second.manifest
    assert [part.name for part in opened.images][3:] == [
        name.replace("boot_a", "boot_b") for name in IMAGES
    ]


def test_what_comes_out_is_what_went_in(case: Case, tmp_path: Path) -> None:
    """The FIT of a slot, its parts, and user data with its holes."""
    fit = case.pack("alone.itb").path
    path = case.disk(userdata=case.userdata(), userdata_size=64 * MIB).path
    bundle.extract(bundle.open(path), (), tmp_path / "out")
    bundle.extract(bundle.open(fit), (), tmp_path / "alone")

    assert (tmp_path / "out" / "boot_a.itb").read_bytes() == fit.read_bytes()
    for name in ("hypervisor", "pack", "work/dtb"):
        assert (tmp_path / "out" / "boot_a" / name).read_bytes() == (
            tmp_path / "alone" / name
        ).read_bytes()
    taken = tmp_path / "out" / "userdata"
    assert taken.stat().st_size == 64 * MIB
    assert taken.stat().st_blocks * 512 < MIB
    whole = taken.read_bytes()
    given = (case.folder / "userdata").read_bytes()
    assert whole[: len(given)] == given
    assert not any(whole[len(given) :])


def test_a_sparse_image_opens_as_the_disk_that_it_is(case: Case, tmp_path: Path) -> None:
    """Every part comes out of it, checked."""
    more: dict[str, Any] = {"userdata": case.userdata(), "sparse": case.folder / "phone.simg"}
    made = case.disk(**more)
    assert made.also == (case.folder / "phone.simg",)
    opened = bundle.open(case.folder / "phone.simg")
    raw = bundle.open(made.path)

    assert opened.boot
    assert opened.boot.sparse
    assert opened.size == made.size
    assert opened.boot.disk == raw.boot.disk if raw.boot else False
    assert opened.manifest == made.manifest
    assert [digest.found for digest in bundle.verify(opened)] == [
        digest.found for digest in bundle.verify(raw)
    ]
    bundle.extract(opened, ("boot_a.itb", "userdata"), tmp_path / "out")
    bundle.extract(raw, ("boot_a.itb", "userdata"), tmp_path / "raw")
    for name in ("boot_a.itb", "userdata"):
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "raw" / name).read_bytes()


# ---- damage ----


def test_slots_that_hold_something_else_are_told(case: Case) -> None:
    """What is wrong with one says nothing of the other."""
    path = case.disk(both_slots=True).path
    poke(path, place(path, "boot_b"), b"ANDROID!")
    boot = bundle.open(path).boot

    assert boot
    assert boot.slots[0].contents
    assert boot.slots[1].fault == "no FIT: it begins with 41 4e 44 52 4f 49 44 21"
    poke(path, place(path, "boot_a") + 4, (1 << 31).to_bytes(4))
    with pytest.raises(BundleError, match="starts nothing: boot_a: the FIT's tree has"):
        bundle.open(path).started()


def test_a_part_beyond_its_slot_is_refused(case: Case) -> None:
    """It would be another partition's bytes."""
    path = case.disk(both_slots=True).path
    table = bundle.open(path).boot
    assert table
    small = disk.plan(
        [
            disk.Wanted(name="misc", type=disk.TYPE_MISC, size=MIB),
            disk.Wanted(name="boot_a", type=disk.TYPE_BOOT, size=MIB),
        ],
        "",
    )
    shorter = replace(small.partitions[1], last=small.partitions[1].first + 100)
    with path.open("r+b") as file:
        file.truncate(small.size)
        disk.write(file, replace(small, partitions=(small.partitions[0], shorter)))
    boot = bundle.open(path).boot

    assert boot
    assert "ends at byte" in boot.slots[0].fault
    assert boot.slots[0].contents is None


def test_without_boot_control_nothing_starts(case: Case) -> None:
    """Nobody may invent a state."""
    path = case.disk().path
    poke(path, place(path, "misc"), bytes(8192))
    opened = bundle.open(path)

    assert opened.boot
    assert (opened.boot.state, opened.boot.active, opened.manifest) == (None, "", None)
    with pytest.raises(BundleError, match="starts nothing: no slot may start"):
        opened.started()


def test_the_active_slot_is_what_boot_control_says(case: Case) -> None:
    """By the core's own choice, also if it is empty."""
    path = case.disk().path
    state = slots_flash(Slots(), 1, rollback_index=3)
    poke(path, place(path, "misc"), slots_new(state))

    assert bundle.open(path).boot
    with pytest.raises(BundleError, match="starts nothing: boot_b: it is empty"):
        bundle.open(path).started()


def test_the_newer_copy_of_boot_control_counts(case: Case) -> None:
    """As a boot script reads it."""
    path = case.disk(both_slots=True).path
    boot = bundle.open(path).boot
    assert boot
    assert boot.state
    block = slots_write(slots_refuse(boot.state, 0))
    poke(path, place(path, "misc") + block.offset, block.data)

    after = bundle.open(path)
    assert after.boot
    assert after.boot.active == "b"
    assert after.started() is after.boot.slots[1].contents


def test_a_disk_whose_table_is_gone_is_refused(case: Case) -> None:
    """With one copy left it opens, and says so."""
    path = case.disk().path
    poke(path, 512 + 16, b"\xff\xff")
    boot = bundle.open(path).boot
    assert boot
    assert boot.disk.damage[0].startswith("primary table: its header has CRC")

    poke(path, path.stat().st_size - 512 + 16, b"\xff\xff")
    with pytest.raises(DiskError, match=r"primary table: .* backup table: "):
        bundle.open(path)


def test_a_sparse_image_of_something_else_is_an_image(tmp_path: Path) -> None:
    """As before: it is named, not opened."""
    path = tmp_path / "userdata.simg"
    with path.open("wb") as file:
        disk.write_sparse(io.BytesIO(b"x" * 8192), 8192, file, [(0, 8192)])

    found = bundle.open(path)

    assert (found.kind, found.boot) == ("image", None)
