# SPDX-License-Identifier: Apache-2.0
"""Every reader of an image's bytes, in the order in which they are asked.

A reader takes a Raw and returns fields of ImageFacts; {} if the file is none of its own. It may be
slow, and it may crash: it runs in a process of its own (`_worker`). What it needs is imported when
it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk.image import container, headers, inside, pe, views

if TYPE_CHECKING:
    from collections.abc import Callable

    from mvpsdk.image.model import Elf
    from mvpsdk.image.raw import Raw

    Reader = Callable[[Raw], dict[str, Any]]

__all__ = ["READERS"]


def _contents(raw: Raw) -> dict[str, Any]:
    from mvpsdk.image.contents import look

    return {"contents": look(raw)}


def _code(raw: Raw) -> dict[str, Any]:
    from mvpsdk.image.code import read_code

    elf = raw.found.get("elf")
    return {"code": read_code(raw.data, elf)} if _is_program(raw, elf) else {}


def _drivers(raw: Raw) -> dict[str, Any]:
    from mvpsdk.image.drivers import read_configuration, read_drivers

    if raw.part == "kernel-config":
        return {"configuration": read_configuration(raw.data[:])}
    wanted = raw.part in ("kernel", "realtime") and _is_program(raw, raw.found.get("elf"))
    return {"drivers": read_drivers(raw.data)} if wanted else {}


def _is_program(raw: Raw, elf: Elf | None) -> bool:
    """Tell whether the file holds instructions for A64, as far as its format and role say."""
    if elf:
        return (elf.machine, elf.bits, elf.big_endian) == ("AARCH64", 64, False)
    flat = raw.format == "unknown" and raw.part in ("kernel", "rom")
    return raw.format == "arm64-image" or flat


def _flat(raw: Raw) -> dict[str, Any]:
    from mvpsdk.image.flat import read

    return read(raw)


def _layouts(raw: Raw) -> dict[str, Any]:
    from mvpsdk.image.layouts import read

    return read(raw)


def _traces(raw: Raw) -> dict[str, Any]:
    from mvpsdk.image.traces import read

    return read(raw)


READERS: dict[str, Reader] = {
    "headers": headers.read,
    "contents": _contents,
    "code": _code,
    "layouts": _layouts,
    "traces": _traces,
    "drivers": _drivers,
    "flat": _flat,
    "pyelftools": views.pyelftools,
    "lief": views.lief,
    "pe": pe.look,
    "container": container.look,
    "inside": inside.look,
}
"""By the name that a message gives it."""
