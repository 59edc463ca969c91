# SPDX-License-Identifier: Apache-2.0
"""mvpsdk: port a phone once, then run any OS image on it beside its realtime firmware.

The rooms, in the order in which data flows through them:

    board.load     -> Board        lint.check   -> Report
    handset.load   -> Handset      build.image  -> Image
    image.open     -> ImageFacts   bundle.pack  -> Bundle
    plan.make      -> Plan         sign.sign    -> Bundle, sign.verify -> Report
                                   run.start    -> Session
                                   flash.open_target -> Target, which plans and carries out
                                   decode.decode -> Report, of a phone's console

Each is imported when it is first touched, so `import mvpsdk` costs next to nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__version__ = "0.1.0"

__all__ = ["__version__"]


def __getattr__(name: str) -> ModuleType:
    """Import a room on first use (PEP 562)."""
    if name not in _rooms():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    """List the rooms too, for completion."""
    return sorted({*globals(), *_rooms()})


def _rooms() -> set[str]:
    """What lies beside this file."""
    from pkgutil import iter_modules

    return {found.name for found in iter_modules(__path__)}
