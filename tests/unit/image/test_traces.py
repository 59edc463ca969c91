# SPDX-License-Identifier: Apache-2.0
"""What an image tells of where and when it was built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mvpsdk.image.raw import mapped
from mvpsdk.image.traces import MOST, read

if TYPE_CHECKING:
    from pathlib import Path


HOME = b"/".join([b"", b"home", b"ci"])
"""A folder that somebody may have, in pieces: no file of ours may name one."""


def traces(folder: Path, data: bytes, part: str = "realtime") -> tuple[str, ...]:
    """What is found in a flat file."""
    (folder / "image").write_bytes(data)
    with mapped(folder / "image", part) as raw:
        found: tuple[str, ...] = read(raw).get("traces", ())
        return found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\0" + HOME + b"/w/main.c\0", (f"{HOME.decode()}/w/main.c",)),
        (b"at /builds/x.c:12 and", ("/builds/x.c:12",)),
        (b"Nov  7 2026\0", ("Nov  7 2026",)),
        (b"Nov 17 2026 11:02:09", ("Nov 17 2026",)),
        (b"usr/home/x.c ./root/abc a/home/abc x" + HOME, ()),
        (b"/home /root/ May 2026 Nov 7 2026\0", ()),
    ],
)
def test_paths_and_days_are_found(tmp_path: Path, data: bytes, found: tuple[str, ...]) -> None:
    """Those of a machine and of the compiler; not a part of another path."""
    assert traces(tmp_path, data) == found


def test_each_is_told_once_and_not_without_end(tmp_path: Path) -> None:
    """A file may hold thousands."""
    data = b"".join(b"\0%s/%05d.c\0" % (HOME, n // 2) for n in range(1000))
    found = traces(tmp_path, data)
    assert len(found) == len(set(found)) == MOST


def test_guests_off_the_shelf_are_not_searched(tmp_path: Path) -> None:
    """Their makers build as they like."""
    assert traces(tmp_path, b"\0" + HOME + b"/w/main.c\0", "kernel") == ()
