# SPDX-License-Identifier: Apache-2.0
"""Decoding: from a line on a phone's console to cause, rule and fix.

`decode` reads a log of any length; a `Context` gives names to its numbers.
"""

from mvpsdk.decode.advice import Advice, advice
from mvpsdk.decode.context import Context
from mvpsdk.decode.messages import Kind
from mvpsdk.decode.model import Finding, Report
from mvpsdk.decode.reading import decode
from mvpsdk.decode.symbols import Symbols, symbols
from mvpsdk.decode.syndrome import syndrome

__all__ = [
    "Advice",
    "Context",
    "Finding",
    "Kind",
    "Report",
    "Symbols",
    "advice",
    "decode",
    "symbols",
    "syndrome",
]
