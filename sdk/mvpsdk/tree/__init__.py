# SPDX-License-Identifier: Apache-2.0
"""Vendor device trees: `survey` reads a board's facts out of one, each with its node.

`open` reads the file. What is found is a `Survey`; its `draft` is a board like one of a board.toml.
"""

from mvpsdk.tree.model import Confidence, Fact, Survey
from mvpsdk.tree.opening import open  # noqa: A004 - the room's verb: tree.open(path)
from mvpsdk.tree.surveying import survey

__all__ = ["Confidence", "Fact", "Survey", "open", "survey"]
