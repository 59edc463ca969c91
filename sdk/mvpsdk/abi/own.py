# SPDX-License-Identifier: Apache-2.0
"""The layouts of this very SDK's abi.h."""

from __future__ import annotations

from functools import cache

from mvpsdk.abi.digest import layouts_digest
from mvpsdk.core import facade
from mvpsdk.image.layouts import Enum, Member, Struct

__all__ = ["own_digest", "own_enums", "own_structs"]


@cache
def own_structs() -> tuple[Struct, ...]:
    """Return its structs, as the core's own compiler lays them out."""
    return tuple(
        Struct(
            name=name,
            size=size,
            members=tuple(
                Member(name=member, offset=offset, size=width, type=type_)
                for member, offset, width, type_ in rows
            ),
        )
        for name, (size, rows) in facade.abi_structs().items()
    )


@cache
def own_enums() -> tuple[Enum, ...]:
    """Return its enums."""
    rows = facade.abi_enums().items()
    return tuple(Enum(name=name, size=size, values=values) for name, (size, values) in rows)


def own_digest() -> bytes:
    """Return the digest of both, which the note of each image that this SDK builds carries."""
    return layouts_digest(own_structs(), own_enums())
