# SPDX-License-Identifier: Apache-2.0
"""Bytes of disks: `plan` lays partitions out, `write` and `read` are for their table."""

from mvpsdk.disk.bmap import Bmap, Mapped, check_bmap, read_bmap, write_bmap
from mvpsdk.disk.gpt_read import HEAD, is_disk, read
from mvpsdk.disk.gpt_write import write
from mvpsdk.disk.handset import partitions
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
from mvpsdk.disk.runs import copy_runs, data_ranges, nonzero
from mvpsdk.disk.sparse import is_sparse, write_sparse
from mvpsdk.disk.sparse_read import SparseIndex, read_sparse

__all__ = [
    "BLOCK",
    "HEAD",
    "NAMESPACE",
    "TYPE_BOOT",
    "TYPE_LINUX",
    "TYPE_MISC",
    "TYPE_PERSONA",
    "Bmap",
    "Disk",
    "Mapped",
    "Partition",
    "SparseIndex",
    "Wanted",
    "check_bmap",
    "copy_runs",
    "data_ranges",
    "is_disk",
    "is_sparse",
    "nonzero",
    "partitions",
    "plan",
    "read",
    "read_bmap",
    "read_sparse",
    "write",
    "write_bmap",
    "write_sparse",
]
