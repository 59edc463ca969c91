# SPDX-License-Identifier: Apache-2.0
"""QEMU's command line for a board."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from mvpsdk.errors import MissingToolError

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.run.model import Machine

__all__ = ["BASE", "deterministic", "executable", "machine_arguments", "quoted"]

PROGRAM = "qemu-system-aarch64"
VARIABLE = "MVPSDK_QEMU"
"""Environment: another QEMU than the one that PATH finds."""

BASE = 1_767_225_600  # 2026-01-01T00:00:00Z: the PL031's time when virtual time is 0, in seconds
HINT = """\
Debian, Ubuntu: apt install qemu-system-arm
Fedora: dnf install qemu-system-aarch64-core
macOS: brew install qemu"""


def executable(name: str | None = None) -> str:
    """The QEMU to run: `name`, else $MVPSDK_QEMU, else the one on PATH.

    Raises MissingToolError if it isn't there.
    """
    wanted = name or os.environ.get(VARIABLE) or PROGRAM
    found = shutil.which(wanted)
    if not found:
        raise MissingToolError(f"the virtual handset needs {wanted}, which is not here", hint=HINT)
    return found


def deterministic(shift: int = 0) -> tuple[str, ...]:
    """An instruction takes 2^shift ns, idle time is skipped, the clock is the machine's own."""
    return ("-icount", f"shift={shift},sleep=off", "-rtc", "base=2026-01-01,clock=vm")


def machine_arguments(machine: Machine, *, shift: int | None) -> list[str]:
    """The board, without windows and networks; with a shift (`deterministic`), without chance."""
    kind = machine.machine
    if shift is not None and kind.startswith("virt"):
        kind += ",dtb-randomness=off"  # else the device tree holds fresh seeds each time
    board = ["-machine", kind, "-cpu", machine.cpu, "-smp", str(machine.cpus)]
    memory = ["-m", f"{machine.memory >> 20}M"]
    plain = [
        "-display",
        "none",
        "-monitor",
        "none",
        "-nic",
        "none",
        "-nodefaults",
        "-no-user-config",
    ]
    others = ["-serial", "null"] * machine.serial  # the session's console is the next one
    return [*board, *memory, *plain, *others, *(() if shift is None else deterministic(shift))]


def quoted(path: Path) -> str:
    """Return a path as a value of QEMU's, in which a comma is written twice."""
    return str(path).replace(",", ",,")
