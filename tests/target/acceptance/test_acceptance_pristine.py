# SPDX-License-Identifier: Apache-2.0
"""A persona finds its images in its RAM exactly as its vendor made them."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from gdb import debugged
from mvpsdk import bundle
from mvpsdk.core.facade import PackPartition, PackRegion, RegionKind
from mvpsdk.units import Pa

if TYPE_CHECKING:
    from pathlib import Path

    from mvpsdk.core.facade import Pack

pytestmark = pytest.mark.target

FILES = {
    "work/kernel": "images/linux",
    "work/ramdisk": "images/initrd.gz",
    "personal/kernel": "images/personal-os.bin",
}


def persona_of(pack: Pack, name: str) -> tuple[PackPartition, PackRegion]:
    """A persona, and its RAM."""
    index = [partition.name for partition in pack.partitions].index(name)
    ram = next(
        region
        for region in pack.regions
        if region.partition == index and region.kind is RegionKind.RAM
    )
    return pack.partitions[index], ram


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", ["work", "personal"])
def test_images_are_the_files_at_the_personas_first_instruction(name: str, demo: Path) -> None:
    """Stopped at its entry at EL1: the SHA-256 of each image in RAM is that of the file."""
    pack = bundle.open(demo).pack
    assert pack
    persona, ram = persona_of(pack, name)
    images = [image for image in pack.images if image.name in FILES]
    with debugged(demo, name) as (session, gdb):
        first = gdb.run_to(persona.entry, el=1)
        memory = session.read_memory(Pa(ram.pa), ram.size)

    assert first.x[0] == persona.dtb
    compared = 0
    for image in images:
        if image.name.startswith(f"{name}/"):
            start = image.load - ram.ipa
            file = demo.parent / FILES[image.name]
            found = sha256(memory[start : start + image.size]).hexdigest()
            assert found == sha256(file.read_bytes()).hexdigest(), image.name
            assert not any(memory[start + image.size : start + image.memory]), "its BSS is zero"
            compared += 1
    assert compared == sum(image.startswith(f"{name}/") for image in FILES)
