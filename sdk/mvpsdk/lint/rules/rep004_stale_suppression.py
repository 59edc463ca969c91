# SPDX-License-Identifier: Apache-2.0
"""An exception that has expired, or that excuses nothing.

## What it does

Finds an `[[allow]]` whose last day has passed, one that excuses no finding any more, and an entry
of a baseline that nothing is found for.

## Why is this bad?

It was written for a fault that is gone, or whose time has come. If it stays, it excuses the next
fault at the same place, which nobody has looked at. **On the device:** an old excuse hides a new
fault.

## How it is decided

When every other rule has spoken. An exception still holds on its last day. Whether one excuses
nothing can only be told if its rule has looked everywhere: on all boards of the handset, and with
all that it needs. Confidence: certain; an error where the last day has passed, else a warning.

## Example

```toml
[[allow]]
rule = "MEM004"
at = "persona.work.memory"
reason = "the vendor's image wants an odd size"
until = 2026-09-30
```

## Use instead

Remove it (`mvpsdk lint --fix` does, if it excuses nothing), mend what it excused, or give it a new
last day with a reason that still holds. A baseline shrinks by `mvpsdk lint --baseline write`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.errors import Place
from mvpsdk.lint.allow import AllowState
from mvpsdk.lint.model import Flaw, Party, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.handset.model import Allow
    from mvpsdk.lint.baseline import Known
    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.subject import ExceptionSubject

CODE = "REP004"
NAME = "stale-suppression"
SINCE = "0.1.0"
SEVERITY = "warning"
CONFIDENCE = "certain"
CONSEQUENCE = "an old excuse hides a new fault"
CORE = ()


def check(subject: ExceptionSubject) -> Iterator[Observation]:
    """Look what became of an exception, or which entries of the baseline nobody needs."""
    for known in subject.stale:
        yield _stale(subject, known)
    if not subject.excuse or subject.excuse.state is AllowState.USED:
        return
    if subject.excuse.state is AllowState.EXPIRED:
        yield _expired(subject, subject.excuse.allow)
    elif subject.blind:
        yield subject.blind
    else:
        yield _unused(subject, subject.excuse.allow)


def _name(allow: Allow) -> str:
    return f"[[allow]] {allow.rule} at {allow.at or 'everything'}"


def _expired(subject: ExceptionSubject, allow: Allow) -> Flaw:
    return Flaw(
        subject=subject.id,
        message=f"{_name(allow)} has expired: its last day was {allow.until}",
        parties=(Party(name=_name(allow), value=f"until {allow.until}"), _reason(allow)),
        fix="mend what it excused and remove it, or give it a new last day",
        severity=Severity.ERROR,
        place=allow.place,
    )


def _unused(subject: ExceptionSubject, allow: Allow) -> Flaw:
    return Flaw(
        subject=subject.id,
        message=f"{_name(allow)} excuses nothing: {allow.rule} finds nothing there",
        parties=(Party(name=_name(allow), value="no finding"), _reason(allow)),
        fix="remove it",
        edits=subject.bench.edit_at(allow.place, None),
        place=allow.place,
    )


def _reason(allow: Allow) -> Party:
    return Party(name="reason", value=allow.reason)


def _stale(subject: ExceptionSubject, known: Known) -> Flaw:
    where = f"{known.subject} on {known.board}" if known.board else known.subject
    return Flaw(
        subject=f"baseline.{known.rule}",
        message=f"the baseline knows {known.rule} at {where}, which is no longer found",
        parties=(
            Party(name=f"{known.rule} at {where}", value=known.message),
            Party(name="found", value="nothing"),
        ),
        fix="`mvpsdk lint --baseline write` writes it anew",
        place=Place(file=subject.file) if subject.file else None,
    )
