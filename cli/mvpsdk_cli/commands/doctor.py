# SPDX-License-Identifier: Apache-2.0
"""Shows what this machine has, what it lacks, and how to get it.

The exit code is 3 if something is missing that mvpsdk can't do without.

Examples:
    mvpsdk doctor

    mvpsdk doctor --format json
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk_cli import render
from mvpsdk_cli.options import Format, FormatOption

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.doctor import Check

SECTION = "Help"
LOOKS = {"ok": ("green",), "old": ("yellow",), "missing": ("red",), "broken": ("bold", "red")}
MISSING = 3


def command(output_format: FormatOption = Format.TEXT) -> int:  # noqa: D103 - the module's docstring
    from mvpsdk import doctor

    checks = doctor.examine()
    if output_format is Format.JSON:
        render.report("mvpsdk.doctor/1", document(checks))
    else:
        for line in text(checks):
            render.out(line)
    return 0 if all(check.ok for check in checks) else MISSING


def text(checks: Sequence[Check]) -> Iterator[str]:
    """What there is, and then how to get what there isn't."""
    rows = [[_word(check), check.name, check.purpose, _found(check)] for check in checks]
    for check, line in zip(checks, render.table(rows), strict=True):
        word = _word(check)
        yield line.replace(word, render.style(word, *LOOKS[check.status]), 1)
    for hint in dict.fromkeys(check.hint for check in checks if check.hint):
        names = ", ".join(check.name for check in checks if check.hint == hint)
        yield ""
        yield f"to get {names}:"
        yield from (f"  {line.strip()}" for line in hint.splitlines())


def _word(check: Check) -> str:
    return check.status if check.required or check.status == "ok" else f"{check.status} (optional)"


def _found(check: Check) -> str:
    return "  ".join(filter(None, [check.found, check.path]))


def document(checks: Sequence[Check]) -> dict[str, object]:
    """The checks as JSON."""
    return {
        "ok": all(check.ok for check in checks),
        "checks": [
            {
                "name": check.name,
                "purpose": check.purpose,
                "required": check.required,
                "status": check.status,
                "found": check.found,
                "path": check.path,
                "hint": check.hint,
            }
            for check in checks
        ],
    }
