# SPDX-License-Identifier: Apache-2.0
"""From a file of device facts to `DeviceFacts`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from mvpsdk.device.model import DeviceFacts, Partition
from mvpsdk.errors import Fault, InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mvpsdk.device.schema import DeviceFile
    from mvpsdk.errors import Place

__all__ = ["load"]


def load(path: Path | str) -> DeviceFacts:
    """Read a file of device facts (schema mvpsdk.device/1). Paths in it are relative to it.

    Raises InputError with all faults that the file has, each with its place.
    """
    # pydantic takes longer to import than all the rest
    from mvpsdk.device.schema import DeviceFile
    from mvpsdk.document import read
    from mvpsdk.document.schema import check

    document = read(Path(path), InputError)
    content, faults = check(DeviceFile, document.values, document.places)
    if content is not None:
        faults = [*faults, *_twice(content, document.places)]
    if content is None or faults:
        raise InputError.of(faults)
    folder = document.path.parent
    table = content.device
    return DeviceFacts(
        path=document.path,
        board=table.board,
        compatible=table.compatible,
        rollback_index=table.rollback_index,
        control_tree=folder / table.control_tree if table.control_tree else None,
        partitions=tuple(Partition(name=each.name, size=each.size) for each in content.partition),
    )


def _twice(content: DeviceFile, places: Mapping[str, Place]) -> Iterator[Fault]:
    counts = Counter(each.name for each in content.partition)
    for number, each in enumerate(content.partition):
        if counts[each.name] > 1:
            yield Fault(
                message=f'{counts[each.name]} partitions are called "{each.name}"',
                place=places.get(f"partition[{number}].name"),
                hint="a partition is found by its name: give each its own",
            )
