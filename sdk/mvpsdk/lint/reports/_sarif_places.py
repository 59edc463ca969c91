# SPDX-License-Identifier: Apache-2.0
"""Places as SARIF 2.1.0 writes them (3.28 to 3.33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from mvpsdk.errors import Place
    from mvpsdk.lint.reports._style import Style

__all__ = ["BASES", "logical", "physical"]

BASES = {
    "%SRCROOT%": {"description": {"text": "the folder in which mvpsdk was called"}},
    "%MVPSDK%": {"description": {"text": "what is installed with mvpsdk"}},
}
"""What relative addresses are relative to; where that lies is the machine's business (3.14.14)."""


def physical(place: Place | None, file: str, style: Style) -> dict[str, Any]:
    """Return the file, and line and column in it; without a place, the file that tells of it."""
    located = style.locate(place.file if place else file)
    uri = quote(located.path)
    artifact = {"uri": uri, "uriBaseId": located.base} if located.base else {"uri": f"file://{uri}"}
    found: dict[str, Any] = {"artifactLocation": artifact}
    if place and place.line:
        column = {"startColumn": place.column} if place.column else {}
        found["region"] = {"startLine": place.line, **column}
    return found


def logical(subject: str) -> list[dict[str, Any]]:
    """Return the key that is at fault, such as `persona.work.memory`."""
    return [{"fullyQualifiedName": subject, "name": subject.rpartition(".")[2], "kind": "property"}]
