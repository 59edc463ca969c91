# SPDX-License-Identifier: Apache-2.0
"""Edges that keep a guest to what is its own, each a byte away from what is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

import handset
import packs
from handset import Handset
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib
from test_fdt import Writer

CONSOLE_WRITE, INVALID = 0xC6008001, 0xFFFFFFFFFFFFFFFE
UART, PAGE = 0x09000000, 0x1000
LOAD = 0x24 << 26 | 1 << 25 | 1 << 24 | 2 << 22 | 1 << 16 | 0x6
"""A data abort of a load of 4 bytes into x1."""


@pytest.fixture
def machine() -> Handset:
    """The persona "work" is on the CPU; the firmware is loaded and waits."""
    whole = Handset()
    whole.start(0, 1)
    whole.wait(0)
    whole.console()
    return whole


@pytest.mark.parametrize(
    ("ipa", "size", "answer"),
    [
        (handset.ENTRY + handset.RAM_SIZE - 8, 8, 8),
        (handset.ENTRY + handset.RAM_SIZE - 8, 9, INVALID),
        (handset.ENTRY + handset.RAM_SIZE, 1, INVALID),
        (handset.REALTIME_RAM, 1, INVALID),
    ],
)
def test_a_guest_prints_no_byte_that_is_not_its_own(
    machine: Handset, ipa: int, size: int, answer: int
) -> None:
    """Up to the end of its memory; behind it, and where another partition's is, is nothing."""
    for register, value in enumerate((CONSOLE_WRITE, ipa, size)):
        machine.vcpu(1).x[register] = value
    lib.trap_hvc(machine.vcpu(1))
    assert machine.vcpu(1).x[0] == answer


def test_behind_a_devices_page_is_nothing(machine: Handset) -> None:
    """The UART's last register is served, the byte behind its page is not."""
    for address, injections in ((UART + PAGE - 4, 0), (UART + PAGE, 1)):
        lib.host_sync(machine.vcpu(1), LOAD, address, address >> 12 << 4)
        assert machine.host.injections == injections


def test_who_is_woken_and_more_urgent_comes_at_once(machine: Handset) -> None:
    """The firmware's interrupt ends its wait: the exit itself decides who runs."""
    machine.enable(0, handset.DEVICE_IRQ)
    machine.cpu.resched = 0
    lib.host_raise(handset.DEVICE_IRQ)
    lib.machine_interrupt(machine.cpu, lib.arch_irq_acknowledge())
    assert lib.sched_exit(machine.vcpu(1)) == machine.vcpu(0)


@pytest.mark.parametrize("offset", [0, packs.MIB, 2 * packs.MIB - PAGE])
def test_no_page_of_the_hypervisors_window_is_given_away(offset: int) -> None:
    """Its first, one in the middle, its last."""
    good = packs.good_pack()
    page = packs.ram(0, 0x50000000, good.boards[0].window + offset, PAGE)
    bad = replace(good, regions=(*good.regions, page))
    assert packs.judged(core.pack_write(bad)).reason is core.Reason.MEM_HYPERVISOR


def test_a_property_that_reaches_past_the_structure_is_damage() -> None:
    """By one byte: into the strings behind it."""
    data = Writer().begin().prop("name", b"").token(3, 13, 0, 1, 2, 3).tree()
    held = ffi.new("uint64_t[]", len(data) // 8 + 2)
    ffi.memmove(held, data, len(data))
    tree, token = ffi.new("struct fdt *"), ffi.new("struct fdt_token *")
    assert lib.fdt_open(tree, held, len(data))
    kinds = []
    token.next = tree.structure
    for _ in range(3):
        lib.fdt_token(tree, token.next, token)
        kinds.append(token.kind)
    assert kinds == [lib.FDT_NODE, lib.FDT_PROPERTY, lib.FDT_DAMAGED]
