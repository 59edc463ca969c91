# SPDX-License-Identifier: Apache-2.0
"""The conformance test: a guest that checks the virtual handset's contract from inside.

`make` bundles it for a board, `run` boots the bundle on the virtual handset, `judge` reads what was
heard, there or on a phone's serial line; all end in a `Report`.
"""

from mvpsdk.conform.judging import judge
from mvpsdk.conform.listing import Listed, listed
from mvpsdk.conform.making import CHOICES, bundle, versions
from mvpsdk.conform.model import Check, Report, Suite
from mvpsdk.conform.running import run

__all__ = [
    "CHOICES",
    "Check",
    "Listed",
    "Report",
    "Suite",
    "bundle",
    "judge",
    "listed",
    "run",
    "versions",
]
