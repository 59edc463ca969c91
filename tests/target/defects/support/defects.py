# SPDX-License-Identifier: Apache-2.0
"""Seeded defects: one file each, which says what is wrong, who must say so, and what a boot shows.

A case begins with the good handset of `handset.toml` (or `linux.toml`) and changes it:

    rule, severity      the finding that must be there; severity: the rule's own by default
    defect              what is wrong, in one sentence
    base                "linux": the handset with Debian's kernel
    also                other rules that rightly speak of the same
    firmware            C: the body of `defect()`, called before the first tick; or the whole file
    [[change]]          file, and one of: old, new (a text) / at, hex / cut (bytes off the end) /
                        wrap ("gzip") / text (the whole content) / path with text or zeros (a file
                        more in a ramdisk) / asm (firmware of its own, without the runtime) /
                        debian (a kernel of Debian's, by line and flavour: "6.12-16k") /
                        note (fields of its MVPABI block)
    [plan]              what is moved by hand: the planner makes no plan that is wrong
    [[bundled]]         changes of the bundle, seeded.itb, which is linted in the handset's place
    [[past]], [past-plan]  changes for the boot alone, which get a bundle past the planner
    [machine]           shows, lacks: "partition: pattern" of a line; seconds: of the host's time,
                        where nobody is left to end the run; or why-not: why no machine can show it
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvpsdk import lint

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["UP", "Defect", "combinations", "find", "page", "read"]

HERE = Path(__file__).parents[1]
CASES = HERE / "cases"
KEYS = {
    *("rule", "severity", "defect", "base", "also", "firmware", "change", "plan", "machine"),
    *("bundled", "past", "past-plan"),
}
UP = {"handset": "work: ^up 9$", "linux": "work: , untouched"}
"""By base: the persona's last word."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """What is wrong with a handset, who must say so, and what the machine shows of it."""

    name: str
    rule: str
    defect: str
    severity: str = ""
    base: str = "handset"
    also: tuple[str, ...] = ()
    firmware: str = ""
    change: tuple[dict[str, Any], ...] = ()
    plan: dict[str, Any] = field(default_factory=dict)
    bundled: tuple[dict[str, Any], ...] = ()
    past: tuple[dict[str, Any], ...] = ()
    past_plan: dict[str, Any] = field(default_factory=dict)
    machine: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """What the machine does, for the table: which line comes or doesn't, or why neither."""
        words = {"shows": "`{}`", "lacks": "never `{}`", "why-not": "not booted: {}"}
        said = (
            text.format(self.machine[key]) for key, text in words.items() if key in self.machine
        )
        return "; ".join(said).replace("|", "\\|")


def read(path: Path) -> Defect:
    """Read a case. Raises ValueError if a key is unknown, or nothing is said of the machine."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    machine = table.get("machine", {})
    if (
        table.keys() - KEYS
        or not machine
        or machine.keys() - {"shows", "lacks", "seconds", "why-not"}
    ):
        raise ValueError(f"{path.name}: its keys are not those of a case")
    lists: dict[str, Any] = {
        key: tuple(table[key]) for key in ("also", "change", "bundled", "past") if key in table
    }
    whole: dict[str, Any] = {**table, **lists}
    plain = {key.replace("-", "_"): value for key, value in whole.items()}
    return Defect(name=path.stem, **plain)


def find() -> list[Defect]:
    """Return all cases, by name."""
    return [read(path) for path in sorted(CASES.glob("*.toml"))]


PAGE = """\
# Seeded defects

<!-- Made by `make docs` from tests/target/defects/cases. -->

No miss: each of these is put into a handset that is good, lint must find it by that rule, and then
it is bundled nevertheless and booted on the virtual handset: rule and machine are held to agree. A
line is told as `partition: pattern`; a boot ends in virtual time, so that "never" means longer than
a good one takes. What can't be booted says why.
"""


GOOD = """\

## What has no finding

No false alarm: `bundle` refuses what a rule calls an error, so each of these, which a test bundles
and boots, has none.

| what | booted by | on |
|---|---|---|"""


def page() -> str:
    """Return the page of all cases, for the documentation."""
    cases = find()
    booted = sum("why-not" not in case.machine for case in cases)
    lines = [PAGE, f"{len(cases)} defects, {booted} of them booted.\n", *_rows(cases), GOOD]
    for each in combinations():
        test = f"`tests/target/{each['booted']}`" if "booted" in each else "not booted:"
        lines.append(f"| {each['what']} | {test} | {each.get('where') or each['why-not']} |")
    return "\n".join(lines) + "\n"


def combinations() -> list[dict[str, str]]:
    """Return what must have no error: what it is, and who boots it, or why nobody does."""
    text = (HERE / "combinations.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["combination"])


def _rows(cases: list[Defect]) -> Iterator[str]:
    yield "| rule | severity | what is wrong | what the virtual handset does |\n|---|---|---|---|"
    for case in cases:
        rule = lint.rule(case.rule)
        link = f"[{rule.code}](rules.md#{rule.code.lower()}-{rule.name})"
        yield f"| {link} | {case.severity or rule.severity} | {case.defect} | {case.shown} |"
