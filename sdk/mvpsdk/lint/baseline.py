# SPDX-License-Identifier: Apache-2.0
"""Baselines: what was found before, and is not to fail again.

An entry is keyed by the finding's fingerprint: rule, board, subject and values, no line numbers.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mvpsdk.lint.model import Finding

__all__ = ["SCHEMA", "Known", "read", "write"]

SCHEMA = "mvpsdk.baseline/1"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Known:
    """A finding that is known already; but for the fingerprint, for people to read."""

    rule: str
    board: str
    subject: str
    message: str
    fingerprint: str

    @classmethod
    def of(cls, finding: Finding) -> Known:
        """Know a finding from now on."""
        return cls(**{field.name: getattr(finding, field.name) for field in fields(cls)})


def write(known: Iterable[Known], version: str) -> str:
    """Return the file's text: sorted, so that a change of it reads well."""
    entries = [asdict(each) for each in sorted(set(known))]
    document = {"schema": SCHEMA, "mvpsdk": version, "findings": entries}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def read(text: str) -> tuple[Known, ...]:
    """Read such a file. Raises ValueError, with what is wrong, if it is none."""
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"it does not say that it is {SCHEMA}")
    names = {field.name for field in fields(Known)}
    entries = document.get("findings")
    if not isinstance(entries, list):
        raise ValueError("it has no list of findings")  # noqa: TRY004 - the file is at fault
    for entry in entries:
        if not isinstance(entry, dict) or not all(isinstance(entry.get(n), str) for n in names):
            raise ValueError(f"a finding has the texts {', '.join(sorted(names))}")
    return tuple(Known(**{name: entry[name] for name in names}) for entry in entries)
