# SPDX-License-Identifier: Apache-2.0
"""Damaged images: each is facts, soon and with little memory, and no rule stumbles over them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

import image_mutants
from image_mutants import MEMORY, PATIENCE, Result
from mvpsdk.image import _worker
from mvpsdk.image.readers import READERS

if TYPE_CHECKING:
    from pathlib import Path

COUNT = 2000
WHOLE = range(7, 7 + 12 * 37, 37)
"""Mutants that go the whole way, through the command line; of many formats."""


@pytest.fixture(autouse=True)
def imported() -> None:
    """Import once what every child needs."""
    image_mutants.prepare()


def check(result: Result, count: int) -> None:
    """What must hold of any run."""
    assert result.killed == {}
    assert result.stopped == {}
    assert result.count == count
    assert result.slowest < PATIENCE
    assert 0 < result.peak < MEMORY


def test_two_thousand_mutants_stop_nothing(tmp_path: Path) -> None:
    """No reader raises, none hangs, none takes much memory; every rule can judge what was found."""
    result = image_mutants.run(range(COUNT), tmp_path)
    check(result, COUNT)
    assert result.linted == COUNT // image_mutants.LINTED
    assert list(tmp_path.iterdir()) == []


def test_every_format_is_damaged() -> None:
    """A mutant is made of its number, and most are not what they were."""
    names = sorted(image_mutants.all_seeds())
    first = [image_mutants.mutant(number) for number in range(4 * len(names))]
    assert first == [image_mutants.mutant(number) for number in range(4 * len(names))]
    for index, name in enumerate(names):
        seed = image_mutants.all_seeds()[name]
        made = {data for _, _, data in first[index :: len(names)]}
        assert len(made - {seed.wrap(seed.data)}) >= 3, name


def test_the_seeds_themselves_are_read(tmp_path: Path) -> None:
    """Without damage there is no fault in any: the mutants reach what is behind the first check."""
    for name, seed in image_mutants.all_seeds().items():
        path = tmp_path / "seed"
        path.write_bytes(seed.wrap(seed.data))
        (task,) = _worker.serve([(str(path), seed.part)], 1)
        assert (task.stopped, task.found.get("faults")) == ([], ()), name


@pytest.mark.parametrize(("name", "told"), [("raises", "stopped"), ("dies", "killed")])
def test_a_reader_that_stumbles_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    """Over one mutant of many: which it was is told."""
    wanted = image_mutants.mutant(3)[2]

    def stumble(raw: Any) -> dict[str, Any]:
        if raw.data[:] == wanted and name == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        return {"it": 1 // (raw.data[:] != wanted)}

    monkeypatch.setitem(READERS, "stumbling", stumble)
    monkeypatch.setattr(image_mutants, "LINTED", 1 << 20)
    result = image_mutants.run(range(1, 6), tmp_path)
    assert list(getattr(result, told)) == [image_mutants.mutant(3)[0]]
    with pytest.raises(AssertionError):
        check(result, 5)


def test_mutants_go_the_whole_way(tmp_path: Path) -> None:
    """Through the command line and the worker: each is judged, nothing is raised, and soon."""
    files = list(image_mutants.files(WHOLE, tmp_path))
    words = [word for path in files for word in ("--image", path.name)]
    begin = time.monotonic()
    done = subprocess.run(
        [*(sys.executable, "-m", "mvpsdk_cli", "lint", "--no-cache", "--format", "json"), *words],
        cwd=tmp_path,
        env={**os.environ, "MVPSDK_CACHE_DIR": str(tmp_path / "cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, done.stderr
    assert "Traceback" not in done.stderr
    judged = {check["subject"] for check in json.loads(done.stdout)["checks"]}
    assert {path.name for path in files} <= judged
    assert time.monotonic() - begin < PATIENCE * len(files)
