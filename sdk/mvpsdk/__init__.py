# SPDX-License-Identifier: Apache-2.0
"""mvpsdk: port a phone once, then run any OS image on it beside its realtime firmware.

The rooms, in the order in which data flows through them:

    board.load     -> Board        lint.check   -> Report
    handset.load   -> Handset      build.image  -> Image
    image.open     -> ImageFacts   bundle.pack  -> Bundle
    plan.make      -> Plan         run.start    -> Session
                                   decode.decode -> Report, of a phone's console

Each is imported when it is first touched, so `import mvpsdk` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__version__ = "0.1.0"

_ROOMS = (
    "abi",
    "board",
    "build",
    "bundle",
    "core",
    "decode",
    "errors",
    "handset",
    "image",
    "lint",
    "plan",
    "port",
    "run",
    "store",
    "units",
)

__all__ = ["__version__"]


def __getattr__(name: str) -> ModuleType:
    """Import a room on first use (PEP 562)."""
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    """List the rooms too, for completion."""
    return sorted([*globals(), *_ROOMS])
