# SPDX-License-Identifier: Apache-2.0
"""Opens a flattened device tree's file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from mvpsdk.core.facade import fdt_read, fdt_reservations
from mvpsdk.errors import InputError, Place
from mvpsdk.tree.surveying import survey
from mvpsdk.units import MIB, Pa, Range, describe_size

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.tree.model import Survey

__all__ = ["open", "read_file", "survey_bytes"]

MAGIC = b"\xd0\x0d\xfe\xed"
"""The first bytes of a flattened device tree (Devicetree Specification 0.4, 5.2)."""
LONGEST = 2 * MIB
"""No device tree that an arm64 kernel takes is longer (Linux, arch/arm64/booting.rst, 2)."""


def open(path: Path, *, live: bool = False, console: str = "") -> Survey:  # noqa: A001 - the room's verb
    """Read a flattened device tree and survey it.

    Args:
        path: of the file (.dtb).
        live: it was copied from /sys/firmware/fdt of a running device.
        console: path or alias of the UART to take, whatever the tree says.

    Raises InputError, with the place, if it can't be read or is no board's tree.
    """
    data = read_file(path, LONGEST, "a device tree")
    return survey_bytes(data, path, live=live, console=console)


def survey_bytes(data: bytes, path: Path, *, live: bool, console: str) -> Survey:
    """Survey a flattened device tree; path is of the file that is to be named.

    Raises InputError, with that place, if it is damaged or of no board.
    """
    try:
        root = fdt_read(data)
        header = [Range(Pa(base), size) for base, size in fdt_reservations(data)]
    except InputError as wrong:
        source = b"/dts-v1/" in data
        hint = "this is a tree's source: use --from-dts" if source else wrong.hint
        raise InputError(wrong.message, place=Place(file=str(path)), hint=hint) from None
    digest = hashlib.sha256(data).hexdigest()
    return survey(root, path, live=live, reservations=header, console=console, digest=digest)


def read_file(path: Path, longest: int, what: str) -> bytes:
    """Read a file of a limited size, in bytes.

    Raises InputError, with the place, if it is missing, no file, empty or too large.
    """
    place = Place(file=str(path))
    try:
        if path.is_dir():
            raise InputError("is a folder, no file", place=place, hint="name the .dtb inside it")
        if not path.exists():
            raise InputError("there is no such file", place=place, hint="check the name")
        if not path.is_file():
            raise InputError("is no regular file", place=place, hint="copy it to a file first")
        size = path.stat().st_size
        if size > longest:
            raise InputError(
                f"{describe_size(size)} is too large for {what} (at most {describe_size(longest)})",
                place=place,
                hint="was another file meant?",
            )
        data = path.read_bytes()
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else str(wrong)
        raise InputError(
            f"can't be read: {reason}", place=place, hint="check its permissions"
        ) from None
    if not data:
        raise InputError("the file is empty", place=place, hint="fetch or build it again")
    return data
