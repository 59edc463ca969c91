# SPDX-License-Identifier: Apache-2.0
"""`json`: all that there is to say, as `mvpsdk schema lint` describes it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mvpsdk.lint.report import merge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mvpsdk.lint.report import Report
    from mvpsdk.lint.reports._style import Style

__all__ = ["document"]


def document(reports: Sequence[Report], style: Style) -> str:
    """Return one JSON document over all reports, `mvpsdk.lint/1`."""
    del style  # it names files as the user did
    return json.dumps(merge(reports).as_json(), indent=2, ensure_ascii=False) + "\n"
