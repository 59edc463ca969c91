# SPDX-License-Identifier: Apache-2.0
"""Values of the command line that need no converting, so that nobody waits for pydantic.

Typer has pydantic convert every value, and loading that takes longer than most commands. Nearly all
values are plain: a word, a path, one of a few words, a number. Those are taken as they are;
anything else, what is wrong above all, goes to typer, whose messages are what people then see.
"""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

__all__ = ["speed_up"]

_MORE_DIGITS_THAN_ANY = 18


class _NotPlainError(Exception):
    """Typer is to look at it."""


class _Plain:
    """Stands where typer keeps what converts a parameter's values."""

    def __init__(self, parameter: Any) -> None:  # noqa: ANN401 - typer's class is private
        self.described = parameter.type_descriptor

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as typer has it
        """Return a parameter's value as its type."""
        try:
            return self._plain(value, param)
        except _NotPlainError:
            from typer._coercion import build_runtime_param

            made: Any = build_runtime_param(self.described)
            return made.coerce(value, param=param, ctx=ctx)

    def _plain(self, value: Any, param: Any) -> Any:  # noqa: ANN401 - as above
        kind, about = self.described.annotation, self.described.parameter_info
        if param.nargs != 1 or about.parser is not None:
            raise _NotPlainError
        if value is None:
            return () if param.multiple else None
        if get_origin(kind) is list:
            (inner,) = get_args(kind)
            if not param.multiple or not isinstance(value, list | tuple):
                raise _NotPlainError
            return [_single(each, inner, about) for each in value]
        return _single(value, kind, about)


def _single(value: Any, kind: Any, about: Any) -> Any:  # noqa: ANN401 - any value of any type
    if kind is str and type(value) is str:
        return value
    if kind is bool and type(value) is bool:
        return value
    if kind is int:
        return _number(value, about)
    if kind is Path and not _demanding(about):
        if isinstance(value, Path):
            return value
        if type(value) is str and _open_to_us(value):
            return Path(value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        found = [member for member in kind if value in (member, member.value)]
        if len(found) == 1:
            return found[0]
    raise _NotPlainError


def _number(value: Any, about: Any) -> int:  # noqa: ANN401 - as above
    if type(value) is str and value.isascii() and value.isdigit():
        value = int(value) if len(value) <= _MORE_DIGITS_THAN_ANY else None
    if type(value) is not int:
        raise _NotPlainError
    low, high = about.min, about.max
    if (low is not None and value < low) or (high is not None and value > high):
        raise _NotPlainError
    return value


def _open_to_us(path: str) -> bool:
    """Whether typer would have nothing to say of what stands at a path."""
    return "\0" not in path and (os.access(path, os.R_OK) or not os.path.lexists(path))


def _demanding(about: Any) -> bool:  # noqa: ANN401 - as above
    """Typer is to check the path: that it is there, say."""
    asked = ("exists", "writable", "resolve_path", "allow_dash", "path_type")
    return any(getattr(about, name, None) for name in asked) or not all(
        getattr(about, name, True) for name in ("file_okay", "dir_okay", "readable")
    )


def speed_up(parameter: Any) -> None:  # noqa: ANN401 - typer's class is private
    """Let a parameter take plain values as they are; with another typer nothing changes."""
    if getattr(parameter, "_runtime_param", ...) is None and hasattr(parameter, "type_descriptor"):
        parameter._runtime_param = _Plain(parameter)  # noqa: SLF001 - there is no other place
