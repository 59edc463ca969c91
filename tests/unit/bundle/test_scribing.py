# SPDX-License-Identifier: Apache-2.0
"""A process writes the bill of materials beside the packing: the same bytes, and it ends."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from mvpsdk import bundle
from mvpsdk.bundle import sbom, scribing
from mvpsdk.bundle.origins import Supply, origins
from mvpsdk.errors import ToolFailedError

if TYPE_CHECKING:
    from pathlib import Path

    from acme import Case


def bill(case: Case, write: object = None) -> bytes:
    """The case's SBOM."""
    files = origins(case.plan, case.files, Supply())
    return sbom.make(case.plan, case.hypervisor, files, write=write)  # type: ignore[arg-type]


def test_it_writes_what_this_process_would(case: Case) -> None:
    """Byte for byte; and so does the bundle."""
    with bundle.scribe() as write:
        assert bill(case, write) == bill(case)
    with bundle.scribe() as write:
        made = [case.folder / name for name in ("apart.itb", "alone.itb")]
        bundle.pack(case.plan, case.hypervisor, case.files, made[0], scribe=write)
    bundle.pack(case.plan, case.hypervisor, case.files, made[1])
    assert made[0].read_bytes() == made[1].read_bytes()


def test_it_ends_with_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever ends the block, and asked or not."""
    begun: list[Any] = []
    popen = subprocess.Popen

    def remembered(*arguments: Any, **more: Any) -> Any:
        begun.append(popen(*arguments, **more))
        return begun[-1]

    monkeypatch.setattr(subprocess, "Popen", remembered)
    with pytest.raises(KeyboardInterrupt), bundle.scribe():
        raise KeyboardInterrupt
    assert begun[0].returncode is not None


SCRIPTS = {
    "raise SystemExit('no such library')": "not written: no such library",
    "import os; os.kill(os.getpid(), 9)": "not written: it said nothing",
    "import time; time.sleep(60)": "not written within 0 s",
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_one_that_fails_is_told_and_leaves_no_bundle(
    script: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library that is missing, one that dies, one that never ends."""
    (tmp_path / "script.py").write_text(script)
    monkeypatch.setattr(scribing, "SCRIPT", tmp_path / "script.py")
    monkeypatch.setattr(scribing, "PATIENCE", 0.2 if "sleep" in script else 60.0)
    (tmp_path / "out").mkdir()

    with (
        pytest.raises(ToolFailedError, match=SCRIPTS[script]),
        bundle.scribe() as write,
    ):
        bundle.pack(case.plan, case.hypervisor, case.files, tmp_path / "out/x.itb", scribe=write)
    assert list((tmp_path / "out").iterdir()) == []
