# SPDX-License-Identifier: Apache-2.0
"""Stage-2 tables of a pack's partitions: built and walked by the core, for the planner's proof."""

from __future__ import annotations

from dataclasses import dataclass
from mmap import mmap
from typing import Any

from mvpsdk.core._library import ffi, lib
from mvpsdk.errors import BundleError

__all__ = ["Mapping", "gic2_second_page", "stage2", "table_count"]

PAGE = 4096
ADDRESS_MASK = 0x0000_FFFF_FFFF_F000  # of a descriptor, Arm DDI 0487 D8.3.2
POOL_BASE = 0x4000_0000  # where the tables pretend to be; only descriptors see it


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """A run of blocks or pages: guest addresses, physical addresses, descriptor attributes."""

    ipa: int
    pa: int
    size: int
    attributes: int


def _pool() -> tuple[Any, mmap]:
    memory = mmap(-1, PAGE * int(lib.TABLE_POOL_PAGES))  # page-aligned and zeroed, as at boot
    pool = ffi.new("struct table_pool *")
    pool.pages = ffi.cast("uint64_t *", ffi.from_buffer(memory))
    pool.base, pool.count = POOL_BASE, lib.TABLE_POOL_PAGES
    return pool, memory


def _aligned(metadata: bytes) -> Any:
    copy = ffi.new("uint64_t[]", -(-len(metadata) // 8))
    ffi.memmove(copy, metadata, len(metadata))
    return copy


def _append(mappings: list[Mapping], ipa: int, descriptor: int, size: int) -> None:
    pa, attributes = descriptor & ADDRESS_MASK, descriptor & ~ADDRESS_MASK & ~0x2
    if mappings:
        last = mappings[-1]
        if (last.ipa + last.size, last.pa + last.size, last.attributes) == (ipa, pa, attributes):
            size += last.size
            ipa, pa = last.ipa, last.pa
            mappings.pop()
    mappings.append(Mapping(ipa=ipa, pa=pa, size=size, attributes=attributes))


def _walk(pool: Any, root: int) -> tuple[Mapping, ...]:
    first, size = ffi.new("uint64_t *"), ffi.new("uint64_t *")
    mappings: list[Mapping] = []
    ipa = 0
    while ipa < 1 << int(lib.TABLE_LEVEL1_BITS):
        descriptor = lib.table_walk(pool, root, ipa, first, size)
        if descriptor & 1:
            _append(mappings, ipa, descriptor, size[0])
        ipa += size[0]
    return tuple(mappings)


def stage2(metadata: bytes, partition: int) -> tuple[Mapping, ...]:
    """Return everything that a partition of an accepted pack can reach, by its guest addresses.

    Raises:
        BundleError: the tables do not fit the hypervisor's pool.
    """
    pool, memory = _pool()
    root = lib.memory_stage2(_aligned(metadata), partition, pool)
    if root == 0:
        raise BundleError(
            f"the stage-2 tables of partition {partition} do not fit their pool",
            hint="make each memory and device a multiple of 2 MiB: it then needs no small tables",
        )
    mappings = _walk(pool, root)
    del memory  # must outlive the walk
    return mappings


def gic2_second_page(size: int) -> int:
    """Return the bytes from the first page of a GICC or GICV of this size to its second."""
    distance: int = lib.gic2_second_page(size)
    return distance


def table_count(metadata: bytes) -> int:
    """Return the pages that the stage-2 tables of all partitions of a pack take."""
    count: int = lib.memory_tables(_aligned(metadata))
    return count
