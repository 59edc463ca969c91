# SPDX-License-Identifier: Apache-2.0
"""`handset.lock`: every input of a handset, pinned by SHA-256."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import Fault, InputError, Place
from mvpsdk.store.digest import open_input
from mvpsdk.store.output import unreadable, write_bytes
from mvpsdk.units import MIB, describe_size

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Lock", "Pin", "load", "lock_path", "save"]

VERSION = 1
LONGEST = MIB
"""No lock is longer, in bytes."""

_HEAD = "# Made by `mvpsdk lock`: what every input must be. Commit it; don't edit it.\n"
_SHA256_DIGITS = 64


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Pin:
    """One input as it must be: its role, where it comes from, and its content."""

    name: str  # "work/kernel"
    path: str = ""  # relative to the lock file
    url: str = ""
    deb: str = ""  # the package of Debian's that was asked for
    member: str = ""  # the file that is taken out of what the URL brings
    archive: str = ""  # SHA-256 of what the URL brings, where there is a member
    sha256: str
    size: int  # bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """All pins of a handset. At least one of path and url of a pin is given."""

    pins: tuple[Pin, ...]

    def pin(self, name: str) -> Pin | None:
        """Return the pin of an input, by its role."""
        return next((pin for pin in self.pins if pin.name == name), None)

    def __str__(self) -> str:
        """The file's text: the same pins give the same bytes, whatever their order."""
        return "".join([_HEAD, f"version = {VERSION}\n", *map(_table, sorted(self.pins))])


def lock_path(handset: Path) -> Path:
    """Return where the lock of a handset file stands: beside it."""
    return handset.with_suffix(".lock")


def save(lock: Lock, path: Path) -> None:
    """Write the lock file, whole or not at all. Raises MvpError."""
    write_bytes(path, str(lock).encode())


def load(path: Path) -> Lock:
    """Read a lock file. Raises InputError that lists everything that is wrong with it."""
    place = Place(file=str(path))
    if not os.path.lexists(path):
        raise InputError("there is no lock file", place=place, hint="make it with: mvpsdk lock")
    try:
        document = tomllib.loads(_text(path))
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, ValueError) else "nested too deeply"
        raise InputError(f"not a lock file: {what}", place=place, hint=_MAKE_AGAIN) from error
    faults = list(_faults(document, Place(file=str(path))))
    if faults:
        raise InputError.of(faults)
    return Lock(pins=tuple(Pin(**entry) for entry in document.get("input", [])))


def _text(path: Path) -> str:
    """Read the file, if it is no longer than a lock can be. Raises InputError, ValueError."""
    try:
        with open_input(path) as file:
            size = os.fstat(file.fileno()).st_size
            if size > LONGEST:
                raise ValueError(f"{describe_size(size)}, of at most {describe_size(LONGEST)}")
            return file.read().decode()
    except OSError as error:
        raise unreadable(path, error) from error


def relative(path: Path, lock: Path) -> str:
    """Write a path as the lock file does: relative to it, with forward slashes."""
    return Path(os.path.relpath(path.absolute(), lock.absolute().parent)).as_posix()


_MAKE_AGAIN = "make it again with: mvpsdk lock"
_KEYS: dict[str, type] = {
    "name": str,
    "path": str,
    "url": str,
    "deb": str,
    "member": str,
    "archive": str,
    "sha256": str,
    "size": int,
}


def _faults(document: dict[str, Any], place: Place) -> Iterable[Fault]:
    """All that keeps a document from being a lock."""
    for key in sorted(document.keys() - {"version", "input"}):
        yield Fault(message=f"unknown key {key}", place=place, hint=_MAKE_AGAIN)
    if document.get("version") != VERSION:
        found = document.get("version", "none")
        message = f"lock format version is {found}, this SDK reads {VERSION}"
        yield Fault(message=message, place=place, hint=_MAKE_AGAIN)
    entries = document.get("input", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        yield Fault(message="input is no array of tables", place=place, hint=_MAKE_AGAIN)
        return
    for index, entry in enumerate(entries):
        for message in _entry_faults(entry):
            yield Fault(message=f"input[{index}]{message}", place=place, hint=_MAKE_AGAIN)


def _entry_faults(entry: dict[str, Any]) -> Iterable[str]:
    for key in sorted(entry.keys() - _KEYS.keys()):
        yield f".{key}: unknown key"
    for key in ("name", "sha256", "size"):
        if key not in entry:
            yield f".{key}: missing"
    for key, kind in _KEYS.items():
        if key in entry and type(entry[key]) is not kind:
            yield f".{key}: must be a {'number' if kind is int else 'string'}"
    for key in ("sha256", "archive"):
        digest = entry.get(key)
        if isinstance(digest, str) and not is_digest(digest):
            yield f'.{key}: "{digest}" is not 64 hexadecimal digits'
    if bool(entry.get("member")) != bool(entry.get("archive")):
        yield ": member and archive go together"
    if not entry.get("path") and not entry.get("url"):
        yield ": has neither path nor url"


def is_digest(text: str) -> bool:
    """Tell whether a text is a SHA-256 in lower-case hexadecimal digits."""
    return len(text) == _SHA256_DIGITS and not set(text) - set("0123456789abcdef")


def _table(pin: Pin) -> str:
    keys = ("name", "path", "url", "deb", "member", "archive", "sha256")
    rows = [(key, getattr(pin, key)) for key in keys]
    text = "".join(f"{key} = {_quoted(value)}\n" for key, value in rows if value)
    return f"\n[[input]]\n{text}size = {pin.size}\n"


def _quoted(text: str) -> str:
    """A TOML basic string (TOML 1.0, section String)."""
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in plain) + '"'
