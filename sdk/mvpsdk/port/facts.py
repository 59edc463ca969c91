# SPDX-License-Identifier: Apache-2.0
"""Facts that a person gives: read, checked, and asked for."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from mvpsdk.board import gap
from mvpsdk.board.gic import FRAMES
from mvpsdk.errors import InputError
from mvpsdk.units import PAGE, format_size, parse_size

if TYPE_CHECKING:
    from mvpsdk.board import Gap
    from mvpsdk.tree import Survey

__all__ = ["gaps", "parse_bank", "parse_fact", "parse_value", "questions", "with_frames"]

_NUMBERLIKE = frozenset({"console.driver", "virtual.qemu"})
"""Texts that may look like numbers: "8250", "10.0"."""
_KEY = re.compile(r"[a-z][a-z-]*(\[\d+\])?\.[a-z][a-z-]*")


def parse_bank(text: str) -> dict[str, Any]:
    """Read a bank of RAM such as `0x80000000+4GiB`.

    Raises InputError if it is none.
    """
    base, plus, size = text.partition("+")
    if not plus:
        raise _no_bank(text, "there is no + between base and size")
    try:
        address = int(base.strip(), 0)
        length = int(size, 0) if size.strip().startswith("0x") else parse_size(size)
    except ValueError:
        raise _no_bank(text, "base is a number, size a number with a unit") from None
    if address < 0 or address % PAGE or length % PAGE or not length:
        raise _no_bank(text, "base and size are whole pages of 4 KiB")
    return {"base": address, "size": format_size(length)}


def _no_bank(text: str, why: str) -> InputError:
    return InputError(
        f'"{text}" is no bank of RAM: {why}',
        hint="write base+size, such as 0x80000000+4GiB",
    )


def parse_fact(text: str) -> tuple[str, Any]:
    """Read a fact such as `console.irq=33` or `cpu.core=cortex-a53`: key and value.

    A value is written as in a board.toml; the quotes of a text may be left out.

    Raises InputError if there is no key.
    """
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not _KEY.fullmatch(key):
        raise InputError(
            f'"{text}" is no fact of a board',
            hint="write key=value with a key of a board.toml, such as console.irq=33",
        )
    given = parse_value(value)
    if key in _NUMBERLIKE and not isinstance(given, str):
        given = value.strip()
    return key, given


def parse_value(text: str) -> Any:  # noqa: ANN401 - what TOML has
    """Read a value as TOML has it; what is no TOML is a text."""
    try:
        return tomllib.loads(f"value = {text.strip()}")["value"]
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return text.strip()


def with_frames(survey: Survey) -> Survey:
    """Add the register blocks that the GIC's version needs, as things to find out.

    A survey of a tree has them; one that a person fills in learns the version first.
    """
    table = survey.values["interrupt-controller"]
    missing = [key for key in FRAMES.get(table.get("version"), ()) if key not in table]
    if not missing:
        return survey
    todo = {f"interrupt-controller.{key}": "TODO" for key in missing}
    return survey.given(todo, note="")


def gaps(survey: Survey) -> list[tuple[list[str], Gap, str]]:
    """Return what is missing: keys, what that is, and what the tree says of it.

    Keys of the same kind for the same reason stand together: base and size of a bank of RAM.
    """
    found: dict[tuple[Gap, str], list[str]] = {}
    for key in survey.todos:
        found.setdefault((gap(key), survey.facts[key].note), []).append(key)
    return [(keys, missing, note) for (missing, note), keys in found.items()]


def questions(survey: Survey) -> list[tuple[str, Gap]]:
    """Return what to ask a person: the key of each fact that is missing, and how to find it out."""
    return [(key, gap(key)) for key in survey.todos]
