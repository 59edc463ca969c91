# SPDX-License-Identifier: Apache-2.0
"""What can be flashed: one file for each scheme, found by this folder.

A file holds `open_target(address, access)`, which returns a `Target`; the address is what stands
behind `SCHEME:`. A path in /dev is taken for `block:`.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Protocol

from mvpsdk.errors import InputError
from mvpsdk.flash.safety import System

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Self

    from mvpsdk.flash.inputs import Input
    from mvpsdk.flash.model import Options, Plan, Tell

__all__ = ["Access", "Target", "open_target", "schemes"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """What a target may do without asking, and how it asks."""

    serial: str = ""  # which device, where several are attached
    write: bool = True  # False: a dry run
    yes: bool = False  # overwrite without the question
    ask: Callable[[str], str] | None = None  # a question, answered by a line; None: nobody is there
    timeout: float = 600.0  # seconds that a device may take for one step
    system: System = field(default_factory=System)


class Target(Protocol):
    """Something to be flashed, opened; to be left by its `with` block."""

    @property
    def name(self) -> str:
        """What people call it: a path, or how the device is reached."""
        ...

    def plan(self, what: Input, options: Options, tell: Tell) -> Plan:
        """Look at the device, hold the input against it, and say what would be done."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None: ...


def schemes() -> list[str]:
    """All kinds of target there are."""
    return sorted(module.name for module in iter_modules(__path__) if module.name[0] != "_")


def open_target(text: str, access: Access) -> Target:
    """Open what is called `SCHEME:ADDRESS`, or a device by its path in /dev.

    Raises InputError if there is no such scheme; else as the scheme does.
    """
    scheme, colon, address = text.partition(":")
    if text.startswith("/dev/"):
        scheme, colon, address = "block", ":", text
    if not colon or scheme not in schemes():
        raise InputError(
            f'"{text}" names nothing that can be flashed',
            hint=f"write file:PATH, /dev/NAME or fastboot:; there are: {', '.join(schemes())}",
        )
    module = importlib.import_module(f"{__name__}.{scheme}")
    target: Target = module.open_target(address, access)
    return target
