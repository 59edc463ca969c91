# SPDX-License-Identifier: Apache-2.0
"""Firmware that says nothing of the ABI it was made for.

## What it does

Looks for what the other rules of the ABI decide by: the note, and debug information.

## Why is this bad?

Without them a mismatch shows on the device alone.

**On the device:** unknown.

## How it is decided

Firmware without an ABI note, without BTF and without DWARF could not be checked, and is listed so;
that fails a release, which is strict. A finding is a note whose layouts are of no released version,
where no debug information says what they are. An operating system that makes no call of this
hypervisor, as far as its instructions tell, needs no note: not applicable. Confidence: certain.

## Example

```text
realtime: firmware.elf is stripped, and was linked without the runtime library
```

## Use instead

Build the firmware on the runtime library, whose note survives stripping and `objcopy`; or build it
with `-g`, and name the ELF file that it had before it was stripped:

```toml
[realtime]
image = "firmware.elf"
symbols = "firmware.debug.elf"
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.abi import own_digest, version_of
from mvpsdk.lint.guest_abi import (
    UNKNOWN,
    debug_information,
    guest_note,
    is_firmware,
    is_ours,
    is_program,
)
from mvpsdk.lint.model import Flaw, NotApplicable, NotChecked, Party

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ImageSubject

CODE = "ABI008"
NAME = "abi-not-checkable"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "certain"
CORE = ()
CONSEQUENCE = "unknown: nobody has compared the two"


def check(subject: ImageSubject) -> Iterator[Observation]:
    """Look whether there is anything to decide by."""
    facts = subject.facts
    if not is_program(subject) or facts.format not in ("elf", "arm64-image", "unknown"):
        yield NotApplicable(reason="it holds no program that could be looked at")
    elif not is_firmware(subject) and not _calls_us(subject):
        yield NotApplicable(reason="it makes no call of this hypervisor that can be seen")
    elif debug_information(subject) is None:
        yield from _without_debug_information(subject)


def _without_debug_information(subject: ImageSubject) -> Iterator[Observation]:
    note = guest_note(subject)
    if note is None:
        yield NotChecked(
            reason=f"{subject.owner} has no ABI note, no BTF and no DWARF: name its ELF file by"
            " symbols, or build it on the runtime library"
        )
    elif note.layouts != UNKNOWN and version_of(note.layouts) is None:
        yield Flaw(
            subject=subject.id,
            message=f"{subject.owner}: its layouts {note.layouts[:16]} are those of no released"
            f" ABI, and it has no debug information; the hypervisor has {own_digest().hex()[:16]}",
            parties=(
                Party(name="image", value=note.layouts),
                Party(name="hypervisor", value=own_digest().hex()),
            ),
            fix="name its ELF file by symbols, or build it with the abi.h of this SDK",
        )


def _calls_us(subject: ImageSubject) -> bool:
    code = subject.facts.code
    return code is not None and any(
        call.immediate == 0 and is_ours(call.function or 0) for call in code.calls
    )
