# SPDX-License-Identifier: Apache-2.0
"""Boards are found by folder: a folder with a `board.toml` in it is a board of that name."""

from __future__ import annotations

import difflib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.board.loading import complete, draft
from mvpsdk.errors import BoardError, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mvpsdk.board.draft import Draft
    from mvpsdk.board.model import Board

__all__ = ["SEARCH_VARIABLE", "built_in", "find", "named", "search_path", "sketch"]

SEARCH_VARIABLE = "MVPSDK_BOARD_PATH"
"""Environment variable: more folders of boards, separated as in PATH."""


def built_in() -> Path:
    """Return the folder of boards that came with mvpsdk: the wheel's, or else the checkout's."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "boards"
    return inside if inside.is_dir() else package.parents[1] / "boards"


def search_path(directories: Iterable[Path | str] = (), handset: Path | None = None) -> list[Path]:
    """Return where boards are looked for, the first first.

    That is: the given directories, those of MVPSDK_BOARD_PATH, `./boards`, `boards` in the folder
    of a handset and beside it, the built-in ones.
    """
    named_in_environment = os.environ.get(SEARCH_VARIABLE, "").split(os.pathsep)
    near = [handset / "boards", handset.parent / "boards"] if handset else []
    wanted = [*directories, *filter(None, named_in_environment), "boards", *near, built_in()]
    return list({Path(directory).resolve(): None for directory in wanted})


def find(directories: Iterable[Path | str] = (), handset: Path | None = None) -> dict[str, Path]:
    """Return the `board.toml` of every board there is, by name; the first of a name counts.

    Raises BoardError if a directory that was named is not there.
    """
    given = [Path(directory) for directory in directories]
    for directory in given:
        if not directory.is_dir():
            raise BoardError(
                "no such folder of boards",
                place=Place(file=str(directory)),
                hint="it holds one folder for each board, with a board.toml in it",
            )
    found: dict[str, Path] = {}
    for directory in search_path(given, handset):
        for file in sorted(directory.glob("*/board.toml")):
            found.setdefault(file.parent.name, file)
    return dict(sorted(found.items()))


def named(name: str, directories: Iterable[Path | str] = (), handset: Path | None = None) -> Board:
    """Find a board by its name and load it; `handset` is the folder of the handset that wants it.

    Raises BoardError if there is none, if its file is wrong, or if the file says another name.
    """
    return complete(sketch(name, directories, handset))


def sketch(name: str, directories: Iterable[Path | str] = (), handset: Path | None = None) -> Draft:
    """Find a board by its name and read it, complete or not.

    Raises BoardError if there is none, if its file has no board's form, or says another name.
    """
    directories = list(directories)
    found = find(directories, handset)
    if name not in found:
        close = difflib.get_close_matches(name, found, n=1)
        guess = f'did you mean "{close[0]}"?' if close else f"there are: {', '.join(found)}"
        places = ", ".join(map(str, search_path(directories, handset)))
        raise BoardError(f'there is no board "{name}"; {guess}', hint=f"looked in {places}")
    known = draft(found[name])
    if known.name != name:
        raise BoardError(
            f'board.name is "{known.name}", but the folder is called "{name}"',
            place=known.place("board.name"),
            hint="a board goes by one name: rename the folder or the board",
        )
    return known
