# SPDX-License-Identifier: Apache-2.0
"""The personal OS on a plain machine: it owes nothing to the SDK."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import TYPE_CHECKING

import pytest

from workshop import EXAMPLE, HARNESS, Ended, boot, personal_os

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.target

SUMMARY = "personal: 3 tasks, 50 ticks each, 0 late"


@cache
def demo(kernel: Path, gic: int) -> Ended:
    """The self-demonstration, in virtual time."""
    return run(kernel, gic)


def run(kernel: Path, gic: int) -> Ended:
    """The same, run afresh."""
    system = ("-kernel", str(kernel), "-append", "demo")
    return boot(*machine(gic), *system, deterministic=True)


def machine(gic: int, options: str = "", size: str = "64M") -> tuple[str, ...]:
    """QEMU's machine with that GIC.

    Its second CPU stays off: on GICv2 a lone CPU gets every interrupt, wherever it is routed.
    """
    return ("-M", f"virt,gic-version={gic}{options}", "-m", size, "-smp", "2")


def test_the_demonstration_ticks_on_time_and_powers_off(kernel: Path, gic: int) -> None:
    """Its tasks run at their rates, its memory is all there, and it ends by itself."""
    ended = demo(kernel, gic)
    lines = ended.console.splitlines()
    assert ended.status == 0
    assert lines[0] == "Personal OS 1.0: 64 MiB at 0x40000000, timer 62500 kHz"
    assert "clock   50 ticks, one each  10 ms, 0 late; 500 ms since start" in lines
    assert "primes  50 ticks, one each  20 ms, 0 late; 229 is prime" in lines
    assert "memory  code is read-only, address 0 is nobody's" in lines
    assert lines[-1] == SUMMARY


def test_the_same_run_twice_is_the_same(kernel: Path, gic: int) -> None:
    """In virtual time nothing depends on the host."""
    assert run(kernel, gic) == demo(kernel, gic)


def test_clangs_build_boots_at_another_size_and_place(gic: int, tmp_path: Path) -> None:
    """Addresses and sizes come from the device tree alone: here with an initrd and more RAM."""
    kernel = personal_os("clang", tmp_path)
    system = ("-kernel", str(kernel), "-initrd", str(kernel), "-append", "quiet demo x")
    ended = boot(*machine(gic, ",its=off", "1200M"), *system, deterministic=True)
    assert ended.console.startswith("Personal OS 1.0: 1200 MiB at 0x40000000")
    assert ended.console.splitlines()[-1] == SUMMARY


def test_each_key_of_the_menu_is_answered(kernel: Path, gic: int) -> None:
    """Received by interrupt: tasks, uptime, memory, help, power off."""
    ended = boot(*machine(gic), "-kernel", str(kernel), prompt=b"> ", keys=b"tum?o")
    assert ended.status == 0
    for answer in ("0  clock", "every  60 ms", "up 0.", "RAM    64 MiB", "power off"):
        assert answer in ended.console


def test_it_is_the_same_from_any_folder(compiler: str, tmp_path: Path) -> None:
    """Two folders, the same bytes: the image, and the ELF with its debug information."""
    copy = shutil.copytree(EXAMPLE / "personal-os", tmp_path / "some" / "where")
    here = personal_os(compiler, tmp_path / "here")
    there = personal_os(compiler, tmp_path / "there", copy)
    assert here.read_bytes() == there.read_bytes()
    assert here.with_suffix(".elf").read_bytes() == there.with_suffix(".elf").read_bytes()


def test_damaged_device_trees_are_read_without_a_stray_access(tmp_path: Path) -> None:
    """Its reader, on the host under ASan and UBSan, walks 5 000 spoiled trees of QEMU's."""
    tree, program = tmp_path / "virt.dtb", tmp_path / "harness"
    machine = f"virt,gic-version=3,dumpdtb={tree}"
    dump = (
        "qemu-system-aarch64",
        "-M",
        machine,
        "-cpu",
        "cortex-a53",
        "-nic",
        "none",
        "-nographic",
    )
    subprocess.run(dump, check=True, capture_output=True)
    sources = [HARNESS / "fdt_harness.c", EXAMPLE / "personal-os" / "fdt.c"]
    flags = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
    include = f"-I{EXAMPLE / 'personal-os'}"
    subprocess.run(["gcc", *flags, include, *map(str, sources), "-o", str(program)], check=True)
    walked = subprocess.run([program, tree, "5000"], check=True, capture_output=True, text=True)
    opened, nodes = map(int, walked.stdout.split())
    assert opened > 2500
    assert nodes > 10 * opened
