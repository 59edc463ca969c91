# SPDX-License-Identifier: Apache-2.0
"""Words into values, without pydantic where a word is the value, or all but.

Typer loads pydantic for the first option of any command, which takes longer than most commands
need for their work. Texts, numbers, paths and members of an enum, alone or in lists, need none of
it; all else, and every mistake, is left to typer, so that messages stay its own.
"""

from __future__ import annotations

import os
import types
from enum import Enum
from pathlib import Path
from typing import Any, Union, get_args, get_origin

__all__ = ["lighten"]

_PLAIN = object()


def lighten(parameters: list[Any]) -> None:
    """Spare parameters of typer's the way over pydantic, where they need none."""
    for parameter in parameters:
        descriptor = getattr(parameter, "type_descriptor", None)
        if descriptor is not None and hasattr(parameter, "_runtime_param"):
            kind = _kind(descriptor.annotation)
            if kind and not _wants_more(descriptor.parameter_info):
                parameter._runtime_param = _Light(descriptor, kind)  # noqa: SLF001 - typer has no other door


def _kind(annotation: Any) -> tuple[type, bool] | None:  # noqa: ANN401 - any annotation
    """What a word becomes, and whether there are several."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        kinds = [each for each in inner if each is not type(None)]
        return _kind(kinds[0]) if len(kinds) == 1 else None
    if origin is list and len(inner) == 1:
        found = _kind(inner[0])
        return (found[0], True) if found and not found[1] else None
    light = isinstance(annotation, type) and (
        annotation in (str, int, Path, bool) or issubclass(annotation, Enum)
    )
    return (annotation, False) if light else None


def _wants_more(info: Any) -> bool:  # noqa: ANN401 - typer's ParameterInfo
    """Whether typer is asked to check or convert more than the type says."""
    names = ("parser", "click_type", "exists", "resolve_path", "formats")
    given = (getattr(info, name, None) for name in names)
    return any(each is not None and each is not False for each in given) or not all(
        getattr(info, name, True) for name in ("file_okay", "dir_okay", "case_sensitive")
    )


class _Light:
    """Converts by itself what it can, and lets typer do the rest."""

    def __init__(self, descriptor: Any, kind: tuple[type, bool]) -> None:  # noqa: ANN401 - typer's
        self.descriptor = descriptor
        self.kind, self.several = kind

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as typer's own
        if self.several:
            words = None if isinstance(value, str) else value or ()
            found = [self._one(word) for word in words] if words is not None else [_PLAIN]
            if _PLAIN not in found:
                return found if words else ()
        elif value is None or (found := self._one(value)) is not _PLAIN:
            return None if value is None else found
        return self._typers(value, param, ctx)

    def _one(self, word: Any) -> Any:  # noqa: ANN401 - whatever stands on the command line
        if isinstance(word, self.kind):
            return word
        if not isinstance(word, str):
            return _PLAIN
        if issubclass(self.kind, Enum):
            return next((each for each in self.kind if each.value == word), _PLAIN)
        return self._number(word) if issubclass(self.kind, int) else _path(word)

    def _number(self, word: str) -> Any:  # noqa: ANN401 - a number, or the mark that it is none
        info = self.descriptor.parameter_info
        if self.kind is bool or not (word.isascii() and word.isdecimal()):
            return _PLAIN
        low, high = (getattr(info, name, None) for name in ("min", "max"))
        value = int(word)
        fits = (low is None or value >= low) and (high is None or value <= high)
        return value if fits else _PLAIN

    def _typers(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401 - as typer's own
        from typer._coercion import build_runtime_param

        return build_runtime_param(self.descriptor).coerce(value, param=param, ctx=ctx)


def _path(word: str) -> Any:  # noqa: ANN401 - a path, or the mark that typer has something to say
    blocked = os.path.lexists(word) and not os.access(word, os.R_OK)
    return _PLAIN if blocked else Path(word)
