# SPDX-License-Identifier: Apache-2.0
"""Something in a release that is there for debugging.

## What it does

Finds, in what is to ship, a hypervisor that keeps a trace, arguments in a persona's command line
that open a debugger or a shell or switch a protection off, and trace hardware that the firmware
owns.

## Why is this bad?

They give whoever holds the phone, or whoever got into a guest, what only its makers should have.
**On the device:** a customer's phone tells its memory on the UART, or gives out a root shell.

## How it is decided

Under `--profile release` only. By the words of `command-line`, by `compatible` of the devices in
`realtime.devices`, and by the features that a bundle's manifest names. What a guest's own files
switch on is not looked at. Confidence: certain; `earlycon` and `keep_bootcon` are warnings, since
they only talk.

## Example

```toml
[[persona]]
name = "work"
kernel = "images/linux"
command-line = "console=ttyAMA0 earlycon nokaslr"
memory = "128 MiB"
```

## Use instead

```toml
[[persona]]
name = "work"
kernel = "images/linux"
command-line = "console=ttyAMA0"
memory = "128 MiB"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.model import Flaw, NotApplicable, Party, Severity
from mvpsdk.lint.subject import BundleSubject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.handset.model import Persona
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import HandsetSubject

CODE = "SEC003"
NAME = "debug-in-release"
SINCE = "0.1.0"
SEVERITY = "error"
CONFIDENCE = "certain"
CONSEQUENCE = "whoever holds the phone gets what only its makers should have"
CORE = ()

TALKS = {
    "earlycon": "prints the boot on the UART before any log level counts",
    "keep_bootcon": "keeps printing on the early console",
}
OPENS = {
    "nokaslr": "puts the kernel where every exploit expects it",
    "kgdboc": "lets a debugger in by the console",
    "kgdbwait": "waits for a debugger",
    "mitigations=off": "switches the processor's mitigations off",
    "systemd.debug-shell": "gives a root shell on a console",
    "systemd.debug_shell": "gives a root shell on a console",
    "rd.break": "stops in a root shell",
    "rd.shell": "gives a root shell where the boot fails",
    "init=/bin/sh": "starts a root shell in place of the system",
    "init=/bin/bash": "starts a root shell in place of the system",
}
"""Arguments of Linux (admin-guide/kernel-parameters), systemd and dracut, and what each does."""

TRACERS = ("arm,coresight", "arm,embedded-trace")
"""How device trees call what traces cores (Linux, bindings/arm/arm,coresight-*.yaml)."""


def check(subject: BundleSubject | HandsetSubject) -> Iterator[Observation]:
    """Look at what a person wrote, or at what the bundle says of its hypervisor."""
    if not subject.bench.release:
        yield NotApplicable(reason="only what ships is judged so: --profile release")
    elif isinstance(subject, BundleSubject):
        yield from _trace(subject)
    else:
        for persona in subject.handset.personas:
            yield from _arguments(persona)
        yield from _tracers(subject)


def _trace(subject: BundleSubject) -> Iterator[Observation]:
    if "trace" in subject.bundle.features:
        yield Flaw(
            subject="bundle.features",
            message="the hypervisor in the bundle keeps a trace, which a panic prints",
            parties=(Party(name="features", value="trace"), _release()),
            fix="make it anew without --trace: `mvpsdk bundle`",
        )


def _release() -> Party:
    return Party(name="profile", value="release")


def _arguments(persona: Persona) -> Iterator[Observation]:
    for word in persona.command_line.split():
        name = word if word in OPENS else word.partition("=")[0]
        if name in OPENS or name in TALKS:
            what = {**OPENS, **TALKS}[name]
            yield Flaw(
                subject=f"persona.{persona.name}.command-line",
                message=f'command-line of "{persona.name}" has {word}, which {what}',
                parties=(
                    Party(name="argument", value=word),
                    _release(),
                ),
                fix=f"leave {word} out",
                severity=Severity.WARNING if name in TALKS else None,
            )


def _tracers(subject: HandsetSubject) -> Iterator[Observation]:
    realtime, board = subject.handset.realtime, subject.bench.board
    owned = map(board.device, realtime.devices) if realtime and board else ()
    for device in owned:
        if device and device.compatible.startswith(TRACERS):
            yield Flaw(
                subject=f"realtime.devices.{device.name}",
                message=f'"realtime" owns {device.name} ({device.compatible}), which traces cores',
                parties=(
                    Party(name=device.name, value=device.compatible),
                    _release(),
                ),
                fix=f"leave {device.name} out of realtime.devices",
            )
