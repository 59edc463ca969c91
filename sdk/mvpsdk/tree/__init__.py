# SPDX-License-Identifier: Apache-2.0
"""Vendor device trees: `survey` reads a board's facts out of one, each with its node.

`open` reads a .dtb, `open_source` a .dts. What is found is a `Survey`; its `draft` is a board like
one of a board.toml. `blank` is a survey of no tree, to be filled in by a person.
"""

from mvpsdk.tree.model import Confidence, Fact, Survey
from mvpsdk.tree.opening import open  # noqa: A004 - the room's verb: tree.open(path)
from mvpsdk.tree.source import open_source
from mvpsdk.tree.surveying import blank, survey

__all__ = ["Confidence", "Fact", "Survey", "blank", "open", "open_source", "survey"]
