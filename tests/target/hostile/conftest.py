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

CALLS = 50_000
"""Random ones by each conduit, HVC and SMC."""


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of the test run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def handset(shared: Path) -> Path:
    """The folder with `hypervisor` and `pack`."""

    def make(folder: Path) -> Path:
        work = folder / "handset"
        work.mkdir()
        attacker.bundled(work, shared / "cache")
        return work

    return once(shared / "hostile", make)


def _whole(handset: Path, folder: Path, cache: Cache) -> Path:
    """Run twice: without any attack, and with all."""
    sizes = witness.sizes(handset, cache)
    for name, groups in (("quiet", ()), ("whole", attacker.GROUPS)):
        pack = attacker.aimed((handset / "pack").read_bytes(), groups, calls=CALLS)
        (folder / f"{name}.pack").write_bytes(pack)
        with attacker.let_loose(handset / "hypervisor", folder / f"{name}.pack") as machine:
            (folder / f"{name}.raw").write_bytes(machine.run.raw)
            digests = {
                "built": witness.built(handset, pack, sizes),
                "seen": witness.seen(machine, pack, sizes),
            }
        (folder / f"{name}.json").write_text(json.dumps(digests))
    return folder


@pytest.fixture(scope="session")
def whole(shared: Path, handset: Path) -> witness.Whole:
    """One whole run; whichever process comes first makes it."""
    cache = Cache(shared / "cache")
    folder = once(shared / "hostile-whole", lambda folder: _whole(handset, folder, cache))
    digests = {
        name: json.loads((folder / f"{name}.json").read_text()) for name in ("quiet", "whole")
    }
    return witness.Whole(
        run=attacker.heard((folder / "whole.raw").read_bytes()),
        built=digests["whole"]["built"],
        quiet=digests["quiet"]["seen"],
        after=digests["whole"]["seen"],
    )
