# SPDX-License-Identifier: Apache-2.0
"""What the parts of a survey write down: values, where each came from, and remarks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk.board import Remark
from mvpsdk.errors import Place
from mvpsdk.tree.model import Fact
from mvpsdk.tree.values import TODO

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.tree.model import Confidence
    from mvpsdk.tree.nodes import Node

__all__ = ["Notes"]


class Notes:
    """Grows while a tree is read."""

    def __init__(self, path: Path, *, live: bool) -> None:
        """Begin with nothing known."""
        self.file = str(path)
        self.live = live
        self.values: dict[str, Any] = {}
        self.facts: dict[str, Fact] = {}
        self.remarks: list[Remark] = []

    def fact(
        self,
        key: str,
        value: object,
        node: Node | None,
        confidence: Confidence = "certain",
        note: str = "",
    ) -> None:
        """Write down a value, and the node that it came from."""
        self.values[key] = value
        path = node.path if node else ""
        self.facts[key] = Fact(key=key, node=path, confidence=confidence, note=note)

    def missing(self, key: str, node: Node | None, note: str) -> None:
        """Write down that a value is not known, and why."""
        self.fact(key, TODO, node, "certain", note)

    def known(
        self,
        key: str,
        value: object | None,
        node: Node | None,
        note: str,
        *,
        confidence: Confidence = "certain",
    ) -> None:
        """Write down a value, or else why it is missing."""
        if value is None:
            self.missing(key, node, note)
        else:
            self.fact(key, value, node, confidence)

    def remark(
        self,
        rule: str,
        kind: str,
        key: str,
        message: str,
        node: Node | None,
        *,
        hint: str = "",
        parties: tuple[tuple[str, str], ...] = (),
    ) -> None:
        """Write down what is no value, for the rule that speaks of it."""
        place = Place(file=self.file, node=node.path if node else "")
        self.remarks.append(
            Remark(
                rule=rule,
                kind=kind,
                key=key,
                message=message,
                place=place,
                hint=hint,
                parties=parties,
            )
        )
