# SPDX-License-Identifier: Apache-2.0
"""Bytes of disks: `plan` lays partitions out, `write` and `read` are for their table."""

from mvpsdk.disk.gpt_read import is_disk, read
from mvpsdk.disk.gpt_write import write
from mvpsdk.disk.layout import (
    NAMESPACE,
    TYPE_BOOT,
    TYPE_LINUX,
    TYPE_MISC,
    TYPE_PERSONA,
    Wanted,
    plan,
)
from mvpsdk.disk.model import BLOCK, Disk, Partition

__all__ = [
    "BLOCK",
    "NAMESPACE",
    "TYPE_BOOT",
    "TYPE_LINUX",
    "TYPE_MISC",
    "TYPE_PERSONA",
    "Disk",
    "Partition",
    "Wanted",
    "is_disk",
    "plan",
    "read",
    "write",
]
