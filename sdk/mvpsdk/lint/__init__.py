# SPDX-License-Identifier: Apache-2.0
"""Lint: what would brick or silently break a phone is found at the desk.

`check` judges nouns by every rule of `lint/rules/` and hands back a frozen `Report`. It reads no
file, no clock and no environment; where the hypervisor decides, it asks the hypervisor's own C.
"""

from mvpsdk.lint import reports
from mvpsdk.lint.baseline import Known
from mvpsdk.lint.catalogue import Rule, catalogue, choose, rule
from mvpsdk.lint.engine import check, source
from mvpsdk.lint.model import Confidence, Finding, Outcome, Severity
from mvpsdk.lint.reference import reference
from mvpsdk.lint.report import Report, merge
from mvpsdk.lint.schema import report_schema
from mvpsdk.lint.subject import Bench

__all__ = [
    "Bench",
    "Confidence",
    "Finding",
    "Known",
    "Outcome",
    "Report",
    "Rule",
    "Severity",
    "catalogue",
    "check",
    "choose",
    "merge",
    "reference",
    "report_schema",
    "reports",
    "rule",
    "source",
]
