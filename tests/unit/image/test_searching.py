# SPDX-License-Identifier: Apache-2.0
"""An image is searched window by window as if it were searched at once."""

from __future__ import annotations

import mmap
import re
from typing import TYPE_CHECKING
from unittest import mock

from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.image import searching
from mvpsdk.image.searching import matches

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

PATTERN, LONGEST = re.compile(rb"v([0-9]{1,4})"), 5
WINDOW = 0x10000  # for these tests
BORDERS = st.integers(1, 3).flatmap(
    lambda window: st.integers(-6, 6).map(lambda near: window * WINDOW + near)
)


class Kept(mmap.mmap):
    """Memory without a file behind it, which would be gone when it is given back."""

    def madvise(self, *_arguments: int) -> None:
        """Keep it."""


@given(places=st.lists(BORDERS, max_size=6), digits=st.integers(0, 6))
def test_matches_are_those_of_the_whole(places: list[int], digits: int) -> None:
    """Wherever a match lies on a window's border; what overlaps counts as re counts it."""
    with mock.patch.object(searching, "WINDOW", WINDOW), Kept(-1, 3 * WINDOW + 4096) as data:
        for place in places:
            data[place : place + 1 + digits] = b"v" + b"123456"[:digits]
        found = [(match.span(), match[1]) for match in matches(PATTERN, data, LONGEST)]
        assert found == [(match.span(), match[1]) for match in PATTERN.finditer(data)]


def test_memory_is_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search of a file holds a window of it, not all; the file is still there to be read."""
    path = tmp_path / "image"
    with path.open("wb") as made:
        made.truncate(16 * WINDOW)
        made.seek(15 * WINDOW + 100)
        made.write(b"v77")
    given: list[tuple[int, int]] = []

    class Watched(mmap.mmap):
        """Takes note of what is given back."""

        def madvise(self, option: int, start: int = 0, length: int = 0) -> None:
            assert option == mmap.MADV_DONTNEED
            given.append((start, length))
            super().madvise(option, start, length)

    monkeypatch.setattr(searching, "WINDOW", WINDOW)
    with path.open("rb") as file, Watched(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        (found,) = matches(PATTERN, data, LONGEST)
        assert (found.start(), found[1]) == (15 * WINDOW + 100, b"77")
        assert given == [(window * WINDOW, WINDOW) for window in range(16)]
        assert data[15 * WINDOW + 100 :][:3] == b"v77"
