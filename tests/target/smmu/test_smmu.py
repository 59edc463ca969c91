# SPDX-License-Identifier: Apache-2.0
"""The firmware's devices reach the firmware's memory, and nobody else's."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import faults
import faulty
from mvpsdk import bundle, run
from mvpsdk.run.choosing import choose
from mvpsdk.run.command import machine_arguments
from mvpsdk.run.demux import Demux
from mvpsdk.run.qemu import Qemu
from phone import mvpsdk

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.target, pytest.mark.timeout(240)]

FAULTS = {fault.name: fault for fault in faults.find(Path(__file__).parent / "faults")}
"""By name; their `tests` are the speakers who must notice."""
DEVICES = ("2", "3")  # of the board's two functions on the PCI bus
EVERYWHERE = "dma_mask=0xffffffffffffffff"  # the function's own limit is below the board's RAM
SILENCE = 30.0  # seconds of the host's time without a word, after which it hangs
VICTIM, HYPERVISOR = 0x40D0_0000, 0x4020_0000
REFUSED = (
    "dma refused partition={:#x} reason=0x4c stream={:#x} kind={:#x} address={:#x} write={:#x}"
)
TRANSLATION, NO_ENTRY = 0x10, 0x04  # F_TRANSLATION, C_BAD_STE (Arm IHI 0070, 7.3)
KNOWN, STRAY, NOBODY = 0x10, 0x18, 0xFFFF_FFFF


def booted(handset: Path, hypervisor: Path) -> dict[str, list[str]]:
    """Boot to the firmware's end; the lines of each speaker."""
    manifest = bundle.open(handset / "smmu.itb").manifest
    virtual = manifest and manifest.virtual
    assert virtual
    machine = run.Machine(
        machine=virtual.machine,
        cpu=virtual.cpu,
        memory=virtual.memory,
        cpus=virtual.cpus,
        qemu=virtual.qemu,
    )
    devices = [f"edu,addr={slot},{EVERYWHERE}" for slot in DEVICES]
    boot = ["-kernel", str(hypervisor), "-initrd", str(handset / "pack")]
    more = [word for device in devices for word in ("-device", device)]
    qemu = Qemu([choose(machine), *machine_arguments(machine, shift=0), *boot, *more])
    try:
        qemu.resume()
        return heard(qemu)
    finally:
        qemu.close()


def heard(qemu: Qemu) -> dict[str, list[str]]:
    """What is said until the machine is off, or the hypervisor has stopped, or nobody speaks."""
    demux, lines = Demux(), dict[str, list[str]]()
    while data := qemu.read(SILENCE):
        for line in demux.feed(data):
            lines.setdefault(line.partition, []).append(line.text)
        if re.match("panic|stop", lines.get("mvp", [""])[-1]):
            break
    return lines


@pytest.fixture(scope="module")
def lines(handset: Path) -> dict[str, list[str]]:
    """What the sound hypervisor's boot has said."""
    return booted(handset, handset / "hypervisor")


def test_a_device_reaches_its_partitions_memory(lines: dict[str, list[str]]) -> None:
    """Before and after it has been refused elsewhere."""
    said = [text for text in lines["realtime"] if "own memory" in text]
    assert said == ["dma: own memory: moved"] * 2 + ["stray: own memory: not moved"]
    assert lines["realtime"][-1] == "final: all transfers are over"


def test_a_device_reaches_nobody_elses_memory(lines: dict[str, list[str]]) -> None:
    """What it stores does not arrive, what it fetches is nothing; the persona sees no change."""
    fetched = [text for text in lines["realtime"] if "fetch" in text]
    assert fetched == [
        f"dma: fetch from the persona {VICTIM:x}: 0",
        f"dma: fetch from the hypervisor {HYPERVISOR:x}: 0",
    ]
    assert len(lines["victim"]) >= 30, "it looks ten times a second"
    assert set(lines["victim"]) == {"whole"}


def test_each_refusal_is_told(lines: dict[str, list[str]]) -> None:
    """Whose device it was, where it wanted to go, and whether to write; nobody's stream, too."""
    told = [text for text in lines["mvp"] if text.startswith("dma ")]
    elsewhere = [
        REFUSED.format(0, KNOWN, TRANSLATION, address, write)
        for address in (VICTIM, HYPERVISOR)
        for write in (1, 0)
    ]
    assert told == [*elsewhere, *[REFUSED.format(NOBODY, STRAY, NO_ENTRY, 0, 0)] * 2]


def test_the_refusals_are_explained(
    handset: Path, lines: dict[str, list[str]], shared: Path
) -> None:
    """By `mvpsdk decode`, with the names that the bundle has."""
    log = handset / "log"
    log.write_text("".join(f"[mvp] {text}\n" for text in lines["mvp"]))
    words = ("decode", str(log), "--bundle", "smmu.itb", "--format", "json")
    told = json.dumps(json.loads(mvpsdk(handset, *words, cache=shared / "cache")))
    assert 'partition 0, \\"realtime\\"' in told
    assert f"{VICTIM:#x}" in told


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_seen(
    name: str,
    handset: Path,
    sound: Callable[[int], Path],
    tmp_path: Path,
    record_property: faults.Record,
) -> None:
    """By the speaker who is there for it."""
    fault = FAULTS[name]
    told = booted(handset, faulty.faulty(fault, sound(3), tmp_path, 3))
    seen = [
        speaker
        for speaker in fault.tests
        if any(re.match(fault.seen, text) for text in told.get(speaker, []))
    ]
    faults.report(fault, ", ".join(seen), record_property)
    assert seen == list(fault.tests), told
