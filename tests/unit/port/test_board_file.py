# SPDX-License-Identifier: Apache-2.0
"""A new board's files: what is written is what was found, with where it came from."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk import board, port, tree
from mvpsdk.errors import InputError
from tree_tables import blob, node, phone

if TYPE_CHECKING:
    import pytest

SOUND = blob(phone())
PATH = Path("acme.dtb")


def surveyed(table: dict[str, Any] | None = None) -> tree.Survey:
    """Survey a table, the sound one by default."""
    return tree.survey(node(table or phone()), PATH)


def test_each_fact_has_its_node_and_how_sure_it_is() -> None:
    """Behind it, as a comment; addresses are in groups of four digits."""
    text = port.board_text(surveyed(), "one", "Acme")
    lines = text.splitlines()
    assert 'name = "one"' in lines
    assert "base = 0x0900_1000        # /soc/serial@1000 (certain)" in lines
    assert 'size = "1 GiB"      # /memory@40000000 (likely: boot loaders may correct it)' in lines


def test_what_is_missing_says_how_to_find_it_out() -> None:
    """In a comment above it."""
    text = port.board_text(surveyed(), "one")
    head, _, _ = text.partition('el2 = "TODO"')
    assert "# TODO: whether EL2 is free: no device tree says it. To find it out: find" in head


def test_remarks_stand_above_their_table() -> None:
    """With rule, kind and node; those of a table that is not there come last."""
    table = phone()
    del table["chosen"]
    table["soc"]["serial@2000"] = {**table["soc"]["serial@1000"], "reg": [0x2000, 0x1000]}
    table["reserved-memory"] = {"cma": {"size": [0, 0x1000000]}}
    text = port.board_text(surveyed(table), "one")
    above, _, rest = text.partition("[console]")
    assert "# BRD011 several-uarts: 2 UARTs are enabled" in above.splitlines()[-2]
    assert "# BRD012 dynamic-reserved: cma asks for 16 MiB" in rest


def test_the_same_survey_gives_the_same_files() -> None:
    """Without a path of this machine in them."""
    first, second = (tree.survey(node(phone()), PATH) for _ in range(2))
    assert port.board_text(first, "one") == port.board_text(second, "one")
    assert port.readme_text(first, "one") == port.readme_text(second, "one")
    far = tree.survey(node(phone()), Path("/somewhere/else/acme.dtb"))
    assert "somewhere" not in port.board_text(far, "one") + port.readme_text(far, "one")


def test_the_readme_says_what_was_not_done() -> None:
    """Not run on hardware; what is missing, what blocks, where each fact came from."""
    table = phone()
    table["psci"]["method"] = "hvc"
    text = port.readme_text(surveyed(table), "one")
    assert "**Not run on hardware.**" in text
    assert "* BRD003 PSCI is called by HVC" in text
    assert "* `board.el2` (BRD003): whether EL2 is free" in text
    assert "| `memory[0]` | `/memory@40000000` | likely | boot loaders may correct it |" in text


def test_characters_that_no_text_may_have_are_left_out() -> None:
    """A tree's names are any bytes."""
    table = phone()
    table["model"] = b"One\n[board]\x1b`|\0"
    text = port.board_text(surveyed(table), "one")
    assert tomllib.loads(text)["board"]["name"] == "one"
    assert "One?[board]?`|" in text
    assert "It calls itself One?[board]?'\\|." in port.readme_text(surveyed(table), "one")


WORDS = st.sampled_from([0, 1, 2, 3, 4, 9, 0x40, 0x74000000, 0xFFFFFFFF]) | st.integers(
    0, 2**32 - 1
)


@settings(max_examples=150, deadline=None)
@given(edits=st.lists(st.tuples(st.integers(0, len(SOUND) // 4 - 1), WORDS), max_size=3))
def test_what_is_written_reads_back_as_it_was_found(
    edits: list[tuple[int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the tree says: the board.toml parses to exactly the survey's values."""
    data = bytearray(SOUND)
    for word, number in edits:
        data[4 * word : 4 * word + 4] = number.to_bytes(4)
    folder = tmp_path_factory.mktemp("board")
    (folder / "acme.dtb").write_bytes(data)
    try:
        found = tree.open(folder / "acme.dtb")
    except InputError:
        return
    port.write_board(found, "one", folder, vendor="Acme")
    text = (folder / "one" / "board.toml").read_text()
    assert tomllib.loads(text) == found.board_values("one", "Acme")
    draft = board.draft(folder / "one")
    assert draft.todos == found.draft("one", "Acme").todos
    assert draft.content == found.draft("one", "Acme").content
