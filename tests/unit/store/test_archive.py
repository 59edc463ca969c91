# SPDX-License-Identifier: Apache-2.0
"""One file out of a package or an archive."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk.errors import InputError, Place
from mvpsdk.store.archive import member_pieces
from packages import deb, tar

if TYPE_CHECKING:
    from pathlib import Path

KERNEL = bytes(range(256)) * 9000  # more than a piece
PLACE = Place(file="x.deb")


def taken(path: Path, member: str) -> bytes:
    """The file's content."""
    return b"".join(member_pieces(path, member, PLACE))


@pytest.mark.parametrize("packing", ["", "gz", "bz2", "xz"])
@pytest.mark.parametrize("member", ["boot/linux", "./boot/linux", "/boot/linux"])
def test_a_file_is_taken_out_of_a_package(tmp_path: Path, packing: str, member: str) -> None:
    """However the data is packed, and however the name begins."""
    path = tmp_path / "x.deb"
    path.write_bytes(deb(tar({"./boot/initrd": b"i", "./boot/linux": KERNEL}, packing)))

    assert taken(path, member) == KERNEL


@pytest.mark.parametrize("packing", ["gz", "bz2", "xz"])
def test_files_of_zeros_before_it_take_no_memory(tmp_path: Path, packing: str) -> None:
    """A few packed bytes may unpack to much: no more than a piece of that is held."""
    path = tmp_path / "x.deb"
    zeros = {f"./zeros{number}": bytes(8 << 20) for number in range(4)}
    path.write_bytes(deb(tar({**zeros, "./linux": b"content"}, packing)))
    tracemalloc.start()
    found = taken(path, "linux")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert found == b"content"
    assert most < 16 << 20, "half of it; xz itself keeps 8 MiB"


def test_a_file_is_taken_out_of_a_tar(tmp_path: Path) -> None:
    """An archive need be no package."""
    path = tmp_path / "x.tar.gz"
    path.write_bytes(tar({"linux": KERNEL, "empty": b""}, "gz"))

    assert taken(path, "linux") == KERNEL
    assert taken(path, "empty") == b""


def test_what_is_not_in_it_is_told_beside_what_is(tmp_path: Path) -> None:
    """A file of the same name elsewhere is the likely one; a link is no file."""
    path = tmp_path / "x.deb"
    path.write_bytes(deb(tar({"./boot/linux": KERNEL})))

    with pytest.raises(InputError, match="no file usr/linux in it") as caught:
        taken(path, "usr/linux")
    assert caught.value.hint == "it has boot/linux"
    assert caught.value.place == PLACE
    with pytest.raises(InputError, match="no file usr/other in it") as caught:
        taken(path, "usr/other")
    assert "dpkg-deb -c" in caught.value.hint
    with pytest.raises(InputError, match="no file boot/link in it"):
        taken(path, "boot/link")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "can't be unpacked"),
        (b"neither one nor the other", "can't be unpacked"),
        (deb(b"neither"), "can't be unpacked"),
        (deb(b"x", "other.tar"), "no data.tar"),
        (b"!<arch>\n", "no data.tar"),
        (b"!<arch>\n" + b"data.tar" + b" " * 52, "no data.tar"),
        (deb(tar({"./none": KERNEL}, ""))[:-100_000], "unexpected end of data"),
    ],
)
def test_what_is_no_archive_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """Each in words, with the place; never a traceback."""
    path = tmp_path / "x.deb"
    path.write_bytes(content)

    with pytest.raises(InputError, match=message):
        taken(path, "none")


WHOLE = deb(tar({"./boot/linux": bytes(range(200))}))


@settings(max_examples=200, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_a_damaged_package_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, at: int, flip: int
) -> None:
    """A flipped byte anywhere never ends in anything but content or a refusal."""
    path = tmp_path_factory.mktemp("deb") / "x.deb"
    path.write_bytes(WHOLE[:at] + bytes([WHOLE[at] ^ flip]) + WHOLE[at + 1 :])

    with suppress(InputError):
        assert len(taken(path, "boot/linux")) <= len(WHOLE)
