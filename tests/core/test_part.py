# SPDX-License-Identifier: Apache-2.0
"""Each way for a persona's part to be refused, and what of the good one is judged in which step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import handset
import packs
import parts
from mvpsdk.core import facade as core
from mvpsdk.core._delegate import delegate_new
from mvpsdk.core._library import ffi, lib
from mvpsdk.errors import BundleError

R = core.Reason


def test_a_part_that_suits_its_pack_is_accepted() -> None:
    """Of each size of key."""
    for bits in (2048, 3072, 4096):
        private = parts.key(bits)
        row = parts.delegate(private)
        data = parts.made(private=private)
        assert core.part_check(data, row, pack=core.pack_write(parts.pack(row))).ok


def test_a_part_is_read_back_as_it_was_written() -> None:
    """Header and signature; where the images stand is decided in between."""
    found, signature = core.part_read(parts.made())
    wanted = parts.part()
    assert [image.offset for image in found.images] == [0x1000, 0x3000]
    assert replace(found, images=(), total_size=0) == replace(wanted, images=())
    assert [replace(image, offset=0) for image in found.images] == list(wanted.images)
    assert found.total_size == 0x4000 == len(parts.made())
    assert signature.key == parts.key_id(parts.key())
    assert len(signature.value) == 256


FIELDS: list[tuple[dict[str, Any], core.Reason]] = [
    ({"magic": 0}, R.PART_NOT_FOUND),
    ({"major": 2}, R.PART_FORMAT),
    ({"minor": 1}, R.PART_FORMAT),
    ({"header_size": 2040}, R.PART_FORMAT),
    ({"total_size": 0x4008}, R.PART_FORMAT),
    ({"total_size": 0x1000}, R.PART_FORMAT),
    ({"total_size": 0x2000}, R.PART_IMAGE),
    ({"total_size": 0x3000}, R.PART_IMAGE),
    ({"total_size": 0x9000}, R.PART_SIZE),
    ({"pack_major": 2}, R.PART_FORMAT),
    ({"pack_minor": 1}, R.PART_FORMAT),
    ({"image_count": 0}, R.PART_FORMAT),
    ({"image_count": 9}, R.PART_FORMAT),
    ({"image_count": 1}, R.PART_FORMAT),
    ({"image_count": 3}, R.PART_IMAGE),
    ({"signature_size": 512}, R.PART_FORMAT),
    ({"signature_size": 248}, R.PART_FORMAT),
    ({"zero__0": 1}, R.PART_FORMAT),
    ({"zero__136": 1 << 63}, R.PART_FORMAT),
    ({"images__2__load": 1}, R.PART_FORMAT),
    ({"guest__persona": b"work"}, R.PART_PERSONA),
    ({"guest__ram": 0x48000000}, R.PART_GUEST),
    ({"guest__ram_size": 0x200000}, R.PART_GUEST),
    ({"guest__vcpus": 2}, R.PART_GUEST),
    ({"guest__vgic": 2}, R.PART_GUEST),
    ({"guest__devices": 0}, R.PART_GUEST),
    ({"abi_major": 2}, R.PART_ABI),
    ({"abi_minor": 1}, R.PART_ABI),
    ({"features": 1 << 40}, R.PART_FEATURE),
    ({"features": core.CONSTANTS["FEATURE_VGIC2"]}, R.PART_FEATURE),
    ({"rollback_index": parts.FLOOR - 1}, R.PART_ROLLBACK),
    ({"images__0__name": b"a b"}, R.PART_IMAGE),
    ({"images__0__kind": 0}, R.PART_IMAGE),
    ({"images__0__kind": 4}, R.PART_IMAGE),
    ({"images__0__kind": 6}, R.PART_IMAGE),
    ({"images__0__partition": 2}, R.PART_IMAGE),
    ({"images__0__offset": 0x2000}, R.PART_IMAGE),
    ({"images__1__offset": 0x1000}, R.PART_IMAGE),
    ({"images__0__size": 0}, R.PART_IMAGE),
    ({"images__0__size": 0x8000}, R.PART_IMAGE),
    ({"images__0__size": 1 << 63}, R.PART_IMAGE),
    ({"images__0__memory": 4999}, R.PART_IMAGE),
    ({"images__0__memory": (1 << 64) - 1}, R.PART_IMAGE),
    ({"images__0__load": handset.ENTRY - 0x1000}, R.PART_IMAGE),
    ({"images__0__load": handset.ENTRY + handset.RAM_SIZE - 0x1000}, R.PART_IMAGE),
    ({"images__1__load": handset.ENTRY + 4999}, R.PART_IMAGE),
    ({"images__1__size": 0x1001, "images__1__memory": 0x1001}, R.PART_IMAGE),
    ({"images__0__size": 4999}, R.PART_FORMAT),
    ({"entry": handset.ENTRY + 2}, R.PART_IMAGE),
    ({"entry": handset.ENTRY + 0x70000}, R.PART_IMAGE),
    ({"entry": 0x09000000}, R.PART_IMAGE),
    ({"dtb": handset.ENTRY + 4}, R.PART_IMAGE),
    ({"dtb": handset.ENTRY + handset.RAM_SIZE}, R.PART_IMAGE),
]


@pytest.mark.parametrize(("values", "reason"), FIELDS)
def test_one_wrong_field_is_refused_though_it_is_signed(
    values: dict[str, Any], reason: core.Reason
) -> None:
    """The right key does not make it right; the reason is that of the first rule it breaks."""
    assert parts.judged(parts.spoiled(**values)).reason is reason


def test_a_part_may_lack_a_tree_and_have_a_newer_index() -> None:
    """What is entered may know where it is."""
    assert parts.judged(parts.spoiled(dtb=0)).ok
    assert parts.judged(parts.spoiled(rollback_index=parts.FLOOR + 1)).ok


def test_another_key_is_told_apart_from_a_broken_signature() -> None:
    """And one that only claims to be the right one is found out."""
    other = parts.key(2048, "other")
    assert parts.judged(parts.made(private=other)).reason is R.PART_KEY
    forged = bytearray(parts.made(private=other))
    forged[2048 + 8 : 2048 + 40] = parts.key_id(parts.key())
    assert parts.judged(bytes(forged)).reason is R.PART_SIGNATURE


def test_a_signature_that_is_no_residue_is_none() -> None:
    """All ones is above every modulus."""
    data = bytearray(parts.made())
    data[2048 + 40 : 2048 + 296] = b"\xff" * 256
    assert parts.judged(bytes(data)).reason is R.PART_SIGNATURE


def test_every_bit_of_the_first_page_counts() -> None:
    """Header, signature and the padding of both: nothing can be changed unseen."""
    good = parts.made()
    kept = []
    used = (range(0, 8 * 328, 5), range(8 * 2048, 8 * (2048 + 296), 7))
    for bit in (*used[0], *used[1], *range(0, 8 * core.PART_HEAD, 9)):
        data = bytearray(good)
        data[bit // 8] ^= 1 << bit % 8
        if parts.judged(bytes(data)).ok:
            kept.append(bit)
    assert kept == []


def test_between_images_there_are_zeros() -> None:
    """Behind each one, to the end of its page."""
    good = parts.made()
    for at in (0x1000 + 5000, 0x1000 + 5003, 0x2FFF, 0x3000 + 100, 0x3FF8, 0x3FFF):
        data = bytearray(good)
        data[at] = 1
        assert parts.judged(bytes(data)).reason is R.PART_FORMAT, hex(at)


def test_a_part_ends_with_its_last_image() -> None:
    """A page more, though signed, would be nobody's."""
    longer = parts.spoiled(total_size=0x5000) + bytes(0x1000)
    assert parts.judged(longer).reason is R.PART_FORMAT


@pytest.mark.parametrize("size", [0, 1, 2048, 4095])
def test_what_is_cut_off_before_its_images_is_no_part(size: int) -> None:
    """Nothing behind the end is read."""
    assert parts.judged(parts.made()[:size]).reason is R.PART_NOT_FOUND
    with pytest.raises(BundleError, match="cut off"):
        core.part_read(parts.made()[:size])


def test_what_is_cut_off_later_has_no_room() -> None:
    """As one that is larger than its room."""
    assert parts.judged(parts.made()[:0x3000]).reason is R.PART_SIZE
    verdict = parts.judged(parts.made(), room=0x3000)
    assert (verdict.reason, verdict.value, verdict.bound) == (R.PART_SIZE, 0x4000, 0x3000)


def test_without_a_pack_only_the_part_itself_is_judged() -> None:
    """The vendor has the key; whose guest it is, is asked where the pack is."""
    alone = parts.delegate(rollback_index=0)
    assert core.part_check(parts.made(), alone).ok
    assert core.part_check(parts.spoiled(guest__vcpus=2), alone).ok
    verdict = core.part_check(parts.spoiled(images__0__load=1 << 62), alone)
    assert (verdict.reason, verdict.table, verdict.index) == (R.PART_IMAGE, core.Table.IMAGE, 0)


def test_a_part_is_read_wherever_it_lies() -> None:
    """Bytes that C could not read in place are copied."""
    data = memoryview(bytearray(b"\0" + parts.made()))[1:]
    assert core.part_check(data, parts.delegate()).ok


@pytest.mark.parametrize(
    ("at", "value"),
    [
        *((0, 0), (8, 2), (28, 9), (parts.IMAGE_AT + 64, 77), (53, 0xFF)),
        *((parts.IMAGE_AT + 39, 0x80), (parts.IMAGE_AT + 47, 0xFF)),  # of its offset, of its size
    ],
)
def test_what_is_no_part_is_not_read(at: int, value: int) -> None:
    """Of another format, or with fields that lead out of it."""
    data = bytearray(parts.made())
    data[at] = value
    with pytest.raises(BundleError):
        core.part_read(bytes(data))


def test_a_part_has_room_for_eight_images() -> None:
    """One more is a fault of whoever makes it."""
    image = packs.image("x", 0, core.ImageKind.KERNEL, b"x", handset.ENTRY)
    with pytest.raises(BundleError, match="9 images"):
        core.part_write(parts.part(images=(image,) * 9))


def test_what_a_guest_sees_is_the_same_on_boards_with_another_gic_frame() -> None:
    """Its RAM, CPUs, GIC version and devices; where the board has them does not matter."""
    guest = core.part_guest(core.pack_write(parts.pack()), parts.PARTITION)
    bit = core.RegionKind
    assert guest == core.PartGuest(
        persona="personal",
        ram=handset.ENTRY,
        ram_size=handset.RAM_SIZE,
        vcpus=1,
        vgic=3,
        devices=1 << bit.PL011 - 16 | 1 << bit.PL031 - 16,
    )


def test_judging_goes_in_steps_of_few_bytes() -> None:
    """Each phase takes the steps that its work has; the persona's images are the pack's then."""
    data = ffi.from_buffer(memoryview(bytearray(parts.made())))
    metadata = packs.as_buffer(core.pack_write(parts.pack()))
    part, row = ffi.new("struct part *"), delegate_new(parts.delegate())
    part.pack, part.partition = metadata, parts.PARTITION
    lib.part_begin(part, data, parts.ROOM, row)
    steps: dict[int, int] = {}
    done = False
    while not done:
        steps[part.phase] = steps.get(part.phase, 0) + 1
        done = lib.part_step(part)
    assert part.phase == lib.PART_GOOD
    assert steps == {
        lib.PART_COPY: 8,
        lib.PART_EXTENT: 1,
        lib.PART_PADDING: 8,
        lib.PART_HASH: 66,
        lib.PART_POWER: 1 + 18 * 65,
        lib.PART_VOUCHED: 1,
        lib.PART_IMAGE: 2,
        lib.PART_GAP: 2,
        lib.PART_ENTRY: 1,
    }
    images = part.copy.header.images
    assert [images[n].partition for n in range(3)] == [parts.PARTITION, parts.PARTITION, 0]
