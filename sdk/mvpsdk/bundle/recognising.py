# SPDX-License-Identifier: Apache-2.0
"""What a file is, by its first bytes and never by its name: said in one place."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from mvpsdk import disk
from mvpsdk.bundle import fit_read
from mvpsdk.core.facade import PACK_MAGIC, PART_MAGIC
from mvpsdk.errors import BundleError
from mvpsdk.store import open_input

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["HEAD", "Kind", "is_fit", "kind_of", "recognised"]

HEAD = disk.HEAD
"""Bytes of a file that tell what it is."""


class Kind(StrEnum):
    """What a file may be that has to do with bundles."""

    TREE = "tree"  # a flattened device tree: with /images it is a FIT
    PACK = "pack"
    PART = "part"  # of a persona
    DISK = "disk"  # with a GUID partition table
    SPARSE = "sparse"  # Android's sparse image, of a disk or of anything else
    ZIP = "zip"  # an Android container, maybe
    VBMETA = "vbmeta"
    OTHER = "other"


_FIRST = {
    fit_read.MAGIC: Kind.TREE,
    PACK_MAGIC: Kind.PACK,
    PART_MAGIC: Kind.PART,
    b"PK\x03\x04": Kind.ZIP,
    b"AVB0": Kind.VBMETA,
}


def recognised(head: bytes) -> Kind:
    """Tell what begins with these HEAD bytes."""
    found = next((kind for magic, kind in _FIRST.items() if head.startswith(magic)), None)
    if found:
        return found
    if disk.is_sparse(head):
        return Kind.SPARSE
    return Kind.DISK if disk.is_disk(head) else Kind.OTHER


def kind_of(path: Path) -> Kind:
    """Tell what a file is. Raises InputError if it can't be read."""
    with open_input(path) as file:
        return recognised(file.read(HEAD))


def is_fit(path: Path) -> bool:
    """Tell a FIT from other device trees: one that is damaged counts, whoever opens it says how.

    Raises InputError if it can't be read.
    """
    if kind_of(path) is not Kind.TREE:
        return False
    with open_input(path) as file:
        try:
            return fit_read.has_images(file, path)
        except BundleError:
            return True
