# SPDX-License-Identifier: Apache-2.0
"""Reports in the forms that CI systems read: one file of this folder for each.

A form is found by its file's name and has one function, `document`. It is made of what was found
and of nothing else: no time, no machine, no folder, so that two runs give the same bytes.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from mvpsdk.lint.reports._style import Located, Style

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mvpsdk.lint.report import Report

__all__ = ["Located", "Style", "formats", "make"]


def formats() -> tuple[str, ...]:
    """Return the names of all forms, in alphabetical order."""
    names = (module.name for module in pkgutil.iter_modules(__path__))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def make(name: str, reports: Sequence[Report], style: Style) -> str:
    """Return the document of that form over all reports of a run.

    Args:
        name: one of `formats()`.
        reports: one for each handset, board or image that was linted by itself.
        style: what else the document depends on.
    """
    module = importlib.import_module(f"{__name__}.{name}")
    document: Callable[[Sequence[Report], Style], str] = module.document
    return document(reports, style)
