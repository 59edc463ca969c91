# SPDX-License-Identifier: Apache-2.0
"""Everything that mvpsdk raises on purpose.

    MvpError                      something that a person can mend
    ├── CheckFailed          1    the check ran and found something
    ├── InputError           2    the call or an input is wrong
    │   ├── BoardError            board.toml, or a board that can't be found
    │   ├── HandsetError          handset.toml
    │   ├── ImageError            an image file that can't be opened
    │   ├── PlanError             things that don't fit together
    │   ├── BundleError           a pack or a container that can't be made or read
    │   ├── DiskError             a disk, a sparse image or a block map: the same
    │   └── ToolFailedError       a tool ran and failed
    ├── MissingToolError     3    the machine lacks something
    │   └── CoreError             the compiled core is missing, or not built from these sources
    ├── TimeoutError_        4    time ran out on a download, a tool, a device
    └── RefusedError         5    the other side said no

The numbers are the exit codes of the command line. Any other exception is a bug of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

__all__ = [
    "BoardError",
    "BundleError",
    "CheckFailed",
    "CoreError",
    "DiskError",
    "Fault",
    "HandsetError",
    "ImageError",
    "InputError",
    "MissingToolError",
    "MvpError",
    "Place",
    "PlanError",
    "RefusedError",
    "TimeoutError_",
    "ToolFailedError",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something stands: a file, and a line and a column in it (from 1; 0: unknown).

    In a device tree it is a node's path instead, such as `/soc/serial@fe1a0000`.
    """

    file: str
    line: int = 0
    column: int = 0
    node: str = ""

    def __str__(self) -> str:
        """Format as compilers do, `file:line:col`, so that editors can jump there."""
        numbers = (str(number) for number in (self.line, self.column) if number)
        return ":".join([self.file, *numbers, *filter(None, [self.node])])


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is wrong: what, where, and the next step."""

    message: str
    place: Place | None = None
    hint: str = ""
    rule: str = ""  # code of the lint rule that speaks of the same thing, such as "MEM005"
    parties: tuple[tuple[str, str], ...] = ()  # the things that collide: name and value of each

    def __str__(self) -> str:
        """Format as `place: message`, with the hint on a line of its own."""
        head = f"{self.place}: {self.message}" if self.place else self.message
        return f"{head}\n  {self.hint}" if self.hint else head


class MvpError(Exception):
    """Something that a person can mend. Never raised itself: a subclass says which kind."""

    exit_code: ClassVar[int] = 70

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        hint: str = "",
        rule: str = "",
        parties: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Make an error of one fault; see `of` for several."""
        super().__init__(message)
        self.faults: tuple[Fault, ...] = (
            Fault(message=message, place=place, hint=hint, rule=rule, parties=parties),
        )

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> Self:
        """Make one error out of one or more faults, in their order."""
        found = tuple(faults)
        error = cls("\n".join(str(fault) for fault in found))
        error.faults = found
        return error

    @property
    def message(self) -> str:
        """What is wrong, by the first fault."""
        return self.faults[0].message

    @property
    def place(self) -> Place | None:
        """Where the first fault stands."""
        return self.faults[0].place

    @property
    def hint(self) -> str:
        """The next step out of the first fault."""
        return self.faults[0].hint

    def __str__(self) -> str:
        """All faults, one after the other."""
        return "\n".join(str(fault) for fault in self.faults)


class CheckFailed(MvpError):  # noqa: N818 - a verdict rather than an error
    """The check was made and found something."""

    exit_code = 1


class InputError(MvpError):
    """The call or an input is wrong."""

    exit_code = 2


class BoardError(InputError):
    """A board file is wrong, or no board goes by that name."""


class HandsetError(InputError):
    """A handset file is wrong."""


class ImageError(InputError):
    """An image can't be opened or read."""


class PlanError(InputError):
    """Board, handset and images don't fit together."""


class BundleError(InputError):
    """A pack or a container can't be made, or isn't what it should be."""


class DiskError(InputError):
    """A disk's table, a sparse image or a block map can't be made, or isn't what it should be."""


class ToolFailedError(InputError):
    """A tool ran and failed, or a file could not be analysed."""


class MissingToolError(MvpError):
    """The machine lacks something; the hint says how to get it."""

    exit_code = 3


class CoreError(MissingToolError):
    """The compiled core is missing, or was built from other sources than those beside it."""


class TimeoutError_(MvpError):  # noqa: N801, N818 - the builtin's name is taken
    """Time ran out on something that may work the next time."""

    exit_code = 4


class RefusedError(MvpError):
    """The other side (a server, a registry, a device) said no."""

    exit_code = 5
