# SPDX-License-Identifier: Apache-2.0
"""Verifying disks, raw and sparse: each slot is a bundle, boot control and the table come first."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import bundle, disk, sign
from mvpsdk.core.facade import Slots, slots_flash, slots_new, slots_succeed
from pokes import poke

if TYPE_CHECKING:
    from acme import Case


@pytest.fixture(scope="module")
def phone(acme: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A disk with the signed bundle in both slots; beside it the sparse image of it."""
    folder = tmp_path_factory.mktemp("phone")
    signers = sign.open_signers(["test:"])
    wanted = bundle.Wanted(
        output=folder / "phone.img", both_slots=True, sparse=folder / "phone.simg"
    )
    seal: Any = lambda file: sign.seal(file, signers)  # noqa: E731 - what `make` takes
    bundle.make(acme.plan, acme.hypervisor, acme.files, wanted, container="disk", seal=seal)
    return folder / "phone.img"


@pytest.fixture
def copy(phone: Path, tmp_path: Path) -> Path:
    """One that may be damaged."""
    return Path(shutil.copyfile(phone, tmp_path / "phone.img"))


def place(path: Path, name: str) -> int:
    """Where a partition or a part begins."""
    opened = bundle.open(path)
    assert opened.boot
    found = opened.boot.disk.find(name)
    parts = {part.name: part.span.offset for part in opened.entries()}
    return found.offset if found else parts[name]


def refusals(path: Path, wanted: sign.Wanted) -> list[str]:
    """Names of the checks that refuse it."""
    return [check.name for check in sign.verify(path, wanted).refusals]


@pytest.mark.parametrize("name", ["phone.img", "phone.simg"])
def test_a_whole_disk_is_verified(phone: Path, wanted: sign.Wanted, name: str) -> None:
    """Both slots, by each check that a bundle goes through."""
    report = sign.verify(phone.with_name(name), wanted)

    assert report.ok
    names = [check.name for check in report.checks]
    assert names[:2] == ["container", "boot control"]
    assert {"boot_a tree", "boot_b tree", "boot_a rollback index"} <= set(names)
    assert report.manifest
    assert report.manifest.signed


def test_an_empty_slot_is_well_unless_it_starts(acme: Case, wanted: sign.Wanted) -> None:
    """An unsigned bundle in the other one is refused as it would be alone."""
    path = acme.disk("unsigned.img").path
    alone = acme.pack("unsigned.itb").path
    assert refusals(path, wanted) == [f"boot_a {name}" for name in refusals(alone, wanted)]

    poke(path, place(path, "misc"), slots_new(slots_flash(Slots(), 1, rollback_index=3)))
    assert "boot_b" in refusals(path, wanted)


@pytest.mark.parametrize("part", ["hypervisor", "pack", "manifest", "work/ramdisk"])
def test_one_bit_in_either_slot_is_refused(copy: Path, wanted: sign.Wanted, part: str) -> None:
    """The slot is named."""
    at = place(copy, f"boot_b/{part}") + 5
    poke(copy, at, bytes([copy.read_bytes()[at] ^ 4]))

    found = refusals(copy, wanted)

    assert found
    assert all(name.startswith("boot_b ") for name in found)


def test_a_slot_that_holds_no_bundle_is_refused(copy: Path, wanted: sign.Wanted) -> None:
    """A legacy image is none."""
    poke(copy, place(copy, "boot_b"), b"\x27\x05\x19\x56")

    assert refusals(copy, wanted) == ["boot_b container"]


def test_boot_control_must_be_there_and_true(copy: Path, wanted: sign.Wanted) -> None:
    """Nothing starts without; with a wrong index the floor would not rise."""
    misc = place(copy, "misc")
    state = slots_flash(slots_flash(Slots(), 1, rollback_index=3), 0, rollback_index=4)
    poke(copy, misc, slots_new(state))
    assert refusals(copy, wanted) == ["boot_a rollback index"]

    state = replace(slots_flash(Slots(), 1, rollback_index=9), booted=1)
    poke(copy, misc, slots_new(slots_succeed(state)))
    assert refusals(copy, wanted) == ["boot_a rollback index"] * 2 + ["boot_b rollback index"] * 2

    poke(copy, misc, slots_new())
    assert "boot control" in refusals(copy, wanted)
    poke(copy, misc, bytes(8192))
    assert refusals(copy, wanted) == ["boot control"]


def test_a_damaged_table_is_refused(copy: Path, wanted: sign.Wanted) -> None:
    """One copy is told of; without any there is nothing to look at."""
    poke(copy, 1024 + 200, b"\xff")
    assert refusals(copy, wanted) == ["container"]
    poke(copy, copy.stat().st_size - 512, b"\xff")
    report = sign.verify(copy, wanted)

    assert [check.name for check in report.checks] == ["container"]
    assert "backup table" in report.checks[0].found


@pytest.mark.parametrize("at", [0, 64 * disk.BLOCK, -34 * disk.BLOCK], ids=["record", "gap", "end"])
def test_bytes_outside_of_partitions_are_refused(copy: Path, wanted: sign.Wanted, at: int) -> None:
    """Chips have their boot loader there, and it would come onto the medium with the rest."""
    poke(copy, at % copy.stat().st_size, b"\x14")

    report = sign.verify(copy, wanted)

    (refused,) = report.refusals
    assert "neither of a partition nor of the table" in refused.what


def test_a_sparse_image_of_no_disk_is_refused(tmp_path: Path, wanted: sign.Wanted) -> None:
    """Nor is one that is cut short."""
    data, path = tmp_path / "data", tmp_path / "data.simg"
    data.write_bytes(b"x" * 8192)
    with data.open("rb") as file, path.open("wb") as sparse:
        disk.write_sparse(file, 8192, sparse, [(0, 8192)])
    assert refusals(path, wanted) == ["container"]

    path.write_bytes(path.read_bytes()[:-1])
    assert "chunk 0 ends at byte" in sign.verify(path, wanted).checks[0].found
