# SPDX-License-Identifier: Apache-2.0
"""What rules on programs share: whose instructions they look at, and on which cores these run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mvpsdk.board.cores import known_cores
from mvpsdk.lint.model import Confidence, NotApplicable, NotChecked, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mvpsdk.board.cores import Core
    from mvpsdk.image.code import Code, Use
    from mvpsdk.lint.model import Flaw
    from mvpsdk.lint.subject import ImageSubject

__all__ = ["as_sure_as", "core_names", "firmware_code", "known", "listed"]


def firmware_code(subject: ImageSubject) -> Code | NotApplicable | NotChecked:
    """Return what the instructions of realtime firmware say, or why nothing can be said."""
    if subject.part != "realtime":
        return NotApplicable(reason="only realtime firmware is looked at")
    if subject.facts.code:
        return subject.facts.code
    if subject.facts.architecture != "arm64":
        return NotApplicable(reason="it holds no instructions of AArch64 (IMG002)")
    return NotChecked(reason=f"{subject.owner}: its instructions could not be read")


def as_sure_as(code: Code, flaw: Flaw) -> Flaw:
    """Take a finding back to a likely one, where data may have been taken for code."""
    if code.exact:
        return flaw
    severity = Severity.WARNING if flaw.severity is None else flaw.severity
    return replace(flaw, severity=severity, confidence=Confidence.LIKELY)


def listed(uses: Iterable[Use]) -> str:
    """Name registers or operations, the first three of them."""
    names = [use.name for use in uses]
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 - three fit
    return ", ".join(names[:3]) + more


def core_names(subject: ImageSubject) -> tuple[str, ...]:
    """Return the kinds of the cores that an image's partition runs on; empty: there is no board."""
    board, handset = subject.bench.board, subject.bench.handset
    if board is None or handset is None:
        return ()
    cpus: tuple[int, ...] = ()
    if subject.persona:
        cpus = subject.persona.cpus
    elif handset.realtime:
        cpus = (handset.realtime.cpu,)
    cores = board.cpu.cores or (board.cpu.core,) * board.cpu.count
    return tuple(dict.fromkeys(cores[cpu] for cpu in cpus if cpu < len(cores)))


def known(names: Iterable[str]) -> tuple[list[Core], list[str]]:
    """Return the cores that the table has, and the names of those that it has not."""
    table = known_cores()
    names = tuple(names)
    return [table[name] for name in names if name in table], [
        name for name in names if name not in table
    ]
