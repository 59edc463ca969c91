# SPDX-License-Identifier: Apache-2.0
"""The demo handset's bundle: read by U-Boot's tools, and the same from anywhere, on any day."""

from __future__ import annotations

import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from mvpsdk import bundle
from phone import bundled, copied, mvpsdk

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

INPUTS = {
    "work/kernel": "images/linux",
    "work/ramdisk": "images/initrd.gz",
    "personal/kernel": "images/personal-os.bin",
}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def test_two_folders_a_day_apart_give_the_same_bundle(
    demo: Path, debian: Path, tmp_path: Path
) -> None:
    """Firmware, hypervisor and personal OS are compiled anew: nothing is cached, SHA-256 equal."""
    elsewhere = copied(tmp_path / "some" / "other place", debian)
    cache = tmp_path / "empty cache"
    made = bundled(elsewhere, "faketime", "-f", "+1d", cache=cache)
    assert digest(made) == digest(demo)


def test_u_boots_tools_list_and_extract_the_inputs(
    demo: Path, hypervisor: Path, tmp_path: Path
) -> None:
    """Each part by dumpimage, and each image in the pack, is its input byte for byte."""
    listed = subprocess.run(
        ["mkimage", "-l", str(demo)], check=True, capture_output=True, text=True
    ).stdout
    parts = [part.name for part in bundle.open(demo).parts]
    assert parts == ["hypervisor", "pack", "sbom", "provenance", "manifest"]
    for number, name in enumerate(parts):
        assert f"Image {number} ({name})" in listed
        dump = ["dumpimage", "-T", "flat_dt", "-p", str(number), "-o", name, str(demo)]
        subprocess.run(dump, cwd=tmp_path, check=True, capture_output=True)

    assert (tmp_path / "hypervisor").read_bytes() == hypervisor.read_bytes()
    mvpsdk(tmp_path, "extract", str(tmp_path / "pack"), *INPUTS, "-o", "out", cache=tmp_path)
    for name, file in INPUTS.items():
        taken = tmp_path / "out" / name
        assert digest(taken) == digest(demo.parent / file)
