# SPDX-License-Identifier: Apache-2.0
"""How a run of the virtual handset looks: lines by partition, or one JSON event a line."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any

from mvpsdk.run import Exit, Line, Met
from mvpsdk_cli import render

if TYPE_CHECKING:
    from mvpsdk.run import Event, Expectation, Options

SCHEMA = "mvpsdk.run/1"
BOARD = "board"
SCRIPT = "mvp: "
"""With what the boot script begins its lines, in the partition board."""
CR = "\r"  # with which serial lines end
PALETTE = ("cyan", "green", "magenta", "yellow", "blue")


def prefix(partition: str, mark: str = "]") -> str:
    """A partition's prefix, each in its colour."""
    color = PALETTE[sum(partition.encode()) % len(PALETTE)]
    return render.style(f"[{partition}{mark}", color)


def show_text(event: Event) -> None:
    """Shows lines, and what they meet."""
    if isinstance(event, Line):
        mark, text = ("+", event.text[event.told :]) if event.told else ("]", event.text)
        render.out(f"{prefix(event.partition, mark)} {text.rstrip(CR)}")
        sys.stdout.flush()
    elif isinstance(event, Met):
        render.note(render.style(f"  met: {event.expectation}", "green", on_stderr=True))


def show_json(event: Event) -> None:
    """Shows any event as a line of JSON."""
    render.out(render.encoded({"schema": SCHEMA, **document(event)}, indent=None))
    sys.stdout.flush()


def document(event: Event) -> dict[str, Any]:
    """An event as JSON. `t` counts virtual seconds, `wall` the host's; `t` may be null."""
    times = {"t": event.virtual, "wall": round(event.wall, 3)}
    match event:
        case Line():
            return {"event": "line", **_line(event), "told": event.told, **times}
        case Met():
            wanted = _expectation(event.expectation)
            return {"event": "expect-met", **wanted, "text": event.text, **times}
        case Exit():
            return {
                "event": "exit",
                "reason": event.reason,
                "ok": event.ok,
                "awaited": [_expectation(one) for one in event.awaited],
                "rejected": _line(event.rejected) if event.rejected else None,
                "last": [_line(line) for line in event.last],
                **times,
            }


def _line(line: Line) -> dict[str, Any]:
    return {"partition": line.partition, "number": line.number, "text": line.text}


def _expectation(expectation: Expectation) -> dict[str, Any]:
    return {"partition": expectation.partition, "pattern": expectation.pattern.pattern}


def _last_words(end: Exit) -> str:
    """The hypervisor's line, with its reason in words."""
    from mvpsdk.core.facade import Reason

    said = end.rejected.text if end.rejected else ""
    found = re.search(r"reason=(0x[0-9a-f]+)", said)
    code = int(found.group(1), 16) if found else 0
    words = f" ({Reason(code).text})" if code in list(Reason) else ""
    return said + words


def _refusals(end: Exit) -> str:
    """Why each slot was refused, as the boot script says it, or why none was looked at."""
    said = (line.text for line in end.last if line.partition == BOARD)
    slots = [text.removeprefix(SCRIPT) for text in said if text.startswith(f"{SCRIPT}slot ")]
    refused = [text for text in slots if " refused: " in text]
    why = end.rejected.text.partition("started: ")[2] if end.rejected else ""
    return "; ".join(refused) or why or "interrupted"


def summary(end: Exit, options: Options) -> str:
    """How a run ended, in one sentence."""
    came = len(options.expect) - len(end.awaited)
    met = f"{came} of {len(options.expect)} expectations met"
    spent = f"in {end.wall:.1f} s" + (f", {end.virtual} s of its own" if end.virtual else "")
    return _good(end, options, met, spent) if end.ok else _bad(end, met, spent)


def _good(end: Exit, options: Options, met: str, spent: str) -> str:
    if end.reason == "timeout":
        return f"ran for {end.wall:.0f} s, and nothing was rejected"
    what = {"powered-off": "powered off", "left": "left"}.get(end.reason, "")
    if not options.expect:
        return f"{what} {spent}"
    return f"{what} {spent}; {met}" if what else f"{met} {spent}"


def _bad(end: Exit, met: str, spent: str) -> str:
    line = end.rejected
    if end.reason == "rejected" and line:
        return f"rejected: [{line.partition}] {line.text}"
    if end.reason == "halted":
        return f"the hypervisor halted the board {spent}: {_last_words(end)}"
    if end.reason == "refused":
        return f"the boot loader started nothing {spent}: {_refusals(end)}"
    if end.reason == "timeout":
        what = "power off" if not end.awaited else "show what was expected"
        return f"the handset did not {what} {spent}; {met}"
    return f"{'left' if end.reason == 'left' else 'the handset powered off'} {spent}; {met}"
