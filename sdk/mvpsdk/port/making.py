# SPDX-License-Identifier: Apache-2.0
"""Writes a new board's folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.port.board_file import board_text
from mvpsdk.port.readme import readme_text
from mvpsdk.store import write_folder

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.tree import Survey

__all__ = ["write_board"]


def write_board(
    survey: Survey, name: str, folder: Path, *, vendor: str = "", force: bool = False
) -> Path:
    """Write `board.toml` and `README.md` of a board into `folder/name`, both or neither.

    Returns the folder that was made. What blocks the board is not looked at: see `Survey.blocks`.

    Raises InputError if the name is none, or the folder is there already and not forced.
    """
    survey.draft(name, vendor)  # raises what is wrong with the names
    target = folder / name
    files = {
        "board.toml": board_text(survey, name, vendor).encode(),
        "README.md": readme_text(survey, name).encode(),
    }
    write_folder(target, files, force=force)
    return target
