# SPDX-License-Identifier: Apache-2.0
"""A target that gives access to its blocks: what of a plan is the same for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.flash.inputs import Kind
from mvpsdk.flash.part import plan_part
from mvpsdk.flash.slot import plan_slot
from mvpsdk.flash.whole import plan_disk

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from mvpsdk.flash.blocks import BlockDevice, FileBlocks
    from mvpsdk.flash.inputs import Input
    from mvpsdk.flash.model import Options, Plan, Tell

__all__ = ["BlockTarget"]


class BlockTarget:
    """A medium that is at hand."""

    def __init__(self, name: str, device: BlockDevice, opened: FileBlocks | None = None) -> None:
        """Take a medium; `opened` is closed when the block ends."""
        self._name, self.device, self._opened = name, device, opened

    @property
    def name(self) -> str:
        """What people call it."""
        return self._name

    def plan(self, what: Input, options: Options, tell: Tell) -> Plan:
        """Look at the medium, hold the input against it, and say what would be done."""
        plans = {Kind.DISK: plan_disk, Kind.BUNDLE: plan_slot, Kind.PART: plan_part}
        return plans[what.kind](self.device, self.name, what, options, tell)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        if self._opened:
            self._opened.close()
