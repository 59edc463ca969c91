# SPDX-License-Identifier: Apache-2.0
"""A persona that its vendor updates, on the virtual handset: good parts boot, others are refused.

Whatever is refused, the firmware meets every deadline, and the maker's persona starts in its place.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mvpsdk import bundle, run, sign
from mvpsdk.core import facade as core
from parts_handset import SYSTEM, Apart
from phone import played

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


pytestmark = pytest.mark.target

R = core.Reason
WORK, PERSONAL = 1, 2
REFUSED = re.compile(r"part refused index=0x2 reason=0x(\w+) ")
CRASHED = re.compile(r"partition crashed index=0x2 reason=0x(\w+) ")
DEADLINES = re.compile(r"deadlines: met (\d+) missed (\d+) worst (\d+) us")
WORST = 3  # µs: a step of EL2, a change of vCPUs, and the firmware's own way to its handler


def booted(apart: Apart, part: Path | None, partition: int) -> dict[str, list[str]]:
    """Run until the firmware has told of its first second and the partition runs."""
    expect = (f"mvp:partition runs index={partition:#x}$", "realtime:deadlines: met")
    options = run.Options(
        expect=tuple(map(run.Expectation.parse, expect)),
        parts=(("personal", part),) if part else (),
        reject=(re.compile(r"stop reason|panic"),),
        timeout=200,
    )
    lines, end = played(apart.folder / "phone.itb", options)
    assert end.ok, (end, lines)
    met, missed, worst = map(int, DEADLINES.findall("\n".join(lines["realtime"]))[0])
    assert (met, missed) == (1000, 0)
    assert worst <= WORST
    return lines


def part_of(apart: Apart) -> bytes:
    """The good one."""
    return (apart.folder / "personal.mvpart").read_bytes()


def signed_again(apart: Apart, key: str = "vendor", **changes: int) -> bytes:
    """Another header before the same images, signed."""
    data = part_of(apart)
    part, _ = core.part_read(data)
    private = load_pem_private_key((apart.folder / f"{key}.key").read_bytes(), None)
    header = core.part_write(replace(part, **changes))  # type: ignore[arg-type]
    value = private.sign(header, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr, call-arg, arg-type]
    (public,) = sign.public_keys([str(apart.folder / f"{key}.pub")])
    signature = core.PartSignature(key=bytes.fromhex(public.id), value=value)
    return header + core.part_signature(signature) + data[core.PART_HEAD :]


def flipped(at: int) -> Callable[[Apart], bytes]:
    """One bit of the good part is another."""

    def make(apart: Apart) -> bytes:
        data = bytearray(part_of(apart))
        data[at] ^= 1
        return bytes(data)

    return make


def test_a_good_part_boots_beside_firmware_that_is_never_late(apart: Apart) -> None:
    """By a key of 4096 bits: no step of the judging holds the firmware back."""
    lines = booted(apart, apart.folder / "personal.mvpart", PERSONAL)
    assert not any("refused" in line for line in lines["mvp"])
    assert any(line.startswith("Personal OS") for line in lines["personal"])


BAD: list[tuple[str, Callable[[Apart], bytes] | None, core.Reason]] = [
    ("absent", None, R.PART_NOT_FOUND),
    ("another vendor's", lambda apart: signed_again(apart, "other"), R.PART_KEY),
    ("a bit of the header", flipped(40), R.PART_SIGNATURE),
    ("a bit of the signature", flipped(2200), R.PART_SIGNATURE),
    ("a bit of an image", flipped(0x1800), R.PART_DIGEST),
    ("a newer ABI", lambda apart: signed_again(apart, abi_minor=7), R.PART_ABI),
    ("an old one", lambda apart: signed_again(apart, rollback_index=1), R.PART_ROLLBACK),
]


@pytest.mark.parametrize(
    ("make", "reason"), [bad[1:] for bad in BAD], ids=[bad[0].replace(" ", "-") for bad in BAD]
)
def test_a_part_that_is_not_as_it_must_be_is_refused(
    apart: Apart, tmp_path: Path, make: Callable[[Apart], bytes] | None, reason: core.Reason
) -> None:
    """On the host by `verify`, on the board with the same reason; the other persona starts."""
    path = tmp_path / "personal.mvpart"
    if make:
        path.write_bytes(make(apart))
        report = sign.verify_part(path, bundle=bundle.open(apart.folder / "phone.itb"))
        found = {check.name: check.found for check in report.refusals}
        image = {"image personal/kernel"} if reason is R.PART_DIGEST else {"part"}
        assert found.keys() == image
        assert reason is R.PART_DIGEST or f"reason {int(reason):#x}" in found["part"]
    lines = booted(apart, path if make else None, WORK)
    told = "\n".join(lines["mvp"])
    (code,) = (CRASHED if reason is R.PART_DIGEST else REFUSED).findall(told)
    assert int(code, 16) == reason
    assert "personal" not in lines
    assert any(line.startswith("Personal OS") for line in lines["work"])


def test_a_part_larger_than_its_room_is_refused_before_and_at_boot(
    apart: Apart, tmp_path: Path
) -> None:
    """The board sees by the header that there is more than was read."""
    grown = core.part_read(part_of(apart))[0].images[0]
    images = (replace(grown, size=2 << 20, memory=4 << 20),)
    path = tmp_path / "personal.mvpart"
    path.write_bytes(signed_again(apart, images=images)[: 1 << 20])  # type: ignore[arg-type]
    lines = booted(apart, path, WORK)
    assert [int(code, 16) for code in REFUSED.findall("\n".join(lines["mvp"]))] == [R.PART_SIZE]


def test_an_update_leaves_the_makers_bundle_as_it_was(apart: Apart) -> None:
    """A new part boots with the bundle from before; bundled anew, that has the same bytes."""
    system = apart.folder / SYSTEM
    before, old = (apart.folder / "phone.itb").read_bytes(), system.read_bytes()
    try:
        system.write_bytes(old.ljust(len(old) + 5000, b"\0"))
        updated = apart.part("updated.mvpart")
        apart.make("-o", "again.itb", "--sign", "test:")
    finally:
        system.write_bytes(old)
    assert updated.read_bytes() != part_of(apart)
    assert (apart.folder / "again.itb").read_bytes() == before
    lines = booted(apart, updated, PERSONAL)
    assert not any("refused" in line for line in lines["mvp"])


@pytest.mark.parametrize(("key", "partition"), [("vendor", PERSONAL), ("other", WORK)])
def test_u_boot_reads_a_part_and_the_hypervisor_judges_it(
    apart: Apart, tmp_path: Path, key: str, partition: int
) -> None:
    """From a partition of its own on the disk, to the home that the signed bundle names."""
    path = tmp_path / "personal.mvpart"
    path.write_bytes(signed_again(apart, key))
    options = run.Options(
        via="u-boot",
        keys=sign.public_keys(["test:"]),
        expect=(run.Expectation.parse(f"mvp:partition runs index={partition:#x}$"),),
        parts=(("personal", path),),
        timeout=200,
    )
    lines, end = played(apart.folder / "phone.itb", options)
    assert end.ok, (end, lines)
    assert "mvp: part personal" in lines["board"]
    refused = REFUSED.findall("\n".join(lines["mvp"]))
    assert [int(code, 16) for code in refused] == ([R.PART_KEY] if key == "other" else [])
