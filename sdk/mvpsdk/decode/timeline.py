# SPDX-License-Identifier: Apache-2.0
"""The tail of the trace (core/src/trace.h) as a timeline: when, whose, what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.decode.syndrome import syndrome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.decode.context import Context
    from mvpsdk.decode.messages import Message

__all__ = ["timeline"]

_TAIL = "tail"  # the line that says how much there was, and the counter's frequency
_NEEDED = {"at", "vcpu", "value"}


def timeline(lines: Sequence[Message], context: Context) -> tuple[str, ...]:
    """Return a line for each entry, by its time before the last one."""
    return tuple(_lines(lines, context))


def _lines(lines: Sequence[Message], context: Context) -> Iterator[str]:
    entries = [line for line in lines if line.values.keys() >= _NEEDED]
    tail = next((line for line in lines if line.event == _TAIL), None)
    if not entries:
        return
    frequency = tail.values.get("frequency", 0) if tail else 0
    total = f" of {tail.values['of']}" if tail and "of" in tail.values else ""
    yield f"the last {len(entries)}{total} events, by their time before the last:"
    last = entries[-1].values["at"]
    for entry in entries:
        when = _time(last - entry.values["at"], frequency)
        who = context.vcpu(entry.values["vcpu"])
        yield f"  {when:>14}  {who:<12}  {_what(entry, context)}"


def _time(ticks: int, frequency: int) -> str:
    if frequency <= 0:
        return f"-{ticks} ticks"
    return f"-{ticks * 1e6 / frequency:.3f} µs"


def _what(entry: Message, context: Context) -> str:
    value = entry.values["value"]
    words = {
        "hvc": lambda: f"exit: HVC or SMC, x0 = {value:#x}",
        "sync": lambda: f"exit: {syndrome(value, 'EL2')}",
        "irq": lambda: f"physical interrupt {value}",
        "switch": lambda: f"comes on the CPU after {context.vcpu(value)}",
        "inject": lambda: f"is given interrupt {value}",
        "fault": lambda: f"is given an exception: {syndrome(value, 'EL1')}",
    }
    return words.get(entry.event, lambda: f"{entry.event}, {value:#x}")()
