# SPDX-License-Identifier: Apache-2.0
"""Reads a TOML file, and tells for every key where it stands."""

from __future__ import annotations

import re
import stat
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.document.places import find_places
from mvpsdk.errors import Fault, Place
from mvpsdk.units import MIB, describe_size

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mvpsdk.errors import MvpError

__all__ = ["Document", "read", "within"]

NO_DOCUMENT = "name the file; a handset's folder has a handset.toml in it, a board's a board.toml"
LONGEST = MIB
"""No file that a person writes is longer, in bytes."""

_POSITION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A TOML file: its values, and the place of each key such as `persona[0].memory`."""

    path: Path
    values: dict[str, Any]
    places: Mapping[str, Place]


def read(path: Path, error: type[MvpError]) -> Document:
    """Read a TOML file.

    Raises error, with the place, if it can't be read or is no TOML.
    """
    text = _text(path, error)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise error.of([_syntax_fault(path, text, str(wrong))]) from None
    except (RecursionError, ValueError):  # nested a thousand deep, or a number of 5000 digits
        raise error(
            "nested too deeply, or a number is too long",
            place=Place(file=str(path)),
            hint="a configuration needs neither; was another file meant?",
        ) from None
    return Document(path=path, values=values, places=find_places(text, str(path)))


def within(path: Path, name: str) -> Path:
    """Return the file of this name in a folder; the path itself where there is none."""
    with suppress(OSError, ValueError):  # whoever reads it says what is wrong with the path
        if (path / name).is_file():
            return path / name
    return path


def _text(path: Path, error: type[MvpError]) -> str:
    place = Place(file=str(path))
    data = _bytes(path, error, place)
    if not data.strip():
        raise error("the file is empty", place=place, hint="write it, or restore it")
    try:
        return data.decode()
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise error(
            f"not text: byte {wrong.start} ({data[wrong.start]:#04x}) is no UTF-8",
            place=Place(file=str(path), line=line),
            hint="save it as UTF-8; if it is a binary, another file was meant",
        ) from None


def _bytes(path: Path, error: type[MvpError], place: Place) -> bytes:
    try:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            raise error("is a folder, not a file", place=place, hint=NO_DOCUMENT)
        if not stat.S_ISREG(state.st_mode):
            raise error("is no regular file", place=place, hint="check the name and the folder")
        if state.st_size > LONGEST:
            raise error(
                f"{describe_size(state.st_size)} is too large for a configuration file"
                f" (at most {describe_size(LONGEST)})",
                place=place,
                hint="was another file meant?",
            )
        return path.read_bytes()
    except FileNotFoundError:
        hint = "check the name and the folder"
        raise error("there is no such file", place=place, hint=hint) from None
    except (OSError, ValueError) as wrong:
        reason = (getattr(wrong, "strerror", "") or str(wrong)).lower()
        hint = "check the path, and who may read it"
        raise error(f"can't be read: {reason}", place=place, hint=hint) from None


def _syntax_fault(path: Path, text: str, message: str) -> Fault:
    """Turn the parser's message, which ends with the position, into a fault."""
    match = _POSITION.search(message)
    line, column = text.count("\n") + 1, len(text) - text.rfind("\n")  # the document's end
    if match and match[1]:
        line, column = int(match[1]), int(match[2])
    what = _POSITION.sub("", message)
    return Fault(
        message=f"this is no TOML: {what[:1].lower()}{what[1:]}",
        place=Place(file=str(path), line=line, column=column),
        hint='a line is `key = value`, text stands in "quotes", a table begins with `[name]`',
    )
