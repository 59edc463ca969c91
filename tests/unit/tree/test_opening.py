# SPDX-License-Identifier: Apache-2.0
"""Opening a tree's file: what bad input gets, and that no bytes get a traceback."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import tree
from mvpsdk.errors import InputError
from mvpsdk.units import GIB
from tree_tables import blob, phone

if TYPE_CHECKING:
    from collections.abc import Callable

SOUND = blob(phone())


def test_a_file_is_surveyed(tmp_path: Path) -> None:
    """With the reservations of its header."""
    file = tmp_path / "acme.dtb"
    file.write_bytes(blob(phone(), reservations=[(0x50000000, 0x1000)]))
    found = tree.open(file)
    assert found.compatible == "acme,one"
    assert found.values["reserved"] == [{"name": "memreserve", "base": 0x50000000, "size": "4 KiB"}]


def sparse(file: Path) -> None:
    """Make a file of 5 GiB that takes no room."""
    with file.open("wb") as opened:
        opened.truncate(5 * GIB)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda _: None, "there is no such file"),
        (lambda file: file.mkdir(), "is a folder, no file"),
        (lambda file: file.touch(), "the file is empty"),
        (lambda file: file.write_text("[board]\n"), "no flattened device tree"),
        (lambda file: file.write_bytes(SOUND[:-40]), "no flattened device tree"),
        (lambda file: file.write_bytes(SOUND.replace(b"serial@1000", b"\0" * 11)), "damaged"),
        (lambda file: file.write_bytes(blob({"a": {}})), "no compatible"),
        (sparse, "5 GiB is too large for a device tree (at most 2 MiB)"),
    ],
)
def test_bad_input_is_told_with_its_place(
    tmp_path: Path, make: Callable[[Path], object], message: str
) -> None:
    """One line, the file, the next step."""
    file = tmp_path / "acme.dtb"
    make(file)
    with pytest.raises(InputError, match=message.replace("(", r"\(").replace(")", r"\)")) as told:
        tree.open(file)
    assert told.value.place is not None
    assert told.value.place.file == str(file)
    assert told.value.hint


def test_a_tree_that_nests_without_end_is_refused(tmp_path: Path) -> None:
    """No tree of a board does; Linux reads none deeper than 64."""
    table: dict[str, object] = {"compatible": "acme,one"}
    for _ in range(70):
        table = {"compatible": "acme,one", "a": table}
    (tmp_path / "deep.dtb").write_bytes(blob(table))
    with pytest.raises(InputError, match="deeper than 64"):
        tree.open(tmp_path / "deep.dtb")


WORDS = st.sampled_from([0, 1, 2, 3, 4, 9, 0x40, 0xFFFFFFFF, 0x80000000, 0x7FFFFFFF, 0x10000])


@settings(max_examples=300, deadline=None)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, len(SOUND) // 4 - 1), WORDS | st.integers(0, 2**32 - 1)),
        min_size=1,
        max_size=4,
    )
)
def test_a_mutated_tree_is_a_survey_or_an_input_error(edits: list[tuple[int, int]]) -> None:
    """Whatever the bytes: and what is surveyed is a draft in form."""
    data = bytearray(SOUND)
    for word, number in edits:
        data[4 * word : 4 * word + 4] = number.to_bytes(4)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "acme.dtb"
        file.write_bytes(data)
        try:
            found = tree.open(file)
        except InputError:
            return
    assert found.draft("acme").todos == found.todos
    assert {key for key, _ in found.flat()} == set(found.facts)
