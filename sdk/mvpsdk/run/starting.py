# SPDX-License-Identifier: Apache-2.0
"""Starting a bundle on the virtual handset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.errors import InputError
from mvpsdk.run import command, via
from mvpsdk.run.qemu import Qemu
from mvpsdk.run.session import Session

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from mvpsdk.run.model import Bootable, Expectation

__all__ = ["boot"]


def boot(
    bootable: Bootable,
    *,
    way: str = "direct",
    persona: str | None = None,
    expect: Sequence[Expectation] = (),
    reject: Sequence[re.Pattern[str]] = (),
    timeout: float | None = None,
    until_exit: bool = False,
    deterministic: bool = True,
    qemu: str | None = None,
) -> Session:
    """Start a machine with these files in it; it runs from the session's first event on.

    Args:
        bootable: hypervisor, pack and machine.
        way: how they get into the machine, one of `mvpsdk.run.ways()`.
        persona: the persona to boot; None leaves it to the boot menu.
        expect: lines to come, in order for each partition; the session ends when all have come.
        reject: patterns that no line of any partition may show.
        timeout: seconds of the host's time; None: no end.
        until_exit: wait for the power-off, even when all that was expected has come.
        deterministic: virtual time by counted instructions, the same in each run.
        qemu: the QEMU to run, else $MVPSDK_QEMU, else the one on PATH.

    Raises MissingToolError without QEMU, InputError for a persona or a way that there isn't,
    ToolFailedError if QEMU ends at once.
    """
    _check_persona(bootable, persona)
    machine = command.machine_arguments(bootable.machine, deterministic=deterministic)
    loading = via.arguments(way, bootable, persona)
    return Session(
        Qemu([command.executable(qemu), *machine, *loading]),
        clock=bootable.machine.clock if deterministic else None,
        expect=expect,
        reject=reject,
        timeout=timeout,
        until_exit=until_exit,
    )


def _check_persona(bootable: Bootable, persona: str | None) -> None:
    if persona is None or persona in bootable.personas:
        return
    there = ", ".join(bootable.personas) or "none"
    raise InputError(f'the bundle has no persona "{persona}"', hint=f"it has: {there}")
