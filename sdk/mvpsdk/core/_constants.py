# SPDX-License-Identifier: Apache-2.0
"""Numbers of the C headers; the values are C's own.

`CONSTANTS` holds every literal of platform.h, abi.h and pack.h by its C name less `MVP_`, such as
`CONSTANTS["RAM_BASE"]`. The few that many rooms speak of have names of their own.
"""

from __future__ import annotations

from typing import Final

from mvpsdk.core._library import ffi, lib

__all__ = [
    "CONSTANTS",
    "INTERRUPT_EDGE",
    "META_MAX",
    "PACK_ALIGN",
    "PACK_MAGIC",
    "REGION_EXECUTE",
    "REGION_WRITE",
    "WINDOW_SIZE",
]

CONSTANTS: Final[dict[str, int]] = {
    name.removeprefix("MVP_"): value
    for name in dir(lib)
    if name.startswith("MVP_") and isinstance(value := getattr(lib, name), int)
}

INTERRUPT_EDGE: Final[int] = lib.MVP_INTERRUPT_EDGE
META_MAX: Final[int] = lib.MVP_META_MAX
PACK_ALIGN: Final[int] = lib.MVP_PACK_ALIGN
PACK_MAGIC: Final[bytes] = bytes(ffi.buffer(ffi.new("uint64_t *", lib.MVP_PACK_MAGIC)))
REGION_EXECUTE: Final[int] = lib.MVP_REGION_EXECUTE
REGION_WRITE: Final[int] = lib.MVP_REGION_WRITE
WINDOW_SIZE: Final[int] = lib.MVP_WINDOW_SIZE
