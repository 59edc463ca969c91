# SPDX-License-Identifier: Apache-2.0
"""A FIT on its way into a file."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

import mvpsdk
from mvpsdk.bundle import fit
from mvpsdk.bundle.manifest import Content
from mvpsdk.bundle.paperwork import PAPERS
from mvpsdk.bundle.spans import pad

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mvpsdk.core.facade import FdtNode
    from mvpsdk.plan import Plan

__all__ = ["Container"]


class Container:
    """A FIT on its way into a file: a blank tree first, its numbers once the parts are written."""

    def __init__(
        self,
        file: BinaryIO,
        plan: Plan,
        properties: Mapping[str, bytes] | None,
    ) -> None:
        self.file = file
        self.plan = plan
        self.properties = properties
        papers = [
            fit.Part(name=name, type="firmware", description=description)
            for name, description in PAPERS.items()
        ]
        self.parts = [
            fit.Part(
                name="hypervisor",
                type="kernel",
                role="kernel",
                description=f"mvpsdk hypervisor {mvpsdk.__version__}",
                load=plan.window.base,
            ),
            fit.Part(
                name="pack", type="ramdisk", role="ramdisk", description="realtime and personas"
            ),
            *papers,
            fit.Part(name=fit.MANIFEST, type="firmware", description="what this bundle is made of"),
        ]
        file.write(fit.header(self.tree()))
        self.base = file.tell()

    def begin(self, name: str) -> None:
        """Say where a part begins: at the next page."""
        pad(self.file, fit.ALIGN, self.base)
        self._change(name, offset=self.file.tell() - self.base)

    def add(self, name: str, write: Callable[[], str]) -> None:
        """Append a part by a function that writes it and returns its SHA-256."""
        self.begin(name)
        start = self.file.tell()
        digest = write()
        self._change(name, size=self.file.tell() - start, sha256=digest)

    def finish(self) -> None:
        """Write the tree again, now that all is known; its length is the same."""
        self.file.seek(0)
        self.file.write(fit.header(self.tree()))

    def tree(self) -> FdtNode:
        """Return the tree, as far as it is known."""
        handset = self.plan.handset
        return fit.tree(
            self.parts,
            description=f"{handset.name} {handset.version} for {self.plan.board.name}",
            compatible=self.plan.board.compatible,
            rollback_index=handset.rollback_index,
            properties=self.properties,
        )

    def digests(self) -> dict[str, str]:
        """Return the SHA-256 of every part that is written, by name."""
        return {part.name: part.sha256 for part in self.parts if part.size}

    def contents(self) -> tuple[Content, ...]:
        """Return what the manifest says of all parts but itself."""
        return tuple(
            Content(
                name=part.name,
                kind=part.type,
                size=part.size,
                sha256=part.sha256,
                load=part.load,
            )
            for part in self.parts
            if part.name != fit.MANIFEST
        )

    def _change(self, name: str, **values: Any) -> None:  # noqa: ANN401 - fields of a Part
        self.parts = [replace(part, **values) if part.name == name else part for part in self.parts]
