# SPDX-License-Identifier: Apache-2.0
"""Exits from a guest: calls, devices, system registers, and what nobody gave it."""

from collections.abc import Callable

import pytest

import handset
from handset import Handset
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib

UART, RTC, GICD, GICR = 0x09000000, 0x09010000, 0x08000000, 0x080A0000
IL, ISV, SSE, SF, WNR, S1PTW = 1 << 25, 1 << 24, 1 << 21, 1 << 15, 1 << 6, 1 << 7
WFX, FP, SMC, SYSREG, SVE, FETCH, DATA = 0x01, 0x07, 0x17, 0x18, 0x19, 0x20, 0x24
EL1H, EL0 = 0x5, 0x0
TRANSLATION, PERMISSION = 0x06, 0x0E
"""Fault status of a data abort, at level 2."""


@pytest.fixture
def machine() -> Handset:
    """The persona "work" is on the CPU, at EL1; the firmware is loaded and waits."""
    whole = Handset()
    whole.start(0, 1)
    whole.wait(0)
    whole.vcpu(1).pstate = EL1H
    whole.vcpu(1).pc = 0x1000
    whole.console()
    return whole


def trap(machine: Handset, kind: int, detail: int = 0, address: int = 0) -> object:
    """A synchronous exception of the persona."""
    hpfar = address >> 12 << 4
    return lib.host_sync(machine.vcpu(1), kind << 26 | IL | detail, address, hpfar)


def abort(size: int = 2, reg: int = 1, flags: int = 0) -> int:
    """Syndrome of a device access of 1 << size bytes by a register."""
    return ISV | size << 22 | reg << 16 | flags | TRANSLATION


def sysreg(op0: int, op1: int, crn: int, crm: int, op2: int, *, reg: int = 1, read: bool) -> int:
    """Syndrome of a trapped MSR or MRS."""
    name = op0 << 20 | op2 << 17 | op1 << 14 | crn << 10 | crm << 1
    return name | reg << 5 | int(read)


def test_a_call_by_hvc_returns_to_the_caller(machine: Handset) -> None:
    """PSCI_VERSION is answered; nobody is switched."""
    machine.vcpu(1).x[0] = 0x84000000
    assert lib.trap_hvc(machine.vcpu(1)) == ffi.NULL
    assert machine.vcpu(1).x[0] == 0x10001


def test_a_call_by_smc_skips_the_instruction(machine: Handset) -> None:
    """SMC is trapped before it is executed, unlike HVC."""
    machine.vcpu(1).x[0] = 0x84000000
    trap(machine, SMC)
    assert machine.vcpu(1).pc == 0x1004


@pytest.mark.parametrize(
    ("call", "state"),
    [(0x84000008, lib.MVP_PARTITION_STOPPED), (0x84000009, lib.MVP_PARTITION_RUNNING)],
)
def test_a_persona_powers_itself_off_or_starts_anew(
    machine: Handset, call: int, state: int
) -> None:
    """SYSTEM_OFF stops it, SYSTEM_RESET loads its pristine images again; the board stays on."""
    machine.enable(0, handset.DEVICE_IRQ)
    lib.host_raise(handset.DEVICE_IRQ)
    machine.vcpu(1).x[0] = call
    came = lib.trap_hvc(machine.vcpu(1))
    assert came == machine.vcpu(0)
    lib.sched_wait(machine.vcpu(0))
    if state == lib.MVP_PARTITION_RUNNING:
        machine.enable(0, handset.DEVICE_IRQ + 0)
        while machine.partition(1).state == lib.MVP_PARTITION_LOADING:
            lib.loader_step(machine.partition(1))
    assert machine.partition(1).state == state
    assert machine.host.power == 0


@pytest.mark.parametrize(("call", "power"), [(0x84000008, 1), (0x84000009, 2)])
def test_the_firmware_powers_the_board(machine: Handset, call: int, power: int) -> None:
    """The realtime partition's SYSTEM_OFF and SYSTEM_RESET are the board's."""
    machine.vcpu(0).x[0] = call
    lib.trap_hvc(machine.vcpu(0))
    assert machine.host.power == power


def test_cpu_suspend_waits_as_wfi_does(machine: Handset) -> None:
    """It goes on after the next interrupt."""
    machine.vcpu(1).x[0] = 0xC4000001
    machine.enable(0, handset.DEVICE_IRQ)
    lib.host_raise(handset.DEVICE_IRQ)
    assert lib.trap_hvc(machine.vcpu(1)) == machine.vcpu(0)
    assert machine.vcpu(1).state == lib.VCPU_WAITING


def test_the_last_cpu_may_go_off(machine: Handset) -> None:
    """CPU_OFF: the vCPU runs no more."""
    machine.vcpu(1).x[0] = 0x84000002
    machine.enable(0, handset.DEVICE_IRQ)
    lib.host_raise(handset.DEVICE_IRQ)
    lib.trap_hvc(machine.vcpu(1))
    assert machine.vcpu(1).state == lib.VCPU_OFF


def pair() -> Handset:
    """The persona has two vCPUs, the first of which is on the CPU; the firmware is off."""
    from dataclasses import replace

    base = handset.pack()
    vcpus = (*base.vcpus[:2], core.PackVcpu(partition=1, number=1), base.vcpus[2])
    rows = [
        replace(row, size=0x40000)
        if row.kind is core.RegionKind.GICR and row.partition == 1
        else row
        for row in base.regions
    ]
    machine = Handset(handset.pack(vcpus=vcpus, regions=tuple(rows)))
    machine.start(1)
    return machine


def test_turning_on_a_cpu_goes_on_with_the_caller() -> None:
    """CPU_ON of the second vCPU makes it ready behind the caller."""
    machine = pair()
    machine.vcpu(1).x[0] = 0xC4000003
    machine.vcpu(1).x[1] = 1
    machine.vcpu(1).x[2] = handset.ENTRY
    machine.vcpu(1).x[3] = 7
    assert lib.trap_hvc(machine.vcpu(1)) == ffi.NULL
    assert machine.vcpu(1).x[0] == 0
    assert (machine.vcpu(2).state, machine.vcpu(2).entry, machine.vcpu(2).argument) == (
        lib.VCPU_READY,
        handset.ENTRY,
        7,
    )


def test_wfi_and_wfe_are_skipped(machine: Handset) -> None:
    """WFE only yields; WFI waits."""
    trap(machine, WFX, 1)
    assert (machine.vcpu(1).pc, machine.vcpu(1).state) == (0x1004, lib.VCPU_READY)
    machine.enable(0, handset.DEVICE_IRQ)
    lib.host_raise(handset.DEVICE_IRQ)
    trap(machine, WFX, 0)
    assert (machine.vcpu(1).pc, machine.vcpu(1).state) == (0x1008, lib.VCPU_WAITING)


def test_first_use_of_fp_loads_its_registers(machine: Handset) -> None:
    """The instruction is executed again afterwards."""
    trap(machine, FP)
    assert (machine.host.fp_loads, machine.vcpu(1).pc) == (1, 0x1000)


def test_a_write_to_the_uart_is_console_output(machine: Handset) -> None:
    """The register's low byte is printed; the zero register is zero."""
    machine.vcpu(1).x[1] = 0xFFFFFF41
    trap(machine, DATA, abort(flags=WNR), UART)
    trap(machine, DATA, abort(reg=31, flags=WNR, size=0), UART + 0x24)
    assert machine.console() == "[work] A"
    assert machine.vcpu(1).pc == 0x1008


@pytest.mark.parametrize(
    ("address", "expected"),
    [(UART + 0xFE0, 0x11), (RTC + 0xFE0, 0x31), (GICD + 0xFFE8, 0x3B), (GICR + 0xFFE8, 0x3B)],
)
def test_each_device_window_is_served(machine: Handset, address: int, expected: int) -> None:
    """Identification registers of UART, RTC, distributor and redistributor."""
    trap(machine, DATA, abort(), address)
    assert machine.vcpu(1).x[1] == expected


@pytest.mark.parametrize(
    ("size", "flags", "expected"),
    [(0, 0, 0x90), (0, SSE, 0xFFFFFF90), (0, SSE | SF, 0xFFFFFFFFFFFFFF90), (1, SSE, 0x90)],
)
def test_loads_extend_as_the_instruction_says(
    machine: Handset, size: int, flags: int, expected: int
) -> None:
    """Zero or sign, to 32 or 64 bits."""
    machine.vcpu(1).x[1] = 0x1111111111111111
    trap(machine, DATA, abort(size=size, flags=flags), UART + 0x18)
    assert machine.vcpu(1).x[1] == expected


def test_the_distributor_and_redistributor_are_written(machine: Handset) -> None:
    """Each at its own window, a register with its own width."""
    for address, bit in ((GICD + 0x104, 1), (GICR + 0x10100, 3)):
        machine.vcpu(1).x[1] = 0xFFFFFFFF00000000 | 1 << bit
        trap(machine, DATA, abort(flags=WNR), address)
        trap(machine, DATA, abort(reg=2), address)
        assert machine.vcpu(1).x[2] == 1 << bit


@pytest.mark.parametrize(
    ("reg", "outcome"),
    [(17, "SERVED"), (18, "RELOAD"), (29, "RELOAD"), (30, "SERVED"), (31, "SERVED")],
)
def test_a_load_says_whether_the_vectors_must_fetch_its_register(
    machine: Handset, reg: int, outcome: str
) -> None:
    """x18 to x29 are not reloaded by themselves."""
    expected = getattr(lib, f"TRAP_{outcome}")
    syndrome = DATA << 26 | IL | abort(reg=reg)
    assert lib.trap_data(machine.vcpu(1), syndrome, 0x18, UART >> 8) == expected
    mrs = SYSREG << 26 | IL | sysreg(3, 0, 0, 4, 0, reg=reg, read=True)
    assert lib.trap_register(machine.vcpu(1), mrs) == expected


def test_an_sgi_wakes_the_other_vcpu() -> None:
    """And the sender goes on behind its instruction."""
    machine = pair()
    other = machine.vcpu(2)
    lib.vcpu_start(other, handset.ENTRY, 0)
    other.state = lib.VCPU_WAITING
    machine.enable(2, 3)
    lib.vgic_redistributor_write(other, 0x20000 + 0x10080, 4, 0xFFFFFFFF)
    lib.vgic_redistributor_write(other, 0x20000 + 0x10100, 4, 1 << 3)
    msr(machine, 3 << 24 | 2, 3, 0, 12, 11, 5)
    assert other.state == lib.VCPU_READY
    assert machine.vcpu(1).pc == handset.ENTRY + 4


def test_a_load_to_the_zero_register_goes_nowhere(machine: Handset) -> None:
    """x30, its neighbour, is untouched."""
    machine.vcpu(1).x[30] = 5
    trap(machine, DATA, abort(reg=31), UART + 0x18)
    assert machine.vcpu(1).x[30] == 5


@pytest.mark.parametrize(
    ("kind", "detail", "address", "pstate", "esr", "reason"),
    [
        (DATA, abort(flags=WNR), 0x50000000, EL1H, 0x25 << 26 | 0x2000050, 0x42),
        (DATA, abort(), 0x50000000, EL0, 0x24 << 26 | 0x2000010, 0x42),
        (DATA, 0, UART, EL1H, 0x25 << 26 | 0x2000010, 0x43),
        (DATA, abort(flags=S1PTW), UART, EL1H, 0x25 << 26 | 0x2000010, 0x42),
        (DATA, abort() ^ TRANSLATION ^ PERMISSION, UART, EL1H, 0x25 << 26 | 0x2000010, 0x42),
        (FETCH, 0, UART, EL1H, 0x21 << 26 | 0x2000010, 0x42),
        (FETCH, 0, 0x50000000, EL0, 0x20 << 26 | 0x2000010, 0x42),
    ],
)
def test_a_wild_access_is_the_guests_own_abort(  # noqa: PLR0917 - by pytest, by name
    machine: Handset, kind: int, detail: int, address: int, pstate: int, esr: int, reason: int
) -> None:
    """External abort at its EL1, from the right level; one line in the log; it goes on."""
    machine.vcpu(1).pstate = pstate
    assert trap(machine, kind, detail, address) == ffi.NULL
    assert (machine.host.injected_esr, machine.host.injected_far) == (esr, address)
    assert f"wild access partition=0x1 reason={reason:#x} pc=0x1000 address={address:#x}" in (
        machine.console()
    )
    assert machine.partition(1).state == lib.MVP_PARTITION_RUNNING


def test_a_guest_that_cannot_fetch_its_vectors_is_stopped(machine: Handset) -> None:
    """No instruction of it would ever be executed again."""
    machine.host.in_vector = 1
    machine.enable(0, handset.DEVICE_IRQ)
    lib.host_raise(handset.DEVICE_IRQ)
    assert trap(machine, FETCH, 0, 0x200) == machine.vcpu(0)
    assert machine.partition(1).state == lib.MVP_PARTITION_CRASHED
    assert machine.host.injections == 0


def test_an_external_abort_stops_the_partition_alone(machine: Handset) -> None:
    """SError: the firmware goes on."""
    machine.enable(0, handset.DEVICE_IRQ)
    lib.host_raise(handset.DEVICE_IRQ)
    assert lib.trap_serror(machine.vcpu(1), 0xBE000000) == machine.vcpu(0)
    assert machine.partition(1).state == lib.MVP_PARTITION_CRASHED
    assert machine.partition(0).state == lib.MVP_PARTITION_RUNNING


def test_an_instruction_that_is_not_offered_is_undefined(machine: Handset) -> None:
    """SVE: the guest gets the exception that a CPU without it raises."""
    trap(machine, SVE)
    assert machine.host.injected_esr == 0x2000000
    assert "not offered partition=0x1 reason=0x44" in machine.console()


Mrs = Callable[..., int]


@pytest.fixture
def mrs(machine: Handset) -> Mrs:
    """Read a system register as the persona."""

    def read(*name: int) -> int:
        machine.vcpu(1).x[1] = 0xDEAD
        trap(machine, SYSREG, sysreg(*name, read=True))
        return int(machine.vcpu(1).x[1])

    return read


def msr(machine: Handset, value: int, *name: int) -> None:
    """Write a system register as the persona."""
    machine.vcpu(1).x[1] = value
    trap(machine, SYSREG, sysreg(*name, read=False))


def test_id_registers_show_what_is_kept(machine: Handset, mrs: Mrs) -> None:
    """ID_AA64PFR0_EL1 as sanitised; the instruction is skipped."""
    machine.machine.idregs[4 << 3] = 0x0000000100002222
    assert mrs(3, 0, 0, 4, 0) == lib.idreg_view(4, 0, 0x0000000100002222, 3)
    assert machine.vcpu(1).pc == 0x1004


def test_writing_an_id_register_is_undefined(machine: Handset) -> None:
    """They are read-only."""
    msr(machine, 1, 3, 0, 0, 4, 0)
    assert machine.host.injections == 1


def test_the_pmu_is_undefined(machine: Handset, mrs: Mrs) -> None:
    """PMCR_EL0: hidden in the ID registers, so not there."""
    mrs(3, 3, 9, 12, 0)
    assert machine.host.injections == 1


@pytest.mark.parametrize("name", [(2, 0, 0, 2, 2), (3, 0, 1, 0, 1)])
def test_debug_and_auxiliary_registers_read_zero(
    machine: Handset, mrs: Mrs, name: tuple[int, ...]
) -> None:
    """MDSCR_EL1 and ACTLR_EL1: reads as zero, writes ignored."""
    msr(machine, 0xFF, *name)
    assert mrs(*name) == 0
    assert machine.host.injections == 0


def test_no_guest_switches_the_gic_interface_off(machine: Handset, mrs: Mrs) -> None:
    """ICC_SRE_EL1 is one for all partitions: it reads as fixed, writes are ignored."""
    msr(machine, 0, 3, 0, 12, 12, 5)
    assert mrs(3, 0, 12, 12, 5) == 7
    assert machine.host.injections == 0


def test_an_sgi_to_itself_becomes_pending(machine: Handset) -> None:
    """ICC_SGI1R_EL1 by a system register trap."""
    machine.enable(1, 3)
    msr(machine, 3 << 24 | 1, 3, 0, 12, 11, 5)
    assert lib.host_guest_acknowledge() == 3


@pytest.mark.parametrize("op2", [6, 7])
def test_sgis_of_other_groups_are_ignored(machine: Handset, op2: int) -> None:
    """ICC_ASGI1R_EL1 and ICC_SGI0R_EL1: there is no other world to interrupt."""
    msr(machine, 3 << 24 | 1, 3, 0, 12, 11, op2)
    assert machine.host.injections == 0


@pytest.mark.parametrize("op2", [5, 6])
def test_sgi_registers_are_write_only(machine: Handset, mrs: Mrs, op2: int) -> None:
    """Reading them is undefined."""
    mrs(3, 0, 12, 11, op2)
    assert machine.host.injections == 1


def test_the_physical_timer_is_emulated(machine: Handset, mrs: Mrs) -> None:
    """CVAL, CTL and TVAL keep what is written; the hypervisor's timer keeps the deadline."""
    msr(machine, 5000, 3, 3, 14, 2, 2)
    msr(machine, 1, 3, 3, 14, 2, 1)
    assert (mrs(3, 3, 14, 2, 2), mrs(3, 3, 14, 2, 1) & 3) == (5000, 1)
    assert mrs(3, 3, 14, 2, 0) == 5000 - machine.host.time
    assert machine.host.deadline == 5000


def test_a_read_to_the_zero_register_changes_none(machine: Handset) -> None:
    """MRS XZR."""
    machine.vcpu(1).x[30] = 5
    trap(machine, SYSREG, sysreg(2, 0, 0, 2, 2, reg=31, read=True))
    assert machine.vcpu(1).x[30] == 5
