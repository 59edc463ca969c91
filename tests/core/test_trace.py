# SPDX-License-Identifier: Apache-2.0
"""The ring of what happened last, and the tail of it that a panic prints."""

from collections.abc import Iterator
from typing import Any

import pytest

from handset import Handset
from mvpsdk.core._library import ffi, lib


@pytest.fixture
def machine() -> Iterator[Handset]:
    """A machine at rest, whose trace is empty."""
    handset = Handset()
    lib.trace.count = 0
    yield handset
    lib.trace.count = 0


def vcpu(row: int) -> Any:
    """A vCPU by its row."""
    return ffi.addressof(lib.machine.vcpus, row)


def entry(n: int) -> tuple[int, int, int, int]:
    """What stands in an entry: time, event, vCPU, value."""
    found = lib.trace.entries[n]
    return found.time, found.event, found.vcpu, found.value


def test_an_event_has_time_kind_vcpu_and_value(machine: Handset) -> None:
    """As they were when it happened; nobody is nobody."""
    lib.host.time = 1234
    lib.trace_add(lib.TRACE_IRQ, vcpu(2), 77)
    lib.trace_add(lib.TRACE_SWITCH, ffi.NULL, lib.trace_vcpu(vcpu(1)))
    assert entry(0) == (1234, lib.TRACE_IRQ, 2, 77)
    assert entry(1) == (1234, lib.TRACE_SWITCH, lib.TRACE_NOBODY, 1)
    assert lib.trace.count == 2
    assert machine.console() == ""


def test_the_oldest_makes_room(machine: Handset) -> None:
    """The ring has a fixed size, and its count goes on."""
    for value in range(lib.TRACE_ENTRIES + 3):
        lib.trace_add(lib.TRACE_HVC, vcpu(0), value)
    assert lib.trace.count == lib.TRACE_ENTRIES + 3
    assert [entry(n)[3] for n in (0, 2, 3, lib.TRACE_ENTRIES - 1)] == [128, 130, 3, 127]
    assert machine.console() == ""


def test_the_tail_is_printed_oldest_first(machine: Handset) -> None:
    """Sixteen entries, also where the ring has wrapped between them."""
    for value in range(lib.TRACE_ENTRIES + 8):
        lib.host.time = 1000 + value
        lib.trace_add(value % lib.TRACE_EVENTS, vcpu(1), value)
    lib.trace_tail()
    head, *lines = machine.console().splitlines()
    names = ("hvc", "sync", "irq", "switch", "inject", "fault")
    assert head == f"[mvp] trace tail of=0x88 frequency={lib.host.frequency:#x}"
    assert lines == [
        f"[mvp] trace {names[value % 6]} at={1000 + value:#x} vcpu=0x1 value={value:#x}"
        for value in range(120, 136)
    ]


def test_a_short_trace_has_a_short_tail(machine: Handset) -> None:
    """What never happened is not printed."""
    lib.trace_add(lib.TRACE_FAULT, vcpu(0), 0x96000010)
    lib.trace_tail()
    assert machine.console().splitlines()[1:] == [
        f"[mvp] trace fault at={lib.host.time:#x} vcpu=0x0 value=0x96000010"
    ]


def test_the_core_traces_what_it_does(machine: Handset) -> None:
    """A hypercall, a system register's trap, an interrupt, what was injected."""
    guest = machine.vcpu(1)
    guest.x[0] = 0x84000000
    lib.trap_hvc(guest)
    lib.machine_interrupt(ffi.addressof(lib.machine.cpus, 0), lib.machine.board.hypervisor_irq)
    lib.vgic_hardware(guest, 27)
    lib.vgic_pulse(guest, 40)
    lib.vgic_line(guest, 41, True)
    found = [entry(n)[1:] for n in range(lib.trace.count)]
    row = lib.trace_vcpu(guest)
    assert found[0] == (lib.TRACE_HVC, row, 0x84000000)
    assert (lib.TRACE_IRQ, lib.machine.board.hypervisor_irq) in {(e, v) for e, _, v in found}
    injected = [(who, value) for event, who, value in found if event == lib.TRACE_INJECT]
    assert injected == [(row, 27), (row, 40), (row, 41)]
