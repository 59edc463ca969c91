# SPDX-License-Identifier: Apache-2.0
"""Life of a partition: placed, checked, run, stopped, crashed, started again."""

import pytest

import handset
from handset import ENTRY, IMAGES, PERSONA_RAM, RAM_SIZE, Handset
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib


def test_images_are_placed_where_the_pack_says() -> None:
    """After loading the kernel stands at its address and the rest of the RAM is zero."""
    machine = Handset()
    machine.write(PERSONA_RAM, b"\xff" * RAM_SIZE)
    machine.start(1)
    kernel = IMAGES["work/kernel"]
    assert machine.read(PERSONA_RAM, RAM_SIZE) == kernel + bytes(RAM_SIZE - len(kernel))


def test_a_partition_starts_at_its_entry_with_its_tables_fresh() -> None:
    """Its vCPU goes to the entry, and what the TLBs knew of its VM is forgotten."""
    machine = Handset()
    machine.start(1)
    assert machine.vcpu(1).entry == ENTRY
    assert machine.host.flushed_vmid == 2
    assert "[mvp] partition runs index=0x1\r\n" in machine.console()


def test_a_damaged_image_never_runs() -> None:
    """A wrong digest crashes the partition, even one that always restarts."""
    machine = Handset(handset.with_partition(1, restart=core.Restart.ALWAYS))
    machine.write(handset.HOME + machine.pack.images[1].offset, b"?")
    lib.partition_start(machine.partition(0))
    lib.partition_start(machine.partition(1))
    machine.settle()
    machine.enable(0, handset.DEVICE_IRQ)
    lib.sched_wait(machine.vcpu(0))
    lib.host_raise(handset.DEVICE_IRQ)
    for _ in range(1000):
        lib.loader_step(machine.partition(1))
        if machine.partition(1).state == lib.MVP_PARTITION_CRASHED:
            break
    assert machine.partition(1).state == lib.MVP_PARTITION_CRASHED
    assert machine.vcpu(1).state == lib.VCPU_OFF
    assert "partition crashed index=0x1 reason=0x40" in machine.console()


def test_an_interrupt_breaks_into_loading_after_one_step() -> None:
    """The firmware's interrupt is not delayed by a persona's image."""
    machine = Handset()
    machine.start(0)
    machine.enable(0, handset.DEVICE_IRQ)
    lib.partition_start(machine.partition(1))
    lib.sched_wait(machine.vcpu(0))
    lib.host_raise(handset.DEVICE_IRQ)
    assert machine.settle() is None
    assert machine.partition(1).state == lib.MVP_PARTITION_LOADING
    assert machine.vcpu(0).state == lib.VCPU_READY


def test_an_interrupt_of_a_partition_that_is_off_can_come_again() -> None:
    """A device that speaks up before its partition has started is heard after the start."""
    machine = Handset()
    lib.host_raise(handset.DEVICE_IRQ)
    lib.machine_interrupt(machine.cpu, lib.arch_irq_acknowledge())
    assert machine.host.active[handset.DEVICE_IRQ] == 1
    lib.partition_start(machine.partition(0))
    assert not lib.loader_step(machine.partition(0))
    assert machine.host.active[handset.DEVICE_IRQ] == 0


@pytest.mark.parametrize(
    ("policy", "how", "again"),
    [
        (core.Restart.NEVER, lib.MVP_PARTITION_CRASHED, False),
        (core.Restart.ON_CRASH, lib.MVP_PARTITION_CRASHED, True),
        (core.Restart.ON_CRASH, lib.MVP_PARTITION_STOPPED, False),
        (core.Restart.ALWAYS, lib.MVP_PARTITION_STOPPED, True),
    ],
)
def test_restart_follows_the_policy(policy: core.Restart, how: int, again: bool) -> None:
    """A partition that stops or crashes loads again if its policy says so."""
    machine = Handset(handset.with_partition(1, restart=policy))
    machine.start(1)
    if how == lib.MVP_PARTITION_CRASHED:
        lib.partition_crash(machine.partition(1), lib.MVP_RUN_SERROR, 0, 0)
    else:
        lib.partition_stop(machine.partition(1))
    expected = lib.MVP_PARTITION_LOADING if again else how
    assert machine.partition(1).state == expected


def test_a_stopped_partition_leaves_nothing_on_the_cpu() -> None:
    """Its timer is off, its list registers are empty, and its wait is no wait."""
    machine = Handset()
    machine.start(1)
    machine.enable(1, 27)
    machine.host.active[27] = 1
    lib.vgic_hardware(machine.vcpu(1), 27)
    lib.partition_stop(machine.partition(1))
    assert machine.host.vtimer_offs == 1
    assert [machine.host.lr[n] for n in range(4)] == [0, 0, 0, 0]
    assert machine.vcpu(1).state == lib.VCPU_OFF


def test_a_timer_that_fires_for_a_stopped_vcpu_is_ended() -> None:
    """Nobody would end it otherwise, and the next guest's timer could not fire."""
    machine = Handset()
    machine.start(1)
    lib.partition_stop(machine.partition(1))
    before = machine.host.deactivated[27]
    lib.machine_interrupt(machine.cpu, 27)
    assert machine.host.deactivated[27] == before + 1


def test_spurious_and_unknown_interrupts_change_nothing() -> None:
    """1023 is nobody's; an interrupt without an owner is ended and forgotten."""
    machine = Handset()
    machine.start(1)
    lib.machine_interrupt(machine.cpu, 1023)
    lib.machine_interrupt(machine.cpu, 99)
    assert machine.host.deactivated[99] == 1
    assert lib.sched_exit(machine.vcpu(1)) == ffi.NULL


def test_the_maintenance_interrupt_reaches_the_loaded_vgic() -> None:
    """It is ended by the hypervisor."""
    machine = Handset()
    machine.start(1)
    lib.machine_interrupt(machine.cpu, 25)
    assert machine.host.deactivated[25] == 1


def test_tables_that_do_not_fit_are_reported() -> None:
    """With too few pages for stage-2 the machine is not built."""
    assert not Handset(pool_pages=3).built


def test_guest_memory_is_read_by_its_own_addresses() -> None:
    """Reading follows the partition's RAM, and nothing else."""
    machine = Handset()
    machine.start(1)
    out = ffi.new("uint8_t[]", 8)
    assert lib.guest_read(machine.vcpu(1), ENTRY, out, 8)
    assert bytes(out) == IMAGES["work/kernel"][:8]
    assert not lib.guest_read(machine.vcpu(1), 0x09000000, out, 8)
    assert not lib.guest_read(machine.vcpu(1), ENTRY + RAM_SIZE - 4, out, 8)


def test_a_device_is_let_go_with_its_partition_and_not_with_a_vcpu() -> None:
    """The physical interrupt stays active while another vCPU may still serve it."""
    machine = Handset()
    machine.start(0)
    machine.host.active[handset.DEVICE_IRQ] = 1
    lib.machine_interrupt(machine.cpu, handset.DEVICE_IRQ)
    lib.vcpu_stop(machine.vcpu(0))
    assert machine.host.active[handset.DEVICE_IRQ] == 1
    lib.partition_stop(machine.partition(0))
    assert machine.host.active[handset.DEVICE_IRQ] == 0
