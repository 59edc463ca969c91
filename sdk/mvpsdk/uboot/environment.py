# SPDX-License-Identifier: Apache-2.0
"""U-Boot's environment as it lies in flash: a checksum, and variables (env/common.c, env_t).

A damaged one is not refused: U-Boot then takes the one that was compiled in, which boots whatever
it finds. So the boot script of the virtual handset stands in the control tree, not here.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError
from mvpsdk.units import KIB, describe_size

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ENVIRONMENT_SIZE", "environment"]

ENVIRONMENT_SIZE = 256 * KIB
"""CONFIG_ENV_SIZE of Debian's U-Boot for QEMU."""


def environment(variables: Mapping[str, str], size: int = ENVIRONMENT_SIZE) -> bytes:
    """Return an environment of so many bytes.

    Raises InputError for a name or a value that can't stand in it, and if it is too long.
    """
    for name, value in variables.items():
        if not name or "=" in name or "\0" in name + value:
            raise InputError(f"no variable of U-Boot's: {name}={value!r}", hint="leave it out")
    texts = (f"{name}={value}\0".encode() for name, value in sorted(variables.items()))
    body = b"".join(texts) + b"\0"
    room = size - 4
    if len(body) > room:
        raise InputError(
            f"the environment has {describe_size(len(body))}, its place {describe_size(room)}",
            hint="leave variables out",
        )
    body = body.ljust(room, b"\xff")  # as flash is when erased
    return struct.pack("<I", zlib.crc32(body)) + body
