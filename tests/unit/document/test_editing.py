# SPDX-License-Identifier: Apache-2.0
"""Changing a key leaves all else as a person wrote it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.document.editing import Edit, edited

TEXT = """\
# head
[handset]
name = "x"  # the name

# why it may be
[[allow]]
rule = "A"
# inside
reason = \'\'\'
# no comment\'\'\'

# about the second
[[allow]]
rule = "B"   # b

# about the persona
[[persona]]
name = 'work'
memory   = "33 MiB"   # odd
cpus = [ 0,
  1, ]

[on.lab.realtime]
memory = "1 MiB"
"""


TRAP = 'x = """\n[[allow]]\n#"""'
"""A text that looks like a table and a comment."""


def change(text: str, **edits: str | None) -> str:
    """Edit a text; keys are written with __ for what is no letter."""
    names = {"memory": "persona[0].memory", "board": "on.lab.realtime.memory"}
    names |= {f"allow{number}": f"allow[{number}]" for number in range(9)}
    made = [Edit(file="", key=names.get(key, key), value=value) for key, value in edits.items()]
    return edited(text, made)


def test_a_value_is_replaced_in_its_place() -> None:
    """Spaces before and the comment behind it stay."""
    result = change(TEXT, memory="34 MiB", board="2 MiB")
    assert result == TEXT.replace('"33 MiB"', '"34 MiB"').replace('"1 MiB"', '"2 MiB"')


def test_a_table_goes_with_the_comment_on_its_head() -> None:
    """What leads the next table stays."""
    first = change(TEXT, allow0=None)
    assert first == TEXT[: TEXT.index("# why")] + TEXT[TEXT.index("# about the second") :]
    both = change(TEXT, allow0=None, allow1=None)
    assert both == TEXT[: TEXT.index("# why")] + TEXT[TEXT.index("# about the persona") :]


def test_the_last_table_leaves_no_blank_lines() -> None:
    """Neither does a file's end without a line end."""
    text = '[h]\na = 1\n\n# about it\n[[allow]]\nrule = "A"'
    assert change(text, allow0=None) == "[h]\na = 1\n"


def test_of_two_values_for_a_key_the_first_counts() -> None:
    """Two boards may want the same, or not."""
    edits = [Edit(file="", key="persona[0].memory", value=f"{size} MiB") for size in (34, 36)]
    assert edited(TEXT, edits) == TEXT.replace("33", "34")


@pytest.mark.parametrize("key", ["nothing", "persona[1].memory", "handset.name.x", "allow2"])
def test_a_key_that_is_not_there_is_refused(key: str) -> None:
    """Nothing is invented."""
    with pytest.raises(ValueError, match="there is no"):
        change(TEXT, **{key: "x"})


def test_what_cannot_be_cut_out_alone_is_refused() -> None:
    """An inline table has no lines of its own."""
    with pytest.raises((ValueError, KeyError)):
        change('allow = [{ rule = "A" }, { rule = "B" }]\n', allow0=None)


@given(
    before=st.lists(st.sampled_from(["# c", "", "a = 1"]), max_size=4, unique=True),
    inside=st.lists(st.sampled_from(["# d", "", TRAP]), max_size=3, unique=True),
    count=st.integers(1, 4),
    data=st.data(),
)
def test_exactly_what_was_asked_for_changes(
    before: list[str], inside: list[str], count: int, data: Any
) -> None:
    """Whatever stands around it: the values are those of before, but for the edit."""
    body = "\n".join(inside)
    tables = [f'[[allow]]\nrule = "{number}"\n{body}' for number in range(count)]
    text = "\n".join([*before, *tables, "[end]", "z = 1  # z"]) + "\n"
    gone = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    result = change(text, **{f"allow{number}": None for number in gone})
    values = tomllib.loads(text)
    left = [each for each in values.pop("allow") if int(each["rule"]) not in gone]
    assert tomllib.loads(result) == (values | {"allow": left} if left else values)
    assert result.endswith("[end]\nz = 1  # z\n")
