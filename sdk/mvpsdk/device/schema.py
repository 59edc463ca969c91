# SPDX-License-Identifier: Apache-2.0
"""The form of a file of device facts (schema mvpsdk.device/1)."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mvpsdk.document.schema import Model, Size

__all__ = ["DeviceFile"]

Word = Annotated[str, Field(min_length=1, max_length=63, pattern=r"^[!-~]+$")]
Label = Annotated[str, Field(min_length=1, max_length=36, pattern=r"^[!-~]+$")]
"""A partition's name: GPT has room for 36 characters (UEFI 2.10, 5.3.3)."""
FilePath = Annotated[str, Field(min_length=1)]


class DeviceTable(Model):
    """`[device]`: what it is, and what it has seen."""

    board: Word = Field(description="the board's name, as in its board.toml")
    compatible: str = Field(default="", description="its device tree's root compatible")
    rollback_index: Annotated[int, Field(ge=0, lt=1 << 32)] = Field(
        default=0, description="bundles with a lower rollback index are refused"
    )
    control_tree: FilePath | None = Field(
        default=None, description="U-Boot's control tree, with the public keys: a file"
    )


class PartitionTable(Model):
    """`[[partition]]`: one partition of its disk."""

    name: Label = Field(description="as in the partition table: boot_a, boot_b, misc, ...")
    size: Size = Field(description="how much there is room for")


class DeviceFile(Model):
    """What is known of a device."""

    schema_name: ClassVar[str] = "device"

    schema_: Literal["mvpsdk.device/1"] = Field(
        default="mvpsdk.device/1", alias="schema", description="which form this file has"
    )
    device: DeviceTable
    partition: list[PartitionTable] = Field(default_factory=list)
