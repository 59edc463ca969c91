# SPDX-License-Identifier: Apache-2.0
"""How a flash is told: its plan, its progress, its end."""

from __future__ import annotations

import json
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from mvpsdk.flash import Outcome, Step
from mvpsdk.units import describe_size
from mvpsdk_cli import render
from mvpsdk_cli.options import Format

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mvpsdk.flash import Check, Event, PartPlan, Plan, Result, Tell

PROGRESS = "mvpsdk.flash-progress/1"
_TITLES = {
    Step.VERIFY: "verifying",
    Step.COMPARE: "comparing",
    Step.WRITE: "writing",
    Step.READ_BACK: "reading back",
}
_PARTS = 20
"""Lines of progress that a step of a part is told in."""


@contextmanager
def shown(output_format: Format) -> Iterator[Tell]:
    """Yield what shows events: bars, or one JSON object a line; on stderr, either way."""
    with ExitStack() as stack:
        yield _lines() if output_format is Format.JSON else _Bars(stack).tell


class _Bars:
    """One bar after the other, each for one step of one part; gone when that is done."""

    def __init__(self, stack: ExitStack) -> None:
        self.stack = stack
        self.now: tuple[Step, str] | None = None
        self.left = 0
        self.advance: Callable[[int], None] = lambda _amount: None

    def tell(self, event: Event) -> None:
        """Show an event."""
        if self.now != (event.step, event.part) and event.total:
            self.stack.close()
            self.now, self.left = (event.step, event.part), event.total
            title = f"{_TITLES[event.step]} {event.part}"
            self.advance = self.stack.enter_context(render.progress(title, event.total))
        self.advance(event.amount)
        self.left -= event.amount
        if self.left <= 0:
            self.stack.close()
            self.now, self.advance = None, lambda _amount: None


def _lines() -> Tell:
    done: dict[tuple[Step, str], int] = {}

    def tell(event: Event) -> None:
        key = (event.step, event.part)
        before = done.get(key, 0)
        done[key] = now = before + event.amount
        total = event.total
        if not total or now * _PARTS // total > before * _PARTS // total:
            line = {
                "schema": PROGRESS,
                "step": event.step.value,
                "part": event.part,
                "done": now,
                "total": total,
            }
            render.note(json.dumps(line))

    return tell


def text(plan: Plan, bundle: Path) -> Iterator[str]:
    """What would be done, for people."""
    where = f"slot {plan.slot} of {plan.target}" if plan.slot else plan.target
    yield f"{render.path(bundle)} goes {'into' if plan.slot else 'onto'} {where}"
    held = sum(check.outcome is Outcome.OK for check in plan.checks)
    rows = [["  checks", f"{held} of {len(plan.checks)} hold"]]
    rows += [[f"  {part.name}", _part(part)] for part in plan.parts]
    yield from render.table(rows)
    for check in plan.checks:
        if check.outcome is Outcome.NOT_CHECKED:
            yield f"  not checked: {check.name}: {check.found}"
        elif render.settings().verbose and check.outcome is Outcome.OK:
            yield f"  ok: {check.name}: {check.found}"


def _part(part: PartPlan) -> str:
    size = describe_size(part.size)
    if part.missing is None:
        return f"{size}, to be written: the device can't say what is there"
    if not part.missing:
        return f"{size}, unchanged: not written again"
    return f"{size}, {describe_size(part.missing)} to be written"


def end(plan: Plan, result: Result | None) -> Iterator[str]:
    """What was done."""
    if result is None:
        yield "dry run: nothing was written"
        return
    if not result.changed:
        yield "all of it is there already: nothing was written"
        return
    yield (
        "written and read back"
        if result.read_back
        else "written; the device can't say what it has now, so it was not read back"
    )
    if plan.slot:
        yield f"slot {plan.slot} starts next"


def tell_refusals(plan: Plan) -> None:
    """What speaks against it, to stderr."""
    for check in plan.refused:
        render.failure(f"{check.name}: {check.found}")
        if check.hint:
            render.detail(f"next: {check.hint}")


def document(plan: Plan, bundle: Path, result: Result | None, *, dry_run: bool) -> dict[str, Any]:
    """All of it as JSON, sizes in bytes."""
    return {
        "path": str(bundle),
        "target": plan.target,
        "kind": plan.kind,
        "slot": plan.slot,
        "dry-run": dry_run,
        "refused": bool(plan.refused),
        "checks": [_check(check) for check in plan.checks],
        "parts": [
            {
                "name": part.name,
                "size": part.size,
                "missing": part.missing,
                "sha256": part.sha256,
            }
            for part in plan.parts
        ],
        "changed": bool(result and result.changed),
        "read-back": bool(result and result.read_back),
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "what": check.what,
        "outcome": check.outcome.value,
        "found": check.found,
        "hint": check.hint or None,
    }
