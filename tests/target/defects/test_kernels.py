# SPDX-License-Identifier: Apache-2.0
"""No false alarm: Debian's flavours pass every rule that is an error, and then they boot."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import defects
import trees
import workshop
from mvpsdk import run
from phone import bundled_for, mvpsdk, once

if TYPE_CHECKING:
    from mvpsdk.store import Cache

pytestmark = [pytest.mark.target, pytest.mark.corpus, pytest.mark.timeout(600)]

HERE = Path(__file__).parent
LIMIT = 400  # seconds of the host's time, on a busy host
ANSWERS = {
    "cloud": r"Linux 6\.1\..*-cloud-arm64, untouched",
    "rt": r"Linux 6\.1\..*-rt-arm64, untouched",
    "installer": "^Starting system log daemon",
}


@pytest.fixture(scope="session")
def handset(shared: Path, debian: Path) -> Path:
    """The folder of the handset and its images."""

    def make(folder: Path) -> Path:
        made = folder / "kernels"
        made.mkdir()
        shutil.copyfile(HERE / "kernels.toml", made / "handset.toml")
        for line, kernel in trees.flavours().items():
            (made / f"linux-{line}").symlink_to(kernel)
        (made / "initrd.gz").symlink_to(debian / "initrd.gz")
        (made / "installer.gz").symlink_to(workshop.script("prepare").installer() / "initrd.gz")
        return made

    return once(shared / "kernels", make)


def test_flavours_have_no_finding(handset: Path, cache: Cache) -> None:
    """Not an error, nor a warning: all of them are as their makers meant them."""
    report = json.loads(mvpsdk(handset, "lint", ".", "--format", "json", cache=cache.root))
    said = [each["message"] for each in report["findings"] if each["severity"] != "note"]
    assert said == []
    assert {each["outcome"] for each in report["checks"]} <= {"pass", "not-applicable"}


@pytest.mark.parametrize("persona", ANSWERS)
def test_a_flavour_boots(persona: str, handset: Path, cache: Cache, shared: Path) -> None:
    """Up to its user space; the installer, up to its first daemon."""
    name = "kernels.itb"
    bundle = once(
        shared / "kernels-bundle",
        lambda _: bundled_for(handset, "qemu-virt", name, cache=cache.root),
    )
    answer = run.Expectation(persona, run.pattern(ANSWERS[persona]))
    with run.start(
        bundle, run.Options(persona=persona, expect=(answer,), timeout=LIMIT)
    ) as session:
        *_, last = session
    assert isinstance(last, run.Exit)
    assert last.ok, [line.text for line in last.last]


def test_who_boots_a_combination_is_there() -> None:
    """Each names a test of these folders, or says why it can't be booted."""
    for each in defects.combinations():
        file, _, name = each.get("booted", "").partition("::")
        assert bool(name) != ("why-not" in each), each
        assert not name or f"def {name}(" in (HERE.parent / file).read_text(), each
