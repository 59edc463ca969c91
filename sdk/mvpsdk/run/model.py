# SPDX-License-Identifier: Apache-2.0
"""What the virtual handset is made of, and what it tells."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mvpsdk.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.core.facade import Pack
    from mvpsdk.sign import PublicKey
    from mvpsdk.units import Pa

__all__ = [
    "Bootable",
    "Event",
    "Exit",
    "Expectation",
    "Line",
    "Machine",
    "Met",
    "Options",
    "Parking",
    "Reason",
    "pattern",
]

HYPERVISOR = "mvp"
"""The name under which the hypervisor's own lines are told."""
BOARD = "board"
"""The name under which lines without a partition's prefix are told (a boot loader's, QEMU's)."""

Reason = Literal["met", "rejected", "halted", "refused", "timeout", "powered-off", "left"]
"""Why a session ended."""


@dataclass(frozen=True, slots=True)
class Parking:
    """Cores that sleep for the whole run, and where what they do is put; see `run.mending`."""

    cores: tuple[int, ...]
    at: Pa


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """How QEMU builds the board."""

    machine: str  # for -machine
    cpu: str  # for -cpu
    memory: int  # for -m, bytes
    cpus: int = 1  # for -smp
    clock: Pa | None = None  # of a PL031; None: virtual time can't be read
    serial: int = 0  # which of QEMU's -serial the console is
    qemu: str = ""  # the least version that has it as the board is; "": any that has the machine
    parking: Parking | None = None  # None: no core would poll in vain


@dataclass(frozen=True, kw_only=True, slots=True)
class Bootable:
    """What a bundle holds for the virtual handset, as files: what its way to boot takes of them."""

    machine: Machine
    hypervisor: Path | None = None
    pack: Path | None = None
    flashed: Path | None = None  # the file as it is flashed: a FIT, or the image of a whole disk
    facts: Pack | None = None  # the board's, as the pack tells them
    rollback_index: int = 0  # of that file
    folder: Path | None = None  # for what is made on the way; it lasts as long as the session
    personas: tuple[str, ...] = ()
    tree: Path | None = None  # a device tree; None: QEMU makes one
    partitions: tuple[str, ...] = ()  # by their names; empty: not known


@dataclass(frozen=True, slots=True)
class Expectation:
    """A line that a partition is to show: `partition` and a pattern that is searched in its lines.

    The hypervisor's own lines are those of `mvp`, lines without a prefix those of `board`.
    """

    partition: str
    pattern: re.Pattern[str]

    @classmethod
    def parse(cls, text: str) -> Expectation:
        """Read `PARTITION:REGEX`. Raises InputError if it isn't that."""
        partition, colon, regex = text.partition(":")
        if not colon or not partition or not regex:
            hint = "write PARTITION:REGEX, for instance work:Linux version 6"
            raise InputError(f"not an expectation: {text!r}", hint=hint)
        return cls(partition, pattern(regex))

    def __str__(self) -> str:
        """As the user wrote it."""
        return f"{self.partition}:{self.pattern.pattern}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """How to run, and what is expected of it."""

    via: str = "direct"  # how the files get into the machine, one of `mvpsdk.run.ways()`
    persona: str | None = None  # None: the boot menu, or the handset's default, decides
    expect: tuple[Expectation, ...] = ()  # in order for each partition; all come: it ends
    reject: tuple[re.Pattern[str], ...] = ()  # no line of any partition may show these
    timeout: float | None = None  # seconds of the host's time; None: no end
    until_exit: bool = False  # wait for the power-off, even when all that is expected has come
    deterministic: bool = True  # virtual time by counted instructions: each run is the same
    shift: int = 0  # of such a run: an instruction takes 2^shift ns, so 3 is a CPU of 125 MIPS
    keys: tuple[PublicKey, ...] = ()  # that a boot loader requires; see `unsigned`
    unsigned: bool = False  # a boot loader that requires no key boots whatever is there
    parts: tuple[tuple[str, Path], ...] = ()  # personas' parts that come in files of their own
    ephemeral: bool = False  # what is written to a disk image is gone when the session ends
    qemu: str | None = None  # the QEMU to run; None: $MVPSDK_QEMU, or the one on PATH


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line from a partition.

    If another source broke into it, the first part is told when it comes, and the whole again,
    under the same number, when the rest has come: `told` is then the number of characters of `text`
    that were told before.
    """

    partition: str
    number: int  # of the partition's line, from 1
    text: str
    told: int = 0
    virtual: int | None = None  # whole seconds of virtual time since reset, by QEMU's own clock
    wall: float = 0.0  # seconds of the host's time since the start


@dataclass(frozen=True, kw_only=True, slots=True)
class Met:
    """An expectation was met, by this text."""

    expectation: Expectation
    text: str
    virtual: int | None = None
    wall: float = 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Exit:
    """The end of a session."""

    reason: Reason
    ok: bool  # what was expected came, and nothing that was to be rejected
    awaited: tuple[Expectation, ...] = ()  # what had not come yet
    rejected: Line | None = None  # the line that ended it: rejected, or the hypervisor's last words
    last: tuple[Line, ...] = ()  # the last lines, when it ended badly
    virtual: int | None = None
    wall: float = 0.0


Event = Line | Met | Exit


def pattern(regex: str) -> re.Pattern[str]:
    """Compile a regular expression. Raises InputError with the position of what is wrong."""
    try:
        return re.compile(regex)
    except re.error as error:
        where = f" at position {error.pos}" if error.pos is not None else ""
        hint = "Python's syntax of regular expressions holds; escape a literal bracket as \\["
        raise InputError(f"not a pattern: {regex!r}: {error.msg}{where}", hint=hint) from error
