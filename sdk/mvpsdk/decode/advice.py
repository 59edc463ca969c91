# SPDX-License-Identifier: Apache-2.0
"""What to make of a reason code: meaning, cause, rule, fix; told in `reasons.toml` alone."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.core.facade import Reason

if TYPE_CHECKING:
    from mvpsdk.lint import Rule

__all__ = ["Advice", "advice"]

_TABLE = Path(__file__).with_name("reasons.toml")
_UNKNOWN = "this version of mvpsdk does not know the code"


@dataclass(frozen=True, kw_only=True, slots=True)
class Advice:
    """What lies behind a reason code, and the way out.

    Attributes:
        name: the code's name in C, such as `MVP_MEM_OVERLAP`; "" if the code is unknown.
        meaning: what it says, in the words of include/mvp/reason.h.
        cause: what has most likely happened.
        rule: the lint rule that finds the same on the host; None: there is none.
        fix: the next step.
    """

    name: str
    meaning: str
    cause: str
    rule: Rule | None
    fix: str

    @property
    def known(self) -> bool:
        """Whether there is such a code."""
        return bool(self.name)


@cache
def advice(code: int) -> Advice:
    """Return what to make of a code; one that is unknown is said to be."""
    if code not in list(Reason) or code == Reason.OK:
        return Advice(
            name="",
            meaning=f"unknown reason {code:#x}",
            cause=f"{_UNKNOWN}: the hypervisor is newer, or the line is damaged",
            rule=None,
            fix="decode it with the version of mvpsdk that built the hypervisor",
        )
    reason = Reason(code)
    texts = _texts()[reason.name]
    return Advice(
        name=f"MVP_{reason.name}",
        meaning=reason.text,
        cause=texts["cause"],
        rule=_rules().get(f"MVP_{reason.name}"),
        fix=texts["fix"],
    )


@cache
def _texts() -> dict[str, dict[str, str]]:
    """Return the table, by the reason's name."""
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


@cache
def _rules() -> dict[str, Rule]:
    """Return the lint rules by the reasons that they speak for."""
    from mvpsdk.lint import catalogue

    return {reason: rule for rule in catalogue() for reason in rule.core}
