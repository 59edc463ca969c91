# SPDX-License-Identifier: Apache-2.0
"""The list of checks is what the guest's sources have."""

from __future__ import annotations

from mvpsdk import conform
from mvpsdk.conform.listing import FIRMWARE, GUEST


def test_every_check_of_the_sources_is_listed_once() -> None:
    """None is missed by the reader of the sources, and no name stands for two."""
    for folder in (GUEST, FIRMWARE):
        names = [check.name for check in conform.listed(folder)]
        written = sum(
            line.startswith("CHECK(")
            for path in folder.glob("*.c")
            for line in path.read_text().splitlines()
        )

        assert len(names) == written == len(set(names))


def test_each_check_says_what_must_hold() -> None:
    """A name of a topic and a part, and a statement that fits a table."""
    for check in (*conform.listed(GUEST), *conform.listed(FIRMWARE)):
        topic, _, part = check.name.partition(".")

        assert topic
        assert part
        assert 20 < len(check.what) < 120, check.name
        assert "|" not in check.what
