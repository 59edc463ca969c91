# SPDX-License-Identifier: Apache-2.0
"""`mvpsdk new-handset`: a folder, or a refusal and nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from mvpsdk_cli import schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    Cli = Callable[..., Any]

BOARDS = Path(__file__).parents[2] / "boards"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def add_board(folder: Path, name: str, changes: dict[str, str] | None = None) -> None:
    """A board of another name, with some facts changed."""
    text = (BOARDS / "qemu-virt" / "board.toml").read_text()
    for old, new in {'name = "qemu-virt"': f'name = "{name}"', **(changes or {})}.items():
        assert old in text
        text = text.replace(old, new)
    (folder / name).mkdir(parents=True)
    (folder / name / "board.toml").write_text(text)


def test_its_files_and_the_next_step_are_told(cli: Cli) -> None:
    """Each file on stdout, the next step on stderr."""
    result = cli("new-handset", "acme", "--board", "qemu-virt")

    assert result.code == 0
    made = result.out.splitlines()
    assert made == sorted(made)
    assert "acme/handset.toml" in made
    assert all(Path(file).is_file() for file in made)
    assert result.err == "next: mvpsdk lock acme, mvpsdk fetch acme, mvpsdk lint acme\n"


def test_boards_of_ones_own_are_found(cli: Cli, here: Path) -> None:
    """In ./boards, in a folder that is named, and in the handset's own."""
    add_board(here / "boards", "mine")
    add_board(here / "vendor", "theirs")
    words = ["--board", "mine", "--board", "theirs", "--board-dir", "vendor", "--dir", "products"]

    assert cli("new-handset", "acme", *words).code == 0

    text = (here / "products" / "acme" / "handset.toml").read_text()
    assert 'boards = ["mine", "theirs"]' in text


def test_boards_beside_the_handset_are_found_from_anywhere(
    cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A handset whose boards stand in its folder or beside it needs no --board-dir."""
    add_board(here / "boards", "mine")
    assert cli("new-handset", "acme", "--board", "mine").code == 0
    elsewhere = here / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    assert "debian/kernel is not pinned" in cli("plan", "../acme", "--board", "mine").err
    missing = cli("plan", "../acme", "--board", "minx")

    assert missing.code == 2
    assert 'did you mean "mine"?' in missing.err


def test_a_board_that_is_not_there_is_guessed(cli: Cli, here: Path) -> None:
    """And nothing is written."""
    result = cli("new-handset", "acme", "--board", "qemu-vrt")

    assert result.code == 2
    assert 'there is no board "qemu-vrt"; did you mean "qemu-virt"?' in result.err
    assert list(here.iterdir()) == []


def test_a_board_with_gaps_is_named(cli: Cli, here: Path) -> None:
    """The handset can be made; what is missing is told with the command that tells more."""
    add_board(
        here / "boards", "mine", {'size = "1 GiB"': 'size = "TODO"', 'el2 = "free"': 'el2 = "TODO"'}
    )

    result = cli("new-handset", "acme", "--board", "mine")

    assert result.code == 0
    assert "board mine has 2 TODO: mvpsdk lint boards/mine/board.toml" in result.err


def test_nothing_is_overwritten_without_force(cli: Cli, here: Path) -> None:
    """What a person wrote is safe; with --force, only what is made anew is replaced."""
    words = ("new-handset", "acme", "--board", "qemu-virt")
    cli(*words)
    (here / "acme" / "handset.toml").write_text("mine")
    (here / "acme" / "notes").write_text("mine")

    refused = cli(*words)

    assert refused.code == 2
    assert "handset.toml" in refused.err
    assert "--force" in refused.err
    assert (here / "acme" / "handset.toml").read_text() == "mine"
    assert cli(*words, "--force").code == 0
    assert "[handset]" in (here / "acme" / "handset.toml").read_text()
    assert (here / "acme" / "notes").read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["acme"], "at least one board"),
        (["Acme", "--board", "qemu-virt"], "no name for a handset"),
        (["acme", "--board", "qemu-virt", "--ramdisk", "x"], "a RAM disk alone"),
        (["acme", "--board", "qemu-virt", "--kernel", "missing"], "no such file"),
        (["acme", "--board", "qemu-virt", "--board-dir", "missing"], "no such folder of boards"),
    ],
)
def test_what_can_not_be_is_refused(cli: Cli, here: Path, words: list[str], message: str) -> None:
    """With exit code 2, the reason and the next step, and nothing written."""
    result = cli("new-handset", *words)

    assert result.code == 2
    assert message in result.err
    assert "next:" in result.err
    assert list(here.iterdir()) == []


def test_the_report_keeps_to_its_schema(cli: Cli) -> None:
    """For programs that make handsets."""
    said = json.loads(cli("new-handset", "acme", "--board", "qemu-virt", "--format", "json").out)

    jsonschema.validate(said, schemas.schema("new-handset"))
    assert said["boards"] == ["qemu-virt"]
    assert "firmware/main.c" in said["files"]
