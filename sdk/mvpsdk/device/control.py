# SPDX-License-Identifier: Apache-2.0
"""The public keys in a boot loader's control tree, which decide what a device boots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.core.facade import fdt_read
from mvpsdk.errors import InputError, Place
from mvpsdk.store import open_input

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["ControlKey", "control_keys"]

_LARGEST = 16 << 20


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlKey:
    """A key node below `/signature` (U-Boot doc/usage/fit/signature)."""

    name: str  # of its node
    algorithm: str
    required: str  # "conf": without its signature no configuration boots; "image"; "": a hint
    one_is_enough: bool  # of all that are required; else each has to have signed
    properties: Mapping[str, bytes]  # all that stands in the node


def control_keys(path: Path) -> tuple[ControlKey, ...]:
    """Return the keys in a control tree, in its order.

    Raises InputError if the file can't be read or is no device tree.
    """
    with open_input(path) as file:
        data = file.read(_LARGEST)
    try:
        root = fdt_read(data)
    except InputError as error:
        place = Place(file=str(path))
        raise InputError(error.message, place=place, hint=error.hint) from error
    node = root.get("signature")
    return tuple(
        ControlKey(
            name=each.name,
            algorithm=each.text("algo"),
            required=each.text("required"),
            one_is_enough=bool(node and node.text("required-mode") == "any"),
            properties=each.properties,
        )
        for each in (node.children if node else ())
    )
