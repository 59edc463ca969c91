# SPDX-License-Identifier: Apache-2.0
"""The SMMU's driver against a model of the part: devices reach what their partition reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import smmu
from handset import NEVER, PERSONA_RAM, RAM_SIZE, REALTIME_RAM, Handset, pack
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib
from smmu import CR0, CR0ACK, EVENTQ_PROD, GBPA, IDR0, IDR1, IDR5, Smmu

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAM, STRAY, BEYOND = 16, 24, 256
LINE = (
    "[mvp] dma refused partition={:#x} reason=0x4c stream={:#x}"
    " kind={:#x} address={:#x} write={:#x}"
)
LOST = "[mvp] dma refused, and more often than there is room to tell"
NOBODY = 0xFFFFFFFF
TENTH = 6_250_000  # ticks of 62.5 MHz


@pytest.fixture
def part() -> Iterator[Smmu]:
    """The part; what it was asked to do was within its manual."""
    model = Smmu()
    yield model
    told(model, pack())  # of the part, nothing is left for the next test
    assert model.faults == []


def told(part: Smmu, whole: core.Pack) -> Any:
    """Make a machine with the part; the driver's verdict after bringing it up."""
    part.machine = Handset(whole)
    part.attach()
    verdict = ffi.new("struct mvp_verdict *")
    lib.smmu_init(verdict)
    return verdict


def brought_up(part: Smmu, *streams: tuple[int, int]) -> Handset:
    """The machine; all has gone well."""
    assert told(part, smmu.pack(*streams)).reason == core.Reason.OK
    assert isinstance(part.machine, Handset)
    return part.machine


def lines(machine: Handset) -> list[str]:
    """What the log has said since the last look."""
    return machine.console().replace("\r", "").splitlines()


def at(machine: Handset, ticks: int) -> None:
    """Let time pass; the CPU takes what interrupts there are, and sets its timer anew."""
    machine.host.time += ticks
    if machine.host.time >= machine.host.deadline:
        lib.host_raise(machine.host.timer_irq)
    machine.settle()


def started(part: Smmu, *streams: tuple[int, int]) -> Handset:
    """A machine whose firmware runs, with the part up."""
    machine = brought_up(part, *streams)
    machine.start(0)
    lines(machine)
    return machine


def test_a_stream_reaches_what_its_partition_reaches(part: Smmu) -> None:
    """Its RAM, at the addresses that it has there; nothing else."""
    started(part)
    for address in (REALTIME_RAM, REALTIME_RAM + RAM_SIZE - 1):
        assert part.transfer(STREAM, address, write=True) == address
    for address in (REALTIME_RAM - 1, REALTIME_RAM + RAM_SIZE, PERSONA_RAM, 0, 1 << 39):
        assert part.transfer(STREAM, address) is None


def test_its_tables_are_those_of_the_cpus(part: Smmu) -> None:
    """Root and VMID are what VTTBR_EL2 has."""
    machine = started(part)
    vttbr = machine.partition(0).vttbr
    entry = part.entry(STREAM)
    assert entry
    assert (entry[2] & 0xFFFF) << 48 | entry[3] == vttbr
    assert entry[4:] == [0] * 4


def test_every_other_stream_is_refused(part: Smmu) -> None:
    """Those of the table, and those beyond it."""
    started(part, (STREAM, 0), (STRAY, 0))
    assert part.transfer(STRAY, REALTIME_RAM) == REALTIME_RAM
    held = [n for n in range(256) if part.transfer(n, REALTIME_RAM) is None]
    assert len(held) == 254
    assert part.transfer(BEYOND, REALTIME_RAM) is None


def test_it_is_quiet_before_it_changes(part: Smmu) -> None:
    """What a boot loader left on is off, and all refused meanwhile; commands and events first."""
    part.registers |= {CR0: 0xD, CR0ACK: 0xD, smmu.GERROR: 1}
    brought_up(part)
    assert part.order[0] == GBPA
    assert part.order[1] == CR0
    assert part.order[-1] == CR0
    assert part.get(CR0ACK) == 0xD
    assert part.get(GBPA) == smmu.ABORT
    assert part.get(smmu.GERRORN) == 1
    assert part.commands == [(0x04, 31), (0x30, 0), (0x46, 0)]
    assert part.get(smmu.CR2) == 6


def test_messages_are_off_where_it_has_them(part: Smmu) -> None:
    """Interrupts come by wire."""
    part.registers |= {IDR0: part.get(IDR0) | 1 << 13, smmu.EVENT_IRQ_CFG: 4, smmu.GERROR_IRQ: 8}
    brought_up(part)
    assert part.long(smmu.EVENT_IRQ_CFG) == part.long(smmu.GERROR_IRQ) == 0


def test_what_is_not_coherent_is_cleaned(part: Smmu) -> None:
    """Entries, the partitions' tables, three commands, the event queue, and an event."""
    part.registers[IDR0] &= ~(1 << 4)
    other = Smmu()
    assert brought_up(other).host.cleans == 0
    machine = brought_up(part)
    assert machine.host.cleans == 6
    machine.start(0)
    cleans = machine.host.cleans
    part.transfer(STREAM, 0)
    at(machine, 0)
    assert machine.host.cleans == cleans + 1
    assert machine.host.cleaned_size == 32


@pytest.mark.parametrize(
    ("register", "clear", "value"),
    [
        (IDR0, 1 << 1, 0),  # no stage 2
        (IDR0, 2 << 2, 0),  # no AArch64 tables
        (IDR0, 3 << 21, 3 << 21),  # big-endian tables
        (IDR0, 3 << 24, 2 << 24),  # each fault stalls
        (IDR1, 63, 7),  # streams of 7 bits
        (IDR1, 31 << 16, 4 << 16),  # 16 events
        (IDR1, 31 << 21, 2 << 21),  # 4 commands
        (IDR1, 1 << 29, 1 << 29),  # queues have their place
        (IDR1, 1 << 30, 1 << 30),  # tables have
        (IDR5, 7, 1),  # 36 bits
        (IDR5, 1 << 4, 0),  # no 4 KiB
    ],
)
def test_what_can_not_serve_is_refused(part: Smmu, register: int, clear: int, value: int) -> None:
    """By the register that says so; nothing has been written."""
    part.registers[register] = part.get(register) & ~clear | value
    verdict = told(part, smmu.pack())
    assert (verdict.reason, verdict.table) == (core.Reason.RUN_SMMU, core.Table.SMMU)
    assert (verdict.value, verdict.bound) == (part.get(register), register)
    assert part.order == []


@pytest.mark.parametrize(
    ("register", "after", "bound"),
    [
        (GBPA, 0, GBPA),
        (CR0, 0, CR0ACK),
        (smmu.IRQ_CTRL, 0, smmu.IRQ_CTRLACK),
        (CR0, 1, CR0ACK),
        (smmu.CMDQ_PROD, 1, smmu.CMDQ_CONS),
        (CR0, 2, CR0ACK),
        (smmu.IRQ_CTRL, 1, smmu.IRQ_CTRLACK),
        (CR0, 3, CR0ACK),
    ],
)
def test_what_does_not_answer_is_given_up(
    part: Smmu, register: int, after: int, bound: int
) -> None:
    """After so many looks; the register is stuck from its n-th write on."""
    part.registers |= {CR0ACK: 0x8, smmu.IRQ_CTRLACK: 1}
    plain, seen = part.write, 0

    def write(address: int, value: int) -> None:
        nonlocal seen
        if address - smmu.BASE == register:
            if seen == after:
                part.stuck.add(register)
            seen += 1
        plain(address, value)

    part._callbacks = (
        part._callbacks[0],
        ffi.callback("void(uint64_t, uint32_t)", write, onerror=part._note),
    )
    verdict = told(part, smmu.pack())
    assert (verdict.reason, verdict.bound) == (core.Reason.RUN_SMMU, bound)


def test_an_update_that_never_ends_is_given_up(part: Smmu) -> None:
    """Of a boot loader's."""
    part.registers[GBPA] = smmu.UPDATE
    assert told(part, smmu.pack()).reason == core.Reason.RUN_SMMU
    assert part.order == []


def test_a_pack_without_one_touches_nothing(part: Smmu) -> None:
    """The board may have one, or anything else there."""
    assert told(part, pack()).reason == core.Reason.OK
    assert part.order == []
    lib.smmu_interrupt(ffi.addressof(lib.machine.cpus[0]), smmu.EVENT_IRQ)
    assert part.order == []


def test_a_refusal_is_told_with_its_owner(part: Smmu) -> None:
    """At once; that of nobody's stream, too."""
    machine = started(part)
    part.transfer(STREAM, PERSONA_RAM, write=True)
    at(machine, 0)
    assert lines(machine) == [LINE.format(0, STREAM, 0x10, PERSONA_RAM, 1)]
    at(machine, TENTH)
    part.transfer(STRAY, PERSONA_RAM, write=True)
    at(machine, 0)
    assert lines(machine) == [LINE.format(NOBODY, STRAY, 0x04, 0, 0)]
    assert machine.host.deactivated[smmu.EVENT_IRQ] == 2


def test_a_storm_is_told_ten_times_a_second(part: Smmu) -> None:
    """Refusals wait in the queue; the timer brings the next one, and what was lost is said."""
    machine = started(part)
    for n in range(100):
        part.transfer(STREAM, n << 12)
    at(machine, 0)
    said = lines(machine)
    for _ in range(40):
        at(machine, TENTH // 2)
        said += lines(machine)
    assert said == [LOST, *[LINE.format(0, STREAM, 0x10, n << 12, 0) for n in range(20)]]
    for _ in range(40):
        at(machine, TENTH // 2)
        said += lines(machine)
    assert len(said) == 33
    assert lib.smmu_deadline() == NEVER
    part.transfer(STREAM, 0)
    at(machine, 0)
    assert len(lines(machine)) == 1, "the queue has been empty, so it interrupts again"


def test_a_refusal_that_comes_too_soon_waits(part: Smmu) -> None:
    """Its interrupt sets the timer."""
    machine = started(part)
    part.transfer(STREAM, 0)
    at(machine, 0)
    part.transfer(STREAM, 0x1000)
    at(machine, TENTH // 2)
    assert len(lines(machine)) == 1
    assert machine.host.deadline == TENTH
    at(machine, TENTH // 2)
    assert lines(machine) == [LINE.format(0, STREAM, 0x10, 0x1000, 0)]


def test_its_own_failure_is_told_and_acknowledged(part: Smmu) -> None:
    """An event that waits comes after it."""
    machine = started(part)
    part.fail(1 << 8)
    part.transfer(STREAM, 0)
    at(machine, 0)
    assert lines(machine) == ["[mvp] dma error bits=0x100"]
    assert part.get(smmu.GERRORN) == 1 << 8
    at(machine, TENTH)
    assert lines(machine) == [LINE.format(0, STREAM, 0x10, 0, 0)]
    assert part.get(EVENTQ_PROD) == part.get(smmu.EVENTQ_CONS) == 1
    assert lib.smmu_deadline() == NEVER
