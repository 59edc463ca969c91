# SPDX-License-Identifier: Apache-2.0
"""QEMU's virt with a hypervisor, seen through its UART alone."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from threading import Timer
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["powered"]

PATIENCE = 20.0  # seconds; a boot takes a fraction of one
QEMU = (
    *("qemu-system-aarch64", "-cpu", "cortex-a53", "-m", "1G", "-display", "none"),
    *("-monitor", "none", "-nic", "none", "-nodefaults"),
)
PLAIN = ("-M", "virt,virtualization=on,gic-version=3", "-serial", "stdio")


@contextmanager
def powered(*arguments: str, machine: tuple[str, ...] = PLAIN) -> Iterator[list[IO[bytes]]]:
    """Switch it on: what can be typed, and what comes out, for a while at most."""
    command = [*QEMU, *machine, *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as qemu:
        guard = Timer(PATIENCE, qemu.kill)
        guard.start()
        assert qemu.stdin
        assert qemu.stdout
        try:
            yield [qemu.stdin, qemu.stdout]
        finally:
            guard.cancel()
            qemu.kill()
