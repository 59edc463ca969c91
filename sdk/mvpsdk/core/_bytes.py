# SPDX-License-Identifier: Apache-2.0
"""What is written into C's structs, and the verdict that is read out of one."""

from __future__ import annotations

from typing import Any

from mvpsdk.core._enums import Reason, Table
from mvpsdk.core._library import ffi, lib
from mvpsdk.core._pack import Verdict
from mvpsdk.errors import BundleError

__all__ = ["set_field", "verdict_of"]


def set_field(
    struct: Any, name: str, value: str | bytes | int | tuple[int, ...], where: str
) -> None:
    """Set a field, text and bytes NUL padded. Raises BundleError if the value does not fit it."""
    try:
        if isinstance(value, int | tuple):
            setattr(struct, name, value)
            return
        raw = value.encode("ascii") if isinstance(value, str) else value
    except (OverflowError, UnicodeEncodeError) as error:
        message = f"{where}.{name}: {value!r} can't stand in a pack"
        hint = "names are ASCII, numbers have at most the bits of their field"
        raise BundleError(message, hint=hint) from error
    room = ffi.sizeof(getattr(struct, name))
    if len(raw) > room:
        raise BundleError(
            f"{where}.{name}: {value!r} takes {len(raw)} bytes, there is room for {room}",
            hint="make it shorter",
        )
    ffi.memmove(getattr(struct, name), raw, len(raw))


def verdict_of(verdict: Any) -> Verdict:
    """Return C's verdict (struct mvp_verdict) as a value."""
    return Verdict(
        reason=Reason(verdict.reason),
        table=Table(verdict.table),
        index=None if verdict.index == lib.MVP_NONE else verdict.index,
        other_table=Table(verdict.other_table),
        other_index=None if verdict.other_index == lib.MVP_NONE else verdict.other_index,
        value=verdict.value,
        bound=verdict.bound,
    )
