# SPDX-License-Identifier: Apache-2.0
"""The hostile persona's handset, bundled once, and one whole run of it, looked at by all tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import attacker
import witness
from mvpsdk.store import Cache
from phone import once

if TYPE_CHECKING:
    from pathlib import Path

CALLS = {3: 50_000, 2: 2_000}
"""By the GIC's version: random ones by each conduit, HVC and SMC."""


@pytest.fixture(scope="session")
def handset(shared: Path) -> Path:
    """The folder with `hypervisor` and `pack`."""
    return _handset(shared, gic=3)


@pytest.fixture(scope="session")
def handset2(shared: Path) -> Path:
    """The same for the board with a GICv2."""
    return _handset(shared, gic=2)


def _handset(shared: Path, gic: int) -> Path:
    def make(folder: Path) -> Path:
        work = folder / "handset"
        work.mkdir()
        attacker.bundled(work, shared / "cache", gic)
        return work

    return once(shared / f"hostile{gic}", make)


def _both_runs(handset: Path, folder: Path, cache: Cache, gic: int) -> Path:
    """Run twice: without any attack, and with all."""
    sizes = witness.sizes(handset, cache, gic)
    for name, groups in (("quiet", ()), ("whole", attacker.groups_for(gic))):
        pack = attacker.aimed((handset / "pack").read_bytes(), groups, calls=CALLS[gic])
        (folder / f"{name}.pack").write_bytes(pack)
        program = handset / "hypervisor"
        with attacker.let_loose(program, folder / f"{name}.pack", gic=gic) as machine:
            (folder / f"{name}.raw").write_bytes(machine.run.raw)
            digests = {
                "built": witness.built(handset, pack, sizes),
                "seen": witness.seen(machine, pack, sizes, gic),
            }
        (folder / f"{name}.json").write_text(json.dumps(digests))
    return folder


@pytest.fixture(scope="session")
def whole(shared: Path, handset: Path) -> witness.Whole:
    """One whole run; whichever process comes first makes it."""
    return _whole(shared, handset, gic=3)


@pytest.fixture(scope="session")
def whole2(shared: Path, handset2: Path) -> witness.Whole:
    """The same on the board with a GICv2."""
    return _whole(shared, handset2, gic=2)


def _whole(shared: Path, handset: Path, gic: int) -> witness.Whole:
    cache, place = Cache(shared / "cache"), shared / f"hostile-whole{gic}"
    folder = once(place, lambda folder: _both_runs(handset, folder, cache, gic))
    digests = {
        name: json.loads((folder / f"{name}.json").read_text()) for name in ("quiet", "whole")
    }
    return witness.Whole(
        run=attacker.heard((folder / "whole.raw").read_bytes()),
        built=digests["whole"]["built"],
        quiet=digests["quiet"]["seen"],
        after=digests["whole"]["seen"],
    )
