# SPDX-License-Identifier: Apache-2.0
"""The pack as a file: written, found, read back, judged whatever it lies in."""

import mmap
from dataclasses import replace
from pathlib import Path

import pytest

import packs
from mvpsdk.core import facade as core
from mvpsdk.errors import BundleError


def test_a_good_pack_is_accepted(metadata: bytes) -> None:
    """The pack that the other tests spoil is good."""
    verdict = packs.judged(metadata)

    assert verdict.ok
    assert core.Reason.OK is verdict.reason


def test_what_is_written_is_read_back(pack: core.Pack, metadata: bytes) -> None:
    """Every field survives; offsets and sizes are filled in."""
    found = core.pack_read(metadata)

    assert found == replace(
        pack, images=found.images, meta_size=len(metadata), total_size=found.total_size
    )
    assert [replace(image, offset=0) for image in found.images] == list(pack.images)


def test_images_lie_on_pages_of_their_own(metadata: bytes) -> None:
    """Each image begins on the page boundary after the one before."""
    found = core.pack_read(metadata)
    end = len(metadata)

    for image in found.images:
        assert -(-end // core.PACK_ALIGN) * core.PACK_ALIGN == image.offset
        end = image.offset + image.size
    assert -(-end // core.PACK_ALIGN) * core.PACK_ALIGN == found.total_size


def test_writing_twice_gives_the_same_bytes(pack: core.Pack, metadata: bytes) -> None:
    """Nothing but the values decides on the bytes."""
    assert metadata == core.pack_write(pack)


def test_a_mapped_file_is_judged_in_place(metadata: bytes, tmp_path: Path) -> None:
    """A pack of any size is judged without a copy."""
    path = tmp_path / "some.mvpack"
    path.write_bytes(metadata.ljust(packs.FILE_SIZE, b"\0"))

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
        assert core.pack_check(view).ok


def test_a_misaligned_view_is_judged(metadata: bytes) -> None:
    """C wants 8-byte alignment; the caller need not care."""
    view = memoryview(b"abc" + metadata.ljust(packs.FILE_SIZE, b"\0"))[3:]

    assert core.pack_check(view).ok


def test_a_missing_end_is_refused(metadata: bytes) -> None:
    """Fewer bytes than the header says are a truncated pack, whether by a few or by all."""
    total = core.pack_read(metadata).total_size

    assert core.pack_check(metadata, size=total).ok
    for size in (total - 1, len(metadata), 255, 0):
        verdict = core.pack_check(metadata[:size], size=size)
        assert (core.Reason.PACK_TRUNCATED, size) == (verdict.reason, verdict.value)


def test_a_pack_for_other_sources_is_refused_by_its_judge_only(pack: core.Pack) -> None:
    """The fingerprint is checked unless the caller leaves it out, to inspect old packs."""
    other = core.pack_write(replace(pack, fingerprint=b"\xee" * 32))

    assert core.Reason.PACK_FINGERPRINT is packs.judged(other).reason
    assert core.pack_check(other, size=packs.FILE_SIZE, fingerprint=None).ok
    assert core.pack_check(other, size=packs.FILE_SIZE, fingerprint=b"\xee" * 32).ok
    assert core.pack_read(other).fingerprint == b"\xee" * 32


@pytest.mark.parametrize("before", [0, 4, 4096, 100_000])
def test_a_pack_is_found_behind_other_ramdisks(metadata: bytes, before: int) -> None:
    """Loaders put things before and behind it."""
    assert before == core.pack_find(b"\x07" * before + metadata + b"BOOTCONFIG12")


def test_a_pack_is_found_in_a_misaligned_buffer(metadata: bytes) -> None:
    """Positions count from the buffer's start, wherever that lies in memory."""
    assert core.pack_find(memoryview(b"abc" + metadata)[3:]) == 0


@pytest.mark.parametrize("size", [0, 3, 4, 7, 8, 4096])
def test_no_pack_is_found_where_there_is_none(size: int) -> None:
    """Half a magic at the end is none."""
    assert core.pack_find(b"\0" * size) is None
    assert core.pack_find(b"\0" * size + core.PACK_MAGIC[:4]) is None


def test_reading_a_refused_pack_says_why(metadata: bytes) -> None:
    """The message carries the reason's number and its words."""
    with pytest.raises(BundleError, match=r"reason 19: .*do not add up"):
        core.pack_read(metadata[:-1] + b"\xff")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"menu_ms": -1}, r"header\.menu_ms: -1 can't stand in a pack"),
        ({"menu_ms": 1 << 32}, r"header\.menu_ms: 4294967296 can't"),
        ({"fingerprint": bytes(33)}, r"takes 33 bytes, there is room for 32"),
    ],
)
def test_a_header_value_that_does_not_fit_is_named(
    pack: core.Pack, changes: dict[str, int], message: str
) -> None:
    """The writer never cuts a value short."""
    with pytest.raises(BundleError, match=message):
        core.pack_write(replace(pack, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a name that is too long for its field", "fuß"])
def test_a_name_that_does_not_fit_is_named(pack: core.Pack, name: str) -> None:
    """The message says which entry of which table."""
    memory = (*pack.memory, replace(pack.memory[0], name=name))

    with pytest.raises(BundleError, match=r"memory\[3\]\.name"):
        core.pack_write(replace(pack, memory=memory))


def test_a_pack_without_images_ends_behind_its_tables(pack: core.Pack) -> None:
    """Sizes are right even where nothing follows (such a pack is refused, for its entries)."""
    verdict = core.pack_check(core.pack_write(replace(pack, images=())), size=4096)

    assert core.Reason.CONFIG_ENTRY is verdict.reason
