# SPDX-License-Identifier: Apache-2.0
"""The update handset in several versions, signed; U-Boot with their key; a phone with the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import block_log
import updates
import updating
from phone import mvpsdk, once

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="session")
def bundle(shared: Path) -> Callable[..., Path]:
    """A function of a rollback index: that version's signed bundle; sick: it is never well."""

    def make(index: int, *, sick: bool = False) -> Path:
        def into(folder: Path) -> Path:
            ticks = 0 if sick else None
            phone = updating.handset(folder / "phone", good_ticks=ticks, rollback_index=index)
            words = ["--board", "qemu-virt", "-o", "made.itb", "--sign", "test:"]
            mvpsdk(phone, "bundle", ".", *words, cache=shared / "cache")
            return phone / "made.itb"

        return once(shared / f"cut-{index}{'-sick' if sick else ''}", into)

    return make


@pytest.fixture(scope="session")
def machine(shared: Path) -> updating.Machine:
    """The virtual handset, whose U-Boot trusts the published test keys."""
    return updating.Machine(once(shared / "cut-machine", updating.control))


@pytest.fixture(scope="session")
def stages(
    bundle: Callable[..., Path], machine: updating.Machine, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, updates.Stage]:
    """Two updates by the flasher, and between them the first start of what was flashed.

    Version 2 goes into the empty slot b; boot script and firmware start it and find it well;
    version 3 goes into slot a, which could still start until then.
    """
    first = updates.updated(*updates.phone(bundle(1), 1), bundle(2))
    folder = tmp_path_factory.mktemp("start")
    medium, log = folder / "disk", folder / "log"
    medium.write_bytes(updates.after(first.before, first.log))
    said = machine.boot(block_log.drive(medium, log), r"^\[realtime\] slot b good, floor 2\n")
    assert "slot b good" in said, said
    start = updates.Stage(
        before=updates.after(first.before, first.log),
        log=tuple(block_log.writes(log)),
        table=first.table,
    )
    assert updates.after(start.before, start.log) == medium.read_bytes()
    second = updates.updated(medium.read_bytes(), first.table, bundle(3))
    return {"update": first, "start": start, "next update": second}
