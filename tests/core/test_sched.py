# SPDX-License-Identifier: Apache-2.0
"""Who runs when: priorities, waiting, time slices, deadlines of those who are off the CPU."""

import pytest

import handset
from handset import NEVER, Handset
from mvpsdk.core._library import ffi, lib


@pytest.fixture
def both() -> Handset:
    """Firmware and a persona are loaded; the firmware is on the CPU."""
    machine = Handset()
    machine.start(0, 1)
    return machine


def test_the_most_urgent_partition_runs_first(both: Handset) -> None:
    """Firmware and persona are both ready: the firmware has the CPU."""
    assert both.cpu.current == both.vcpu(0)


def test_a_waiting_vcpu_leaves_the_cpu_to_the_next(both: Handset) -> None:
    """When the firmware waits, the persona is placed in memory and then runs."""
    assert both.wait(0) == 1
    assert both.partition(1).state == lib.MVP_PARTITION_RUNNING


def test_wfi_traps_only_while_another_wants_the_cpu(both: Handset) -> None:
    """With a persona to run the firmware's WFI traps; alone, the persona idles the CPU itself."""
    assert both.host.wfi_trapped == 1
    both.wait(0)
    assert both.host.wfi_trapped == 0


def test_a_pending_interrupt_makes_wfi_return_at_once(both: Handset) -> None:
    """WFI with something deliverable pending does not wait."""
    both.enable(0, 40)
    lib.vgic_pulse(both.vcpu(0), 40)
    lib.sched_wait(both.vcpu(0))
    assert both.vcpu(0).state == lib.VCPU_READY


def test_the_firmwares_timer_takes_the_cpu_from_a_persona(both: Handset) -> None:
    """A deadline of a vCPU off the CPU is kept by the hypervisor's timer."""
    both.enable(0, 27)
    both.wait(0)
    both.vcpu(0).vtimer_control = 1
    both.vcpu(0).vtimer_compare = 5000
    lib.timer_program(both.cpu)
    deadline = 5000 + both.partition(0).counter_offset
    assert both.host.deadline == deadline
    both.host.time = deadline
    lib.machine_interrupt(both.cpu, 26)
    assert lib.sched_exit(both.vcpu(1)) == both.vcpu(0)


def test_nothing_to_decide_is_decided_fast(both: Handset) -> None:
    """An exit that changed nobody's state goes back to the same vCPU."""
    assert lib.sched_exit(both.vcpu(0)) == ffi.NULL


@pytest.mark.parametrize(("control", "compare"), [(0, 1), (3, 1), (1, NEVER)])
def test_a_timer_that_is_off_masked_or_beyond_has_no_deadline(control: int, compare: int) -> None:
    """Disabled, masked, or wrapping around means never."""
    assert lib.timer_virtual_deadline(control, compare, 10) == NEVER


def test_a_timer_nobody_listens_to_wakes_nobody(both: Handset) -> None:
    """With the interrupt disabled in its GIC a vCPU's timer has no deadline."""
    both.wait(0)
    both.vcpu(0).vtimer_control = 1
    both.vcpu(0).vtimer_compare = 5000
    lib.timer_program(both.cpu)
    assert both.host.deadline == NEVER


def test_the_cpu_idles_until_an_interrupt_when_all_wait(both: Handset) -> None:
    """Both wait; the firmware's device interrupts: it runs again."""
    both.enable(0, handset.DEVICE_IRQ)
    both.wait(0)
    lib.sched_wait(both.vcpu(1))
    lib.host_raise(handset.DEVICE_IRQ)
    assert both.settle() == 0
    assert both.host.active[handset.DEVICE_IRQ] == 1


def test_an_idle_cpu_sleeps_to_the_next_deadline(both: Handset) -> None:
    """Nothing is pending: the hypervisor idles, its timer fires, the firmware runs."""
    both.enable(0, 27)
    both.wait(0)
    both.vcpu(0).vtimer_control = 1
    both.vcpu(0).vtimer_compare = 900
    lib.sched_wait(both.vcpu(1))
    assert both.settle() == 0
    assert both.host.idles == 1


def test_the_loaded_vcpu_wakes_by_its_own_timer(both: Handset) -> None:
    """A vCPU that waits while its registers are on the CPU is woken by the hardware timer."""
    both.enable(0, 27)
    both.wait(0)
    both.enable(1, 27)
    lib.sched_wait(both.vcpu(1))
    lib.host_raise(27)
    assert both.settle() is None
    assert both.vcpu(1).state == lib.VCPU_READY


@pytest.mark.parametrize(("asked", "given"), [(0, 1_000), (250, 250)])
def test_equals_share_by_time_slice(asked: int, given: int) -> None:
    """Two personas of one priority take turns of the configured, or the default, length."""
    whole = handset.pack(concurrent=True, regions=apart(), partitions=sliced(asked))
    machine = Handset(whole)
    machine.start(1, 2)
    machine.settle()
    first = int(machine.cpu.current.partition.index)
    turns = [first]
    for _ in range(3):
        assert machine.cpu.slice_end - machine.host.time == given * 62_500_000 // 1_000_000
        machine.host.time = machine.cpu.slice_end
        lib.machine_interrupt(machine.cpu, 26)
        came = machine.settle()
        assert came is not None
        turns.append(came)
    assert turns == [first, 3 - first, first, 3 - first]


def equals(*indices: int) -> Handset:
    """A machine whose two personas have one priority; these partitions are loaded."""
    machine = Handset(handset.pack(concurrent=True, regions=apart()))
    machine.start(*indices)
    machine.settle()
    return machine


def test_preemption_costs_no_equal_its_turn() -> None:
    """Firmware that comes more often than a slice is long does not pin one persona to the CPU."""
    machine = equals(0, 1, 2)
    machine.enable(0, handset.DEVICE_IRQ)
    turns = [machine.wait(0)]
    for _ in range(25):
        machine.host.time += 6_250  # a tenth of the slice
        if machine.cpu.slice_end <= machine.host.time:
            lib.machine_interrupt(machine.cpu, 26)
            machine.settle()
        lib.vgic_hardware(machine.vcpu(0), handset.DEVICE_IRQ)
        lib.vcpu_wake(machine.vcpu(0))
        assert machine.settle() == 0
        assert lib.host_guest_acknowledge() == handset.DEVICE_IRQ
        assert lib.host_guest_end(handset.DEVICE_IRQ)
        turns.append(machine.wait(0))
    first = turns[0]
    assert first is not None
    other = {1: 2, 2: 1}[first]
    assert turns == [first] * 10 + [other] * 10 + [first] * 6


WFE = 0x01 << 26 | 1 << 25 | 1
"""ESR_EL2 of a trapped WFE."""


def test_a_vcpu_that_waits_for_another_lets_an_equal_have_its_turn() -> None:
    """WFE, as in a spin lock: what is left of its slice it has when it comes back."""
    machine = equals(1, 2)
    first = int(machine.cpu.current.partition.index)
    machine.host.time += 10_000
    chosen = lib.trap_sync(machine.vcpu(first), WFE, 0, 0)
    assert chosen == machine.vcpu(3 - first)
    assert machine.vcpu(first).state == lib.VCPU_READY
    assert machine.vcpu(first).slice_left == 62_500 - 10_000


def test_a_vcpu_that_waits_alone_goes_on() -> None:
    """No equal wants the CPU: WFE does nothing, and whoever is less urgent has no turn."""
    machine = Handset()
    machine.start(0, 1)
    assert lib.trap_sync(machine.vcpu(0), WFE, 0, 0) == ffi.NULL
    assert machine.cpu.current == machine.vcpu(0)


def test_loading_takes_turns_with_equals() -> None:
    """While one persona is placed again, another of its priority runs each other slice."""
    machine = equals(1, 2)
    again = int(machine.cpu.current.partition.index)
    lib.partition_stop(machine.partition(again))
    lib.partition_start(machine.partition(again))
    machine.host.time = machine.cpu.slice_end
    lib.host_raise(26)
    assert machine.settle() == 3 - again
    assert machine.partition(again).state == lib.MVP_PARTITION_LOADING
    assert machine.host.deadline > machine.host.time


def test_a_slice_ends_with_those_who_shared_it() -> None:
    """Two equals stop in the midst of a slice: the idle CPU is not woken for its end."""
    machine = equals(0, 1, 2)
    machine.enable(0, 27)
    machine.vcpu(0).vtimer_control = 1
    machine.wait(0)
    machine.vcpu(0).vtimer_control = 1
    machine.vcpu(0).vtimer_compare = 10**9
    for index in (1, 2):
        lib.partition_stop(machine.partition(index))
    assert machine.settle() == 0
    assert machine.host.idles == 1


def sliced(slice_us: int) -> tuple[object, ...]:
    """All partitions with this time slice."""
    from dataclasses import replace

    return tuple(replace(row, slice_us=slice_us) for row in handset.pack().partitions)


def apart() -> tuple[object, ...]:
    """The regions with the second persona's RAM in a range of its own."""
    from dataclasses import replace

    rows = list(handset.pack().regions)
    rows[8] = replace(rows[8], pa=handset.PERSONA_RAM + handset.RAM_SIZE)
    return tuple(rows)


def test_a_physical_timer_is_kept_for_everyone(both: Handset) -> None:
    """The emulated physical timer's deadline is in the hypervisor's timer, on the CPU or off it."""
    both.vcpu(0).ptimer.control = 1
    both.vcpu(0).ptimer.compare = 700
    lib.timer_program(both.cpu)
    assert both.host.deadline == 700
