# SPDX-License-Identifier: Apache-2.0
"""The base of our file models, the value types that they share, and faults in our own words."""

from __future__ import annotations

import difflib
import typing
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from mvpsdk.document.places import nearest
from mvpsdk.errors import Fault, Place
from mvpsdk.units import PAGE, parse_duration, parse_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic import GetJsonSchemaHandler
    from pydantic_core import CoreSchema, ErrorDetails

__all__ = [
    "TODO",
    "Address",
    "Counted",
    "Duration",
    "Extent",
    "Known",
    "Model",
    "Name",
    "Register",
    "Size",
    "check",
]

_T = TypeVar("_T")


class Model(BaseModel):
    """A table of a file: kebab-case keys, none unknown, nothing converted on the quiet."""

    schema_name: ClassVar[str] = "board"  # of a whole file, as `mvpsdk schema` knows it

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        defer_build=True,  # build a file's tables once, with the file: half the start-up time
        frozen=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )


def _size(value: object) -> int:
    size = _extent(value)
    if size % PAGE:
        raise ValueError(f'"{value}" is no multiple of 4 KiB, the smallest page')
    return size


def _extent(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError('a size is text with a unit, such as "8 MiB"')  # noqa: TRY004 - pydantic
    size = parse_size(value)
    if size == 0:
        raise ValueError(f'"{value}" is no multiple of 4 KiB, the smallest page')
    if size >= 1 << 48:
        raise ValueError(f'"{value}" is more than 48 address bits reach')
    return size


def _duration(value: object) -> int:
    if not isinstance(value, str):
        raise ValueError('a duration is text with a unit, such as "3 s"')  # noqa: TRY004 - pydantic
    duration = parse_duration(value)
    if duration >= 1 << 32:
        raise ValueError(f'"{value}" is longer than 49 days')
    return duration


def _no_flag(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError(f"must be a number, not {_shown(value)}")  # noqa: TRY004 - pydantic
    return value


Counted = BeforeValidator(_no_flag)
"""For a choice of numbers with 0 or 1 among them: to Python, true is 1."""

Size = Annotated[
    int,
    BeforeValidator(_size),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+ *([KMGT]i)?B$", "examples": ["8 MiB"]}),
]
"""A size in whole pages, in bytes; written with a unit."""

Extent = Annotated[
    int,
    BeforeValidator(_extent),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+ *([KMGT]i)?B$", "examples": ["256 B"]}),
]
"""A size of any kind, in bytes; written with a unit."""

Duration = Annotated[
    int,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+ *(ms|s|min)$", "examples": ["3 s"]}),
]
"""A duration in milliseconds; written with a unit."""

Address = Annotated[int, Field(ge=0, lt=1 << 48, multiple_of=PAGE)]
"""A page's physical address."""

Register = Annotated[int, Field(ge=0, lt=1 << 48, multiple_of=4)]
"""A device's physical address, which need not begin a page."""

TODO = "TODO"
"""What stands where a value is not known yet."""


class _MayBeUnknown:
    """Lets a JSON Schema say "TODO" where the model has None."""

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        made = handler(schema)
        choices = [choice for choice in made.pop("anyOf") if choice != {"type": "null"}]
        return {**made, "anyOf": [*choices, {"const": TODO}]}


Known = Annotated[
    _T | None,
    BeforeValidator(lambda value: None if value == TODO else value),
    _MayBeUnknown(),
]
"""A value that may not be known yet: None, written "TODO"."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=31)]
"""A name in lower case, such as `qemu-virt`."""

_M = TypeVar("_M", bound=Model)


def check(
    model: type[_M], values: dict[str, Any], places: Mapping[str, Place]
) -> tuple[_M | None, list[Fault]]:
    """Check values against a model; return the model's value, or else all faults."""
    try:
        return model.model_validate(values), []
    except ValidationError as wrong:
        details = wrong.errors(include_url=False)
        faults = [_fault(model, detail, places) for detail in details]
        return None, sorted(faults, key=_line)


def _line(fault: Fault) -> int:
    return fault.place.line if fault.place else 0


def _fault(model: type[Model], detail: ErrorDetails, places: Mapping[str, Place]) -> Fault:
    key = _path(detail["loc"])
    if detail["type"] == "extra_forbidden":
        message, hint = _unknown(key, _keys_at(model, detail["loc"]))
    elif detail["type"] == "missing":
        message, hint = f"{key} is missing", f"add `{key.rpartition('.')[2]} = …` there"
    else:
        message = f"{key}: {_reason(detail)}"
        hint = f"what each key takes: mvpsdk schema {model.schema_name}"
    return Fault(message=message, hint=hint, place=nearest(places, key) or places.get(""))


def _path(location: tuple[int | str, ...]) -> str:
    """Write a location as people do: `persona[0].memory`."""
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _unknown(key: str, known: list[str]) -> tuple[str, str]:
    name = key.rpartition(".")[2]
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f'unknown key {key}; did you mean "{close[0]}"?', "no unknown key is ever ignored"
    return f"unknown key {key}", f"known here: {', '.join(known)}"


def _keys_at(model: type[Model], location: tuple[int | str, ...]) -> list[str]:
    """List the keys that the table around a location may have."""
    table: type[Model] | None = model
    for part in location[:-1]:
        if isinstance(part, str) and table:
            fields = {field.alias: field.annotation for field in table.model_fields.values()}
            table = _model_in(fields.get(part))
    return sorted(str(field.alias) for field in table.model_fields.values()) if table else []


def _model_in(annotation: object) -> type[Model] | None:
    """Find the model in `M`, `M | None` or `list[M]`."""
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return annotation
    found = (_model_in(argument) for argument in typing.get_args(annotation))
    return next((model for model in found if model), None)


_OWN_WORDS = {
    "string_type": "must be text in quotes, not {input}",
    "int_type": "must be a whole number, not {input}",
    "bool_type": "must be true or false, not {input}",
    "list_type": "must be a list in brackets, not {input}",
    "model_type": "must be a table, not {input}",
    "dict_type": "must be a table, not {input}",
    "date_type": "must be a date such as 2027-06-30, not {input}",
    "literal_error": "must be {expected}, not {input}",
    "string_pattern_mismatch": "{input} has characters that have no place here"
    " (it must match {pattern})",
    "string_too_long": "{input} is longer than {max_length} characters",
    "string_too_short": "must not be empty",
    "too_short": "needs at least {min_length} of them",
    "too_long": "has more than {max_length} of them",
    "greater_than_equal": "must be at least {ge}, not {input}",
    "less_than_equal": "must be at most {le}, not {input}",
    "less_than": "must be below {lt}, not {input}",
    "multiple_of": "{input} is no multiple of 4 KiB, the smallest page",
}


def _reason(detail: ErrorDetails) -> str:
    """Say in our words what is wrong with a value."""
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(context["error"])
    template = _OWN_WORDS.get(detail["type"])
    if template is None:
        return f"{detail['msg']}, not {_shown(detail['input'])}"
    return template.format(**{**context, "input": _shown(detail["input"])})


def _shown(value: object) -> str:
    """Write a value as TOML has it, addresses in hexadecimal, shortened."""
    match value:
        case bool():
            return str(value).lower()
        case int():
            return f"{value:#x}" if abs(value) >= PAGE else str(value)
        case str():
            return f'"{value[:60]}…"' if len(value) > 60 else f'"{value}"'  # noqa: PLR2004
        case dict():
            return "a table"
        case list():
            return "a list"
    return str(value)
