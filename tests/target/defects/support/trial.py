# SPDX-License-Identifier: Apache-2.0
"""Lints a handset, and boots it whatever the linter said: do the rules and the machine agree?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from moving import move
from mvpsdk import bundle, lint, run
from mvpsdk.run import starting
from mvpsdk_cli import benches, deliveries, pipeline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mvpsdk.lint import Bench, Report

__all__ = ["Seen", "boot", "bundled", "judge", "judge_bundle", "opened"]

TODAY = dt.date(2026, 1, 1)
LIMIT = 150  # seconds of the host's time, on a busy host
LAST_WORD = 9
ENDS = {
    "work": run.pattern(rf"^up {LAST_WORD}$|, untouched|not syncing: VFS"),
    "mvp": run.pattern(r"stop reason=|panic"),
}
"""Lines after which nothing new comes, by partition. The firmware's own end is a power-off."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that was said, by partition, in the order of the lines."""

    lines: Mapping[str, tuple[str, ...]]

    def says(self, wanted: str) -> bool:
        """Whether a line of a partition matches: `work: ^up 9$`."""
        partition, _, pattern = wanted.partition(": ")
        found = run.pattern(pattern)
        return any(found.search(line) for line in self.lines.get(partition, ()))


def judge(handset: Path, plan: Mapping[str, Any]) -> Report:
    """Lint it as the command line does, with what was moved by hand."""
    found = list(_benches(_request(handset), plan))
    return lint.check(found, today=TODAY)


def _request(handset: Path) -> pipeline.Request:
    return pipeline.Request(handset=handset, board_dirs=(handset.parent / "boards",), deep=True)


def _benches(request: pipeline.Request, plan: Mapping[str, Any]) -> Iterator[Bench]:
    for bench in benches.of_handset(request):
        yield replace(bench, plan=move(bench.plan, dict(plan))) if plan and bench.plan else bench


def judge_bundle(path: Path) -> Report:
    """Lint a bundle as the command line does."""
    return lint.check([deliveries.of_bundle(path, None, ())], today=TODAY)


def bundled(handset: Path, plan: Mapping[str, Any]) -> Path:
    """Bundle what the linter would have kept back."""
    request = _request(handset)
    prepared = pipeline.prepare(request)
    hypervisor = pipeline.hypervisor(prepared, request)
    path = handset.with_name("seeded.itb")
    made = move(prepared.planned(), dict(plan))
    bundle.pack(made, hypervisor, prepared.inputs.files, path)
    return path


def opened(path: Path) -> run.Bootable:
    """Take a bundle apart, beside it: what a board has in its flash that no tool looks at again."""
    contents = bundle.open(path)
    assert contents.manifest
    hypervisor, pack = bundle.extract(contents, ("hypervisor", "pack"), path.parent)
    machine = starting._machine(contents.manifest, contents)
    personas = contents.manifest.personas
    return run.Bootable(hypervisor=hypervisor, pack=pack, machine=machine, personas=personas)


def boot(made: Path | run.Bootable, seconds: float | None = None) -> Seen:
    """Boot a bundle, or what was in one, and take down what is said.

    It ends in virtual time: with the firmware's power-off, the persona's last word, or a stop. Only
    where nobody is left to say anything, `seconds` of the host's time end it.
    """
    lines: dict[str, dict[int, str]] = {}
    options = run.Options(persona="work", timeout=seconds or LIMIT, until_exit=True)
    with _started(made, options) as session:
        for event in session:
            if isinstance(event, run.Line):
                lines.setdefault(event.partition, {})[event.number] = event.text
                end = ENDS.get(event.partition)
                if end and end.search(event.text):
                    break
            elif isinstance(event, run.Exit) and seconds is None:
                assert event.reason != "timeout", lines
    return Seen({name: tuple(said.values()) for name, said in lines.items()})


def _started(made: Path | run.Bootable, options: run.Options) -> run.Session:
    return run.boot(made, options) if isinstance(made, run.Bootable) else run.start(made, options)
