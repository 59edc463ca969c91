# SPDX-License-Identifier: Apache-2.0
"""The catalogue: every rule that lies in `lint/rules/`, found by walking that folder."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from mvpsdk.errors import InputError
from mvpsdk.lint import page, rules
from mvpsdk.lint.model import Confidence, Severity
from mvpsdk.lint.reserved import reserved
from mvpsdk.lint.subject import (
    BoardSubject,
    BundleSubject,
    ExceptionSubject,
    HandsetSubject,
    ImageSubject,
    PlanSubject,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

    from mvpsdk.lint.model import Observation
    from mvpsdk.lint.page import Page

__all__ = ["Rule", "catalogue", "choose", "rule"]

Subject = (
    BoardSubject | BundleSubject | ExceptionSubject | HandsetSubject | ImageSubject | PlanSubject
)

_INSPECTS: dict[str, type[Subject]] = {
    "BoardSubject": BoardSubject,
    "BundleSubject": BundleSubject,
    "ExceptionSubject": ExceptionSubject,
    "HandsetSubject": HandsetSubject,
    "ImageSubject": ImageSubject,
    "PlanSubject": PlanSubject,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule: its file's constants, its page and its check.

    Attributes:
        code: public name, never reused: `MEM002`.
        name: completes "allow …": `regions-overlap`.
        since: version of mvpsdk that brought it.
        severity: weight by default; a single finding may weigh less.
        confidence: how sure its findings are.
        core: the reasons (enum mvp_reason) of the hypervisor that it speaks for.
        consequence: one sentence: what one would see on the device.
        page: its documentation.
        inspects: the kinds of subject that it looks at.
        check: yields what it observes of one subject; nothing: all is well.
    """

    code: str
    name: str
    since: str
    severity: Severity
    confidence: Confidence
    core: tuple[str, ...]
    consequence: str
    page: Page
    inspects: tuple[type[Subject], ...]
    check: Callable[..., Iterator[Observation]] = field(repr=False)

    @property
    def group(self) -> str:
        """The code's letters."""
        return self.code.rstrip("0123456789")


@cache
def catalogue() -> tuple[Rule, ...]:
    """Return every rule, by code."""
    names = [module.name for module in pkgutil.iter_modules(rules.__path__)]
    modules = (importlib.import_module(f"{rules.__name__}.{name}") for name in sorted(names))
    return tuple(_read(module) for module in modules)


def _read(module: ModuleType) -> Rule:
    """Make a Rule of a rule's file."""
    subjects = str(module.check.__annotations__["subject"]).split(" | ")
    return Rule(
        code=module.CODE,
        name=module.NAME,
        since=module.SINCE,
        severity=Severity(module.SEVERITY),
        confidence=Confidence(module.CONFIDENCE),
        core=tuple(module.CORE),
        consequence=module.CONSEQUENCE,
        page=page.parse(module.__doc__ or ""),
        inspects=tuple(_INSPECTS[subject] for subject in subjects),
        check=module.check,
    )


def rule(code: str) -> Rule:
    """Return the rule of that code or name, in any case.

    Raises InputError, with the nearest codes, if there is none.
    """
    known = {key.lower(): rule for rule in catalogue() for key in (rule.name, rule.code)}
    if code.lower() not in known:
        raise _unknown(code, known)
    return known[code.lower()]


def choose(select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """Return the rules that `select` names (all, if it is empty) and `ignore` does not.

    Each item is a code, a name or a group of codes such as `MEM`. Raises InputError for others.
    """
    wanted = {rule.code for item in select for rule in _named(item)}
    unwanted = {rule.code for item in ignore for rule in _named(item)}
    return tuple(
        rule
        for rule in catalogue()
        if (not wanted or rule.code in wanted) and rule.code not in unwanted
    )


def _named(item: str) -> list[Rule]:
    """Return the rules of a group, or the one rule of a code or name."""
    return [rule for rule in catalogue() if rule.group == item.upper()] or [rule(item)]


def _unknown(code: str, known: dict[str, Rule]) -> InputError:
    """Make the error for a code that no rule has, or none yet."""
    for kept in reserved():
        if code.lower() in (kept.code.lower(), kept.name):
            message = f"{kept.code} ({kept.name}) is no rule yet: {kept.why}"
            return InputError(message, hint="`mvpsdk rules` lists those that are")
    near = difflib.get_close_matches(code.lower(), known, n=3, cutoff=0.6)
    codes = ", ".join(dict.fromkeys(known[key].code for key in near))
    hint = f"did you mean {codes}?" if codes else "`mvpsdk rules` lists them all"
    return InputError(f'there is no lint rule "{code}"', hint=hint)
