# SPDX-License-Identifier: Apache-2.0
"""The rules as one Markdown document: what `docs/reference/rules.md` holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.lint.catalogue import catalogue
from mvpsdk.lint.reserved import reserved

if TYPE_CHECKING:
    from mvpsdk.lint.catalogue import Rule

__all__ = ["document", "reference"]

_PREFACE = """\
# Lint rules

<!-- Made by `mvpsdk rules --format markdown` from the docstrings in lint/rules/. -->

`mvpsdk lint` judges a handset on each of its boards by these rules; `mvpsdk explain CODE` shows a
rule's page. Codes are never reused. A finding can be excused in the handset file, beside what it
excuses:

```toml
[[allow]]
rule = "MEM004"
at = "persona.work.memory"
reason = "the vendor's image wants an odd size"
until = 2027-06-30
```

An exception that has expired excuses nothing, and one that excuses nothing is a finding: REP004.

Every check has one of six outcomes: *pass*, *fail*, *suppressed* (by an exception), *baselined*
(known before), *not-applicable*, or *not-checked* with its reason. `--strict` makes a check that
could not be made a failure; one that could not be made because a tool or a file failed always is.
"""

_RESERVED = """\
These codes are kept for rules that can't be rules yet, and never given to others:
"""


def reference() -> str:
    """Return the document: a table of all rules, then each rule's page."""
    rows = [
        f"| [{rule.code}](#{_anchor(rule)}) | {rule.name} | {rule.severity} | {rule.page.title} |"
        for rule in catalogue()
    ]
    head = ["| code | name | severity | finds |", "|---|---|---|---|"]
    pages = [document(rule, level=2) for rule in catalogue()]
    kept = [f"| {each.code} | {each.name} | {each.why} |" for each in reserved()]
    waiting = [_RESERVED, "| code | name | no rule yet: |", "|---|---|---|", *kept, ""]
    return "\n".join([_PREFACE, *head, *rows, "", *waiting, *pages])


def document(rule: Rule, *, level: int = 1) -> str:
    """Return one rule's page, its headings at or below a level."""
    facts = f"Severity: {rule.severity}. Confidence: {rule.confidence}. Since: {rule.since}."
    speaks = ", ".join(f"`{reason}`" for reason in rule.core)
    if speaks:
        facts += f" Speaks for the hypervisor's {speaks}."
    mark = "#" * level
    title = f"{mark} {rule.code} {rule.name}\n\n{rule.page.title}\n\n{facts}\n"
    sections = [f"{mark}# {name}\n\n{text}\n" for name, text in rule.page.sections.items()]
    return "\n".join([title, *sections])


def _anchor(rule: Rule) -> str:
    """The anchor that Markdown viewers make of a rule's heading."""
    return f"{rule.code} {rule.name}".lower().replace(" ", "-")
