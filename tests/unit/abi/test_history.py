# SPDX-License-Identifier: Apache-2.0
"""The data files of the ABI's versions."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from mvpsdk import abi
from mvpsdk.abi import history
from mvpsdk.core import facade

FILES = Path(history.__file__).parent / "released"


def test_the_file_of_the_current_version_is_fresh() -> None:
    """It says what the header says; MVPSDK_UPDATE=1 writes it anew."""
    current = abi.current()
    file = FILES / f"{current.version}.json"
    if os.environ.get("MVPSDK_UPDATE") == "1":
        file.write_text(history.document(current))
    assert file.read_text() == history.document(current)


def test_a_file_is_read_as_it_was_written() -> None:
    """All of it, for every version that there is; the core's own is the last."""
    for version, found in abi.versions().items():
        text = (FILES / f"{version}.json").read_text()
        assert history.document(history.parse(json.loads(text))) == text
        assert found.version == version
    assert list(abi.versions())[-1] == abi.current().version


def test_a_minor_version_breaks_nothing() -> None:
    """What an older one of the same major version says, the current one says too."""
    for old in abi.versions().values():
        if old.major == abi.current().major:
            found = abi.compare(old, abi.current())
            assert [change.text for change in found if change.kind == "broke"] == []


def test_a_digest_names_its_version() -> None:
    """By it an image's note tells its layouts; one that nobody has written names none."""
    found = abi.version_of(abi.own_digest().hex())
    assert found is not None
    assert found.version == abi.current().version
    assert abi.version_of("00" * 32) is None


def test_the_header_says_what_the_core_was_compiled_with() -> None:
    """Each number that is read by its words is the compiler's own."""
    current = abi.current()
    numbers = {**dict(current.features), **dict(current.constants)}
    numbers |= {call.name: call.id for call in current.calls}
    for name, value in numbers.items():
        assert facade.CONSTANTS[name.removeprefix("MVP_")] == value
    assert len(current.features) == facade.CONSTANTS["FEATURES"].bit_length()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("struct mvp_a { int x; };", ("mvp_a",)),
        ("enum __attribute__((packed)) mvp_b\n{ X };\nunion mvp_c{", ("mvp_b", "mvp_c")),
        ("struct mvp_d;\nvoid f(struct mvp_e *e) {}\nstruct other { int y; };", ()),
    ],
)
def test_names_are_those_that_are_defined(text: str, names: tuple[str, ...]) -> None:
    """Not those that are declared, or used."""
    assert abi.names_in(text) == names


def test_a_number_and_its_comment_are_read() -> None:
    """A comment may go over lines; what is no plain number is none of the ABI."""
    text = (
        "#define MVP_ABI_MAJOR 2\n#define MVP_ABI_MINOR 7\n"
        "#define MVP_CALL_A 0xc6008001 /* x1 = a,\n * x2 = b */\n"
        "#define MVP_CALL_B 0xc6008002\n#define MVP_FEATURE_X 0x10UL\n#define MVP_FEATURES 0x10\n"
        "#define MVP_BAD -2\n#define MVP_SUM (1 + 2)\n#define OTHER 3\n"
    )
    found = abi.abi_of(text, (), (), {"MVP_CALL_B": "1.3"})
    assert found.version == "2.7"
    assert [(call.name, call.since, call.arguments) for call in found.calls] == [
        ("MVP_CALL_A", "2.7", "x1 = a, * x2 = b"),
        ("MVP_CALL_B", "1.3", ""),
    ]
    assert found.features == (("MVP_FEATURE_X", 0x10),)
    assert found.constants == (("MVP_BAD", -2),)
