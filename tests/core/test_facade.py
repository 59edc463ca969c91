# SPDX-License-Identifier: Apache-2.0
"""Python's view of C: complete, and in C's own numbers."""

from enum import IntEnum

import pytest

from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi

# Of each enumeration the C name, and the prefix that its members lose here.
ENUMS: dict[type[IntEnum], tuple[str, str]] = {
    core.Reason: ("mvp_reason", "MVP_"),
    core.Table: ("mvp_table_id", "MVP_TABLE_"),
    core.MemoryKind: ("mvp_memory_kind", "MVP_MEMORY_"),
    core.PartitionKind: ("mvp_partition_kind", "MVP_"),
    core.Restart: ("mvp_restart", "MVP_RESTART_"),
    core.EntryProtocol: ("mvp_entry_protocol", "MVP_ENTRY_"),
    core.RegionKind: ("mvp_region_kind", "MVP_REGION_"),
    core.ImageKind: ("mvp_image_kind", "MVP_IMAGE_"),
    core.BringUp: ("mvp_bring_up", "MVP_BRING_UP_"),
}


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: str(enum.__name__))
def test_every_member_of_a_c_enumeration_is_there(enum: type[IntEnum]) -> None:
    """With C's value, under C's name less its prefix."""
    name, prefix = ENUMS[enum]
    members = ffi.typeof(f"enum {name}").relements
    expected = {key.removeprefix(prefix): value for key, value in members.items()}
    if enum is core.Table:
        expected["HEADER"] = expected.pop("COUNT")

    assert expected == {key: int(value) for key, value in enum.__members__.items()}


@pytest.mark.parametrize("reason", core.Reason)
def test_every_reason_has_words(reason: core.Reason) -> None:
    """Those of the header, so that log, lint and docs say the same."""
    assert len(reason.text) > 8
    assert "*/" not in reason.text


def test_emulated_devices_are_told_from_mapped_ones() -> None:
    """The number 16 divides them, as pack.h says."""
    emulated = {kind for kind in core.RegionKind if kind.emulated}

    assert emulated == {kind for kind in core.RegionKind if kind >= 16}
    assert core.RegionKind.GICD in emulated


def test_constants_are_those_of_the_headers() -> None:
    """By their C names, less the prefix."""
    assert core.CONSTANTS["RAM_BASE"] == 0x40000000
    assert core.CONSTANTS["WINDOW_SIZE"] == core.WINDOW_SIZE
    assert core.PACK_MAGIC == b"MVP-PACK"


def test_the_door_lists_what_goes_through_it() -> None:
    """Sorted as people search: constants, classes, functions."""
    names = core.__all__

    assert sorted(set(names)) == sorted(names)
    assert [name for name in names if not hasattr(core, name)] == []
