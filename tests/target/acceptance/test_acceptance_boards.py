# SPDX-License-Identifier: Apache-2.0
"""One handset, two boards: the very same images start on a GICv2 and on a GICv3.

As personas that have the board's own GIC, and as such that have a GICv2 on either board, in
software where the hardware has none: then not even their device trees differ.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from gdb import debugged
from mvpsdk import bundle, run
from mvpsdk.core.facade import RegionKind
from mvpsdk.units import Pa
from phone import bundled, bundled_for, copied, once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gdb import Gdb
    from mvpsdk.core.facade import Pack

pytestmark = [pytest.mark.target, pytest.mark.timeout(600)]

WAYS = {
    "qemu-virt": (3, 3),
    "qemu-virt, vgic = 2": (3, 2),
    "qemu-virt-gicv2, vgic = 2": (2, 2),
}
"""A board, what its personas ask for; the versions of the GICs of both."""
GOOD_BYE = {
    "work": "work: good bye after",
    "personal": "personal: 3 tasks, 50 ticks each, 0 late",
}
FINAL = re.compile(r"final: met (\d+) missed (\d+) worst \d+ us")

Digests = dict[str, str]
"""SHA-256 of images, by their names in the pack."""


def found_in_ram(
    session: run.Session, gdb: Gdb, pack: Pack, name: str
) -> Iterator[tuple[str, str]]:
    """Stop a partition before its first instruction; the name and digest of each of its images."""
    index = [partition.name for partition in pack.partitions].index(name)
    ram = next(
        region
        for region in pack.regions
        if region.partition == index and region.kind is RegionKind.RAM
    )
    gdb.run_to(pack.partitions[index].entry, el=1)
    for image in pack.images:
        if image.partition == index:
            content = session.read_memory(Pa(ram.pa + image.load - ram.ipa), image.size)
            yield image.name, sha256(content).hexdigest()


def booted(made: Path, persona: str) -> tuple[Digests, dict[str, list[str]]]:
    """Boot a persona and let it end: the images as they stood in RAM, and everybody's lines."""
    pack = bundle.open(made).pack
    assert pack
    lines: dict[str, list[str]] = {}
    with debugged(made, persona) as (session, gdb):
        found = dict(found_in_ram(session, gdb, pack, "realtime"))
        found |= found_in_ram(session, gdb, pack, persona)
        gdb.ask("D")
        for event in session:
            if isinstance(event, run.Line):
                lines.setdefault(event.partition, []).append(event.text)
    assert isinstance(event, run.Exit)
    assert event.reason == "powered-off"
    return found, lines


def checked_end(lines: dict[str, list[str]], persona: str) -> str:
    """The persona said good bye, and the firmware missed nothing; what to tell of it."""
    assert any(text.startswith(GOOD_BYE[persona]) for text in lines[persona]), lines[persona]
    final = FINAL.fullmatch(lines["realtime"][-1])
    assert final, lines["realtime"]
    assert int(final[2]) == 0
    return f"booted and ended; deadlines met {final[1]}, missed {final[2]}"


@pytest.fixture(scope="module")
def ways(shared: Path, demo: Path, debian: Path) -> dict[str, Path]:
    """The demo handset's bundle, each way."""

    def make(folder: Path) -> Path:
        made = copied(folder / "phone", debian)
        file = made / "handset.toml"
        text = re.sub(r"^\[\[persona]]", r"\g<0>\nvgic = 2", file.read_text(), flags=re.MULTILINE)
        file.write_text(text)
        bundled(made, cache=shared / "cache")
        return bundled_for(made, "qemu-virt-gicv2", "gicv2.itb", cache=shared / "cache")

    second = once(shared / "vgic2", make)
    return dict(zip(WAYS, (demo, second.with_name("demo.itb"), second), strict=True))


def test_every_image_is_the_same_on_both_boards(
    ways: dict[str, Path], record_property: Callable[[str, object], None]
) -> None:
    """Both personas start, say good bye and meet all deadlines; no image differs in a byte."""
    rows = [f"{'board':26} {'image':18} SHA-256 in RAM at its first instruction"]
    found: dict[str, Digests] = {}
    for way, (board, guest) in WAYS.items():
        pack = bundle.open(ways[way]).pack
        assert pack
        assert pack.boards[0].gic_version == board
        assert [partition.vgic for partition in pack.partitions] == [board, guest, guest]
        found[way] = {}
        for persona in GOOD_BYE:
            digests, lines = booted(ways[way], persona)
            found[way] |= digests
            rows.append(f"{way:26} {persona:18} {checked_end(lines, persona)}")
        rows += [f"{way:26} {name:18} {value}" for name, value in found[way].items()]
        assert found[way].items() <= {(image.name, image.digest.hex()) for image in pack.images}
    record_property("table", "\n".join(rows))
    own, soft, hard = found.values()
    assert {name for name in soft if soft[name] != hard[name]} == {"realtime/dtb"}
    assert {name for name in own if own[name] != hard[name]} == {
        name for name in own if "dtb" in name
    }
    assert len(own) == 8
