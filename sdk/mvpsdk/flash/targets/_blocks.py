# SPDX-License-Identifier: Apache-2.0
"""A target that gives access to its blocks: what of a plan is the same for all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvpsdk.errors import InputError, Place
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
    from mvpsdk.flash.targets import Access

__all__ = ["BlockTarget", "check_access"]


def check_access(access: Access, address: str) -> None:
    """Raise InputError for what chooses among devices where one is named."""
    if access.serial:
        raise InputError(
            f"--serial {access.serial} chooses among devices that are attached by fastboot",
            place=Place(file=address),
            hint="drop it: what is flashed here is named by its path",
        )


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
        """Look at the medium, hold the input against it, and say what would be done.

        Raises InputError for a slot where a whole disk is written.
        """
        if what.kind is Kind.DISK and options.slot != "inactive":
            raise InputError(
                f"a disk image is a whole disk, so it goes into no slot {options.slot}",
                place=Place(file=str(what.path)),
                hint="drop --slot, or flash the bundle of that disk: mvpsdk extract",
            )
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
