# SPDX-License-Identifier: Apache-2.0
"""What a log turned out to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mvpsdk.decode.advice import Advice
    from mvpsdk.decode.messages import Kind

__all__ = ["Finding", "Report"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """A line with a reason code, and what to make of it.

    Attributes:
        line: where it stands in the log, from 1; the first of several that say the same.
        last: where the last of those stands.
        count: how many there are.
        kind: what the line is about.
        text: the line as it was read, without its prefix.
        reason: the code; None: it can't be read.
        damaged: something that belongs in the line is missing.
        where: the entry, partition or place at fault.
        details: what its values say, one sentence each.
        advice: cause, rule and fix.
    """

    line: int
    last: int
    count: int
    kind: Kind
    text: str
    reason: int | None
    damaged: bool
    where: str
    details: tuple[str, ...]
    advice: Advice

    @property
    def stops(self) -> bool:
        """Whether the board, the hypervisor or a partition could not go on."""
        return self.kind.stops


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """A whole log.

    Attributes:
        lines: how many the log has.
        own: how many of them are the hypervisor's.
        boots: how often the hypervisor came up in it.
        findings: what it found, in the order of their first lines.
        dropped: lines with a reason that were of too many kinds to be told apart.
        remarks: what a reader should know of the log as a whole.
    """

    lines: int
    own: int
    boots: int
    findings: tuple[Finding, ...]
    dropped: int
    remarks: tuple[str, ...]

    @property
    def stops(self) -> bool:
        """Whether anything in it could not go on."""
        return any(finding.stops for finding in self.findings)
