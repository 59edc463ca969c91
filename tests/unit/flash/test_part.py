# SPDX-License-Identifier: Apache-2.0
"""A persona's own part into a slot, under its vendor's key."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

import acme
from fastboot_server import Device, FastbootServer
from flashable import carry_out, digest, options, plan, signed, write_disk
from media import silent
from mvpsdk import bundle, disk, flash, sign
from mvpsdk.core.facade import (
    Slots,
    slots_choose,
    slots_flash,
    slots_read,
    slots_start,
    slots_succeed,
)
from mvpsdk.errors import CheckFailed, InputError
from mvpsdk.flash.model import Outcome

if TYPE_CHECKING:
    from pathlib import Path

KEYS = (
    'update-key = "vendor.pub"\nupdate-room = "1 MiB"\nupdate-index = 2\nupdate-least = {least}\n'
)
GOOD = slots_succeed(slots_start(slots_flash(Slots(rollback_index=3), 0, rollback_index=3), 0))


@dataclass(frozen=True)
class Vendors:
    """A bundle whose persona is its vendor's, and parts of it."""

    bundle: Path
    part: Path
    newer: Path  # another ramdisk
    foreign: Path  # by another key
    stricter: Path  # a bundle that takes no part of so low an index


def key(path: Path) -> None:
    """A vendor's pair, private at the path, public beside it."""
    private = rsa.generate_private_key(65537, 2048)
    pem = serialization.Encoding.PEM
    path.write_bytes(
        private.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public = private.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    path.with_suffix(".pub").write_bytes(public)


def case(folder: Path, least: int = 2) -> acme.Case:
    """The handset, planned, with a hypervisor that can start such personas."""
    made = acme.prepare(folder, KEYS.format(least=least))
    recipe = replace(made.hypervisor.recipe, features=("delegate", "early-console", "rtc"))
    return replace(made, hypervisor=replace(made.hypervisor, recipe=recipe))


def make(made: acme.Case, name: str, private: Path) -> Path:
    """A part of it, signed."""
    signers = sign.open_signers([str(private)])

    def seal(header: bytes) -> object:
        return sign.seal_part(header, signers)

    return bundle.make_part(
        made.plan,
        "work",
        made.files,
        made.folder / name,
        seal=seal,  # type: ignore[arg-type]
    ).path


@pytest.fixture(scope="module")
def vendors(tmp_path_factory: pytest.TempPathFactory) -> Vendors:
    """Made once."""
    folder = tmp_path_factory.mktemp("vendors")
    key(folder / "vendor.key")
    first = case(folder)
    maker = signed(first.pack("plain.itb").path)
    part = make(first, "first.mvpart", folder / "vendor.key")
    (folder / "ramdisk").write_bytes(acme.noise(77_777, 9))
    second = replace(acme.planned(folder), hypervisor=first.hypervisor)
    newer = make(second, "newer.mvpart", folder / "vendor.key")
    other = folder / "other"
    other.mkdir()
    key(other / "vendor.key")
    foreign = make(case(other), "foreign.mvpart", other / "vendor.key")
    strict = folder / "strict"
    strict.mkdir()
    for name in ("vendor.key", "vendor.pub"):
        (strict / name).write_bytes((folder / name).read_bytes())
    stricter = signed(case(strict, least=5).pack("plain.itb").path)
    return Vendors(bundle=maker, part=part, newer=newer, foreign=foreign, stricter=stricter)


@pytest.fixture
def medium(tmp_path: Path, vendors: Vendors) -> Path:
    """A disk whose slot a runs, with the persona's part in it."""
    path = write_disk(tmp_path / "disk.img", a=vendors.bundle, state=GOOD, parts=("work",))
    with path.open("r+b") as file:
        found = disk.read(file).find("work_a")
        assert found
        file.seek(found.offset)
        file.write(vendors.part.read_bytes())
    return path


def content(path: Path, name: str, size: int) -> bytes:
    """What a partition begins with."""
    with path.open("rb") as file:
        found = disk.read(file).find(name)
        assert found
        file.seek(found.offset)
        return file.read(size)


def test_a_part_goes_into_the_other_slot_with_the_rest_of_it(
    medium: Path, vendors: Vendors
) -> None:
    """The boot part is the running one's, byte for byte; then all of the slot goes first."""
    assert carry_out(medium, vendors.newer, keys=()).changed
    whole, part = vendors.bundle.read_bytes(), vendors.newer.read_bytes()
    assert content(medium, "boot_b", len(whole)) == whole
    assert content(medium, "work_b", len(part)) == part
    old = vendors.part.read_bytes()
    assert content(medium, "work_a", len(old)) == old
    state = slots_read(content(medium, "misc", 8192))
    assert state
    assert slots_choose(state) == 1
    assert state.slots[1].rollback_index == 3
    there = digest(medium)
    assert not carry_out(medium, vendors.newer, keys=()).changed
    assert digest(medium) == there


def test_a_boot_part_that_is_the_same_is_not_written_again(medium: Path, vendors: Vendors) -> None:
    """Only the persona's part is."""
    carry_out(medium, vendors.bundle, slot="b")
    parts = plan(medium, vendors.newer, slot="b", keys=()).parts
    missing = {part.name: part.missing for part in parts}
    assert missing["boot_b"] == 0
    assert missing["work_b"]


def refusal(medium: Path, path: Path, **changes: object) -> str:
    """Why something is refused; nothing was written."""
    before = digest(medium)
    with pytest.raises(CheckFailed) as caught:
        carry_out(medium, path, **changes)
    assert digest(medium) == before
    return str(caught.value)


def test_a_part_by_another_key_is_refused(medium: Path, vendors: Vendors) -> None:
    """The bundle that runs says whose key counts."""
    assert "part: the hypervisor refuses it: reason 0x" in refusal(medium, vendors.foreign)


def test_a_damaged_part_is_refused(tmp_path: Path, medium: Path, vendors: Vendors) -> None:
    """One bit in an image, which the header's digest tells; and one that was cut short."""
    data = bytearray(vendors.newer.read_bytes())
    data[-5000] ^= 1
    path = tmp_path / "bad.mvpart"
    path.write_bytes(data)
    assert "SHA-256" in refusal(medium, path)
    path.write_bytes(data[:-4096])
    assert "the header says" in refusal(medium, path)


def test_a_part_that_no_bundle_wants_is_refused(
    tmp_path: Path, vendors: Vendors, medium: Path
) -> None:
    """There is no partition for it, no bundle that runs, or it delegates to nobody."""
    path = write_disk(tmp_path / "other.img", a=vendors.bundle, state=GOOD)
    assert "there is no partition work_b" in refusal(path, vendors.part)
    write_disk(path, a=None, state=GOOD, parts=("work",))
    assert "boot_a has no whole bundle" in refusal(path, vendors.part)
    plain = signed(acme.prepare(tmp_path / "plain").pack("plain.itb").path)
    write_disk(path, a=plain, state=GOOD, parts=("work",))
    assert 'boot_a: the bundle delegates no persona "work"' in refusal(path, vendors.part)
    assert "slot a runs" in refusal(medium, vendors.newer, slot="a")


def test_a_bundle_that_the_part_in_the_slot_does_not_fit_is_refused(
    medium: Path, vendors: Vendors
) -> None:
    """It would be copied beside it, and the hypervisor would not start it."""
    assert not plan(medium, vendors.bundle, slot="b").refused
    told = refusal(medium, vendors.stricter)
    assert "work_a: part: the hypervisor refuses it" in told
    assert "its vendor must make one that fits this bundle" in told


@pytest.mark.parametrize("at", [100, 20_000])
def test_a_part_that_does_not_start_anyway_is_no_reason_to_refuse_a_bundle(
    medium: Path, vendors: Vendors, at: int
) -> None:
    """In its header or in an image: that it goes with the bundle as it is, is said."""
    with medium.open("r+b") as file:
        found = disk.read(file).find("work_a")
        assert found
        file.seek(found.offset + at)
        file.write(b"damaged")
    for maker in (vendors.bundle, vendors.stricter):
        planned = plan(medium, maker, slot="b")
        assert not planned.refused
        (said,) = (check for check in planned.checks if check.name == "work_a: part")
        assert said.outcome is Outcome.NOT_CHECKED
        assert "does not start now either" in said.found
    size = vendors.part.stat().st_size
    there = content(medium, "work_a", size)
    assert carry_out(medium, vendors.bundle, slot="b").changed
    assert content(medium, "work_b", size) == there


def test_by_fastboot_no_part_is_flashed(vendors: Vendors) -> None:
    """The rest of the slot can't be made the same."""
    with FastbootServer(Device(partitions={})) as server:
        target = flash.open_target(f"fastboot:{server.address}", flash.Access())
        with target, pytest.raises(InputError, match="by fastboot a part can't"):
            target.plan(flash.open_flashable(vendors.part), options(), silent)
        assert server.device.log == []
