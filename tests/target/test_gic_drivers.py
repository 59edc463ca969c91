# SPDX-License-Identifier: Apache-2.0
"""A hypervisor drives one version of the GIC; where it meets another, it stops and says so."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from threading import Timer
from typing import TYPE_CHECKING

import pytest

import packs
import packs2
from mvpsdk.build import image
from mvpsdk.core import facade as core
from mvpsdk.store import Cache

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

PATIENCE = 30.0  # seconds; a boot takes a fraction of one
QEMU = (
    *(
        "qemu-system-aarch64",
        "-cpu",
        "cortex-a53",
        "-m",
        "1G",
        "-smp",
        "2",
        "-nic",
        "none",
        "-nodefaults",
    ),
    *("-display", "none", "-monitor", "none", "-serial", "stdio"),
)
LINE = re.compile(
    rb"\[mvp\] (?:stop reason=0x(?P<reason>\w+) .*value=0x(?P<value>\w+) bound=0x(?P<bound>\w+)"
    rb"|hypervisor window=)"
)
PACKS = {2: packs2.good_pack(), 3: packs.good_pack()}


def first_word(
    built: int, packed: int | core.Pack, there: int, folder: Path
) -> tuple[int, ...] | None:
    """Boot a hypervisor, a pack and a machine of these versions of the GIC, with two CPUs.

    Returns reason, value and bound of its refusal; none if it goes on.
    """
    kernel, initrd = folder / "hypervisor", folder / "pack"
    kernel.write_bytes(image("pl011", gic=built, cache=Cache.default()).binary)
    metadata = core.pack_write(PACKS[packed] if isinstance(packed, int) else packed)
    initrd.write_bytes(metadata.ljust(core.pack_read(metadata).total_size, b"\0"))
    machine = f"virt,virtualization=on,gic-version={there}"
    command = [*QEMU, "-M", machine, "-kernel", str(kernel), "-initrd", str(initrd)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as qemu:
        guard = Timer(PATIENCE, qemu.kill)
        guard.start()
        assert qemu.stdout
        found = next(filter(None, map(LINE.search, qemu.stdout)), None)
        guard.cancel()
        qemu.kill()
    assert found, "it said nothing"
    return tuple(int(each, 16) for each in found.groups()) if found["reason"] else None


@pytest.mark.parametrize("version", [2, 3])
def test_the_right_driver_goes_on(version: int, tmp_path: Path) -> None:
    """Hypervisor, pack and machine agree."""
    assert first_word(version, version, version, tmp_path) is None


@pytest.mark.parametrize(("built", "other"), [(2, 3), (3, 2)])
def test_a_pack_for_the_other_gic_is_refused_by_both_numbers(
    built: int, other: int, tmp_path: Path
) -> None:
    """The board's version and the driver's, whatever the machine has."""
    assert first_word(built, other, other, tmp_path) == (core.Reason.RUN_NO_GIC, other, built)


@pytest.mark.parametrize(("built", "other"), [(2, 3), (3, 2)])
def test_a_machine_without_the_gic_is_refused(built: int, other: int, tmp_path: Path) -> None:
    """The pack says it is there; the CPU's or the distributor's own word counts."""
    assert first_word(built, built, other, tmp_path) == (core.Reason.RUN_NO_GIC, 0, built)


def test_a_gicv4_is_driven_as_a_gicv3(tmp_path: Path) -> None:
    """Its redistributors have two more frames each, which nobody needs."""
    assert first_word(3, 3, 4, tmp_path) is None


def test_another_cpus_redistributor_is_refused(tmp_path: Path) -> None:
    """A board's file that leaves out the first one: nothing would ever be delivered."""
    good = PACKS[3]
    (board,) = good.boards
    second = replace(board, gicr_base=board.gicr_base + 0x20000, gicr_size=0x20000)
    refusal = (core.Reason.RUN_NO_GIC, 0, 3)
    assert first_word(3, replace(good, boards=(second,)), 3, tmp_path) == refusal
