# SPDX-License-Identifier: Apache-2.0
"""The real-time clock's alarm: the hypervisor's own timer keeps it, whoever has the CPU."""

import pytest

from handset import NEVER, Handset
from mvpsdk.core._library import lib

RTC = 0x09010000
MATCH, MASK = 0x04, 0x10
WRITE_WORD = 0x24 << 26 | 1 << 25 | 1 << 24 | 2 << 22 | 1 << 6 | 6
"""ESR_EL2 of a store of w0."""


@pytest.fixture
def persona() -> Handset:
    """A persona runs, its clock's interrupt enabled; ten seconds are over."""
    machine = Handset()
    machine.start(0, 1)
    machine.wait(0)
    machine.enable(1, 34)
    machine.host.time = 10 * machine.host.frequency
    return machine


def store(machine: Handset, offset: int, value: int) -> None:
    """The persona writes a register of its clock."""
    machine.vcpu(1).x[0] = value
    assert lib.trap_data(machine.vcpu(1), WRITE_WORD, offset, RTC >> 8) == lib.TRAP_SERVED


def expire(machine: Handset) -> None:
    """Time goes on to the hypervisor's deadline."""
    machine.host.time = machine.host.deadline
    lib.timer_expired(machine.cpu)


def test_an_alarm_sets_the_hypervisors_timer(persona: Handset) -> None:
    """To the counter value at which its second begins."""
    store(persona, MATCH, 25)
    assert persona.host.deadline == 25 * persona.host.frequency


def test_an_alarm_interrupts_the_persona_that_set_it(persona: Handset) -> None:
    """Also one that waits for it."""
    store(persona, MASK, 1)
    store(persona, MATCH, 25)
    lib.sched_wait(persona.vcpu(1))
    lib.vgic_save(persona.vcpu(1))
    expire(persona)
    assert persona.vcpu(1).state == lib.VCPU_READY
    lib.vgic_load(persona.vcpu(1))
    assert lib.host_guest_acknowledge() == 34
    lib.timer_program(persona.cpu)
    assert persona.host.deadline == NEVER


def test_an_alarm_is_of_the_time_of_day(persona: Handset) -> None:
    """What the firmware told counts."""
    lib.machine.time_of_day = 1000
    store(persona, MATCH, 1012)
    assert persona.host.deadline == 12 * persona.host.frequency
