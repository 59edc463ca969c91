# SPDX-License-Identifier: Apache-2.0
"""A Linux kernel that talks to a console that nobody sees.

## What it does

Looks whether a persona's Linux kernel drives the PL011 that the persona has, and whether the last
`console=` of its command line is that PL011, `ttyAMA0`. The command line in the kernel's own
configuration counts, too.

## Why is this bad?

The last `console=` is `/dev/console`, where the first program speaks. Kernel messages go to each
console that is named, and to the device tree's only if none is.

**On the device:** it boots mute, or falls silent when the first program starts.

## How it is decided

By the command line; by `CONFIG_CMDLINE`, `CONFIG_CMDLINE_EXTEND` (which puts it *behind* the
persona's) and `CONFIG_CMDLINE_FORCE`, where the configuration is known; by the device tree's name
`arm,pl011` in the kernel. Android's generic kernel carries `console=ttynull` in that way. Only
Linux kernels are looked at. Confidence: likely.

## Example

```toml
[[persona]]
command-line = "console=ttyS0"
```

## Use instead

```toml
[[persona]]
command-line = "console=ttyAMA0"
```
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.lint.linux import linux_of
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.linux import Linux
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "DEV003"
NAME = "console-mismatch"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "likely"
CORE = ()
CONSEQUENCE = "it boots mute, or falls silent when the first program starts"

OURS = "ttyAMA0"
CONSOLE = re.compile(r"(?:^| )console=([^ ,]*)")


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look for the driver, then for the last console."""
    linux = linux_of(subject)
    if isinstance(linux, NotApplicable | NotChecked):
        yield linux
        return
    if "pl011" not in linux.drivers.built_in or linux.lacks("SERIAL_AMBA_PL011_CONSOLE"):
        yield _flaw(
            subject,
            "does not drive the PL011 that is its persona's only console",
            "no PL011",
            "build it with CONFIG_SERIAL_AMBA_PL011_CONSOLE=y",
        )
        return
    consoles = CONSOLE.findall(linux.whole_command_line)
    if consoles and consoles[-1] != OURS:
        yield _other(subject, linux, consoles)


def _other(subject: ImageSubject, linux: Linux, consoles: list[str]) -> Flaw:
    last, given = f"console={consoles[-1]}", CONSOLE.findall(linux.command_line)
    if given and given[-1] == consoles[-1]:
        says, fix = "the command line ends with", f"end command-line with console={OURS}"
    else:
        says = "its own CONFIG_CMDLINE ends with"
        fix = f"build it without {last}; console={OURS} in command-line shows the kernel's messages"
    return _flaw(subject, f"{says} {last}; the persona has a PL011: {OURS}", last, fix, sep=": ")


def _flaw(subject: ImageSubject, what: str, found: str, fix: str, *, sep: str = " ") -> Flaw:
    return Flaw(
        subject=subject.id,
        message=f"{subject.owner}{sep}{what}",
        parties=(Party(name="kernel", value=found), Party(name="persona", value=f"PL011: {OURS}")),
        fix=fix,
    )
