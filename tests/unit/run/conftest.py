# SPDX-License-Identifier: Apache-2.0
"""A handset whose QEMU plays a script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import run
from mvpsdk.units import MIB, Pa

if TYPE_CHECKING:
    from collections.abc import Callable

FAKE = Path(__file__).parent / "fake_qemu.py"


@pytest.fixture
def handset(tmp_path: Path) -> Callable[..., run.Session]:
    """A function that boots a script of steps, see fake_qemu.py, with options for `run.boot`."""

    def boot(
        *steps: list[object],
        machine: str = "virt",
        clock: bool = True,
        **options: Any,
    ) -> run.Session:
        script = tmp_path / "script.json"
        script.write_text(json.dumps(steps))
        bootable = run.Bootable(
            hypervisor=script,
            pack=script,
            machine=run.Machine(
                machine=machine,
                cpu="cortex-a53",
                memory=64 * MIB,
                clock=Pa(0x901_0000) if clock else None,
            ),
            personas=("work", "personal"),
        )
        return run.boot(bootable, run.Options(qemu=str(FAKE), **{"timeout": 20, **options}))

    return boot
