# SPDX-License-Identifier: Apache-2.0
"""Boards are found by folder, the nearest first."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import mvpsdk.board.finding
from mvpsdk import board
from mvpsdk.errors import BoardError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    BoardFile = Callable[..., Path]


def test_built_in_boards_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any folder of one's own there are the boards that came with mvpsdk."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(board.SEARCH_VARIABLE, raising=False)
    assert board.find()["qemu-virt"] == board.built_in() / "qemu-virt" / "board.toml"
    assert board.named("qemu-virt").name == "qemu-virt"


def test_a_wheel_brings_its_boards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Installed, the boards are inside the package; in a checkout they are beside it."""
    finding = tmp_path / "mvpsdk" / "board" / "finding.py"
    (tmp_path / "mvpsdk" / "boards").mkdir(parents=True)
    monkeypatch.setattr(mvpsdk.board.finding, "__file__", str(finding))
    assert board.built_in() == tmp_path / "mvpsdk" / "boards"
    (tmp_path / "mvpsdk" / "boards").rmdir()
    assert board.built_in() == tmp_path.parent / "boards"


def test_every_kind_of_folder_is_searched(
    board_file: BoardFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Boards are found in ./boards, in named folders and in those of the environment."""
    folder = board_file().parents[1]
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(board.SEARCH_VARIABLE, raising=False)
    assert board.find()["acme"] == folder / "acme" / "board.toml"
    monkeypatch.chdir("/")
    assert "acme" not in board.find()
    assert "acme" in board.find([folder])
    monkeypatch.setenv(board.SEARCH_VARIABLE, os.pathsep.join(["/nowhere", str(folder), ""]))
    assert "acme" in board.find()


def test_the_nearest_board_of_a_name_counts(
    board_file: BoardFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A named folder goes before the built-in boards."""
    monkeypatch.chdir("/")
    mine = board_file({'name = "acme"': 'name = "qemu-virt"'}, name="qemu-virt")
    assert board.find([mine.parents[1]])["qemu-virt"] == mine
    assert board.named("qemu-virt", [mine.parents[1]]).vendor == "Acme Ltd."


def test_a_named_folder_must_be_there(tmp_path: Path) -> None:
    """A folder that was named but isn't there is an error, not an empty one."""
    with pytest.raises(BoardError, match="no such folder of boards"):
        board.find([tmp_path / "missing"])


def test_an_unknown_board_is_answered_with_a_guess(board_file: BoardFile) -> None:
    """A name that is nearly right is guessed; else all names and places are told."""
    folder = board_file().parents[1]
    with pytest.raises(BoardError, match='there is no board "acne"; did you mean "acme"') as caught:
        board.named("acne", [folder])
    assert str(folder) in caught.value.hint
    with pytest.raises(BoardError, match=r"there are: acme, .*qemu-virt"):
        board.named("zzz", [folder])


def test_a_board_goes_by_one_name(board_file: BoardFile) -> None:
    """A folder and a board.name that differ are told both."""
    path = board_file(name="other")
    with pytest.raises(
        BoardError, match=r'board\.name is "acme", but the folder is called "other"'
    ):
        board.named("other", [path.parents[1]])
