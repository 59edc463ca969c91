# SPDX-License-Identifier: Apache-2.0
"""The emulated PL061 GPIO (Arm DDI 0190)."""

from dataclasses import replace

import pytest

import handset
import packs
from handset import Handset
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib
from rig import NONE, Rig

DATA, DIR, IS, IBE, IEV, IE, RIS, MIS, IC = 0x3FC, *range(0x400, 0x420, 4)
AFSEL = 0x420
GPIO = 39
KEY = 8


class Pins(Rig):
    """A guest with a GPIO on its interrupt controller."""

    def __init__(self) -> None:
        super().__init__()
        self.set_up(GPIO)
        lib.pl061_init(ffi.addressof(self.partition.gpio), GPIO)

    def get(self, offset: int) -> int:
        """Read a register."""
        return int(lib.pl061_read(self.vcpu(), offset))

    def put(self, offset: int, data: int) -> None:
        """Write a register."""
        lib.pl061_write(self.vcpu(), offset, data)

    def drive(self, levels: int) -> None:
        """The keys are so now."""
        lib.pl061_drive(self.vcpu(), levels)


@pytest.fixture
def pins() -> Pins:
    """A GPIO as after reset."""
    return Pins()


def test_it_identifies_as_a_pl061(pins: Pins) -> None:
    """Peripheral ID 0x00041061, PrimeCell ID 0xb105f00d."""
    assert bytes(pins.get(0xFE0 + 4 * n) for n in range(8)) == bytes.fromhex("611004000df005b1")


@pytest.mark.parametrize("register", [DIR, IS, IBE, IEV, IE, AFSEL])
def test_registers_keep_eight_bits(pins: Pins, register: int) -> None:
    """What is written above them is gone."""
    pins.put(register, 0x1234_56A5)

    assert pins.get(register) == 0xA5


def test_the_address_chooses_the_pins(pins: Pins) -> None:
    """Outputs alone keep what is written, and only those that bits 9:2 name are read."""
    pins.put(DIR, 0xF0)
    pins.put(DATA, 0xFF)
    pins.put(0x80 << 2, 0)

    assert pins.get(DATA) == 0x70
    assert pins.get(0x30 << 2) == 0x30
    assert pins.get(0) == 0


def test_a_low_level_interrupts_where_it_is_asked_for(pins: Pins) -> None:
    """The line follows sense, event, direction and mask; clearing does not touch a level."""
    pins.put(IS, KEY)
    assert (pins.get(RIS), pins.get(MIS)) == (KEY, 0)
    assert pins.acknowledge() == NONE

    pins.put(IE, KEY)
    pins.put(IC, KEY)
    assert (pins.get(RIS), pins.get(MIS)) == (KEY, KEY)
    assert pins.acknowledge() == GPIO
    pins.end(GPIO)

    pins.put(IEV, KEY)
    assert (pins.get(RIS), pins.get(MIS)) == (0, 0)
    assert pins.acknowledge() == NONE


def test_an_input_is_what_comes_from_outside(pins: Pins) -> None:
    """A store does not change it, nor does a reset; an output is not driven."""
    pins.drive(KEY | 1)
    pins.put(DIR, 1)
    pins.put(DATA, 0)
    assert pins.get(DATA) == KEY

    lib.pl061_init(ffi.addressof(pins.partition.gpio), GPIO)
    assert pins.get(DATA) == KEY | 1


@pytest.mark.parametrize(
    ("both", "event", "seen"), [(0, KEY, [1, 0]), (0, 0, [0, 1]), (KEY, 0, [1, 1])]
)
def test_an_edge_that_is_asked_for_interrupts_until_it_is_cleared(
    pins: Pins, both: int, event: int, seen: list[int]
) -> None:
    """Rising, falling, or both; what is latched stays when the pin goes back."""
    for register, value in ((IBE, both), (IEV, event), (IE, KEY)):
        pins.put(register, value)
    for level, there in zip((KEY, 0), seen, strict=True):
        pins.drive(level)
        assert pins.get(MIS) == KEY * there
        assert pins.acknowledge() == (GPIO if there else NONE)
        pins.put(IC, KEY)
        assert pins.get(RIS) == 0
        if there:
            pins.end(GPIO)
        assert pins.acknowledge() == NONE


def test_a_pin_that_does_not_change_has_no_edge(pins: Pins) -> None:
    """Nor has an output, or one that is sensed by its level; turning to levels forgets edges."""
    pins.put(IEV, 0xFF)
    pins.put(IE, 0xFF)
    pins.put(DIR, 1)
    pins.put(IS, 2)
    pins.drive(KEY | 3)
    pins.put(IC, 0xFF)
    pins.drive(KEY | 3)
    assert pins.get(RIS) == 2

    pins.drive(0)
    pins.drive(KEY)
    pins.put(IS, KEY)
    pins.drive(0)
    assert pins.get(RIS) == 0


def test_others_read_as_zero(pins: Pins) -> None:
    """And ignore what is written."""
    pins.put(0x500, 0xFF)

    assert pins.get(0x500) == 0


def with_pins() -> core.Pack:
    """A handset whose first persona has a PL061."""
    base = handset.pack()
    gpio = packs.emulated(1, core.RegionKind.PL061, 0x09030000, 0x1000, GPIO)
    return replace(base, regions=(*base.regions, gpio))


def test_a_persona_finds_it_where_its_pack_says() -> None:
    """Loads and stores at its window reach it, after a reset too; another persona has none."""
    machine = Handset(with_pins())
    machine.start(1)
    vcpu = machine.vcpu(1)
    vcpu.pstate = 5
    byte, write, syndrome = 1 << 16, 0x40, 0x24 << 26 | 1 << 25 | 1 << 24 | 2 << 22 | 4

    vcpu.x[1] = 0x5A
    lib.host_sync(vcpu, syndrome | byte | write, 0x09030400, 0x09030 << 4)
    vcpu.x[1] = 0
    lib.host_sync(vcpu, syndrome | byte, 0x09030400, 0x09030 << 4)

    assert vcpu.x[1] == 0x5A
    assert vcpu.partition.gpio.intid == GPIO
    assert machine.machine.partitions[2].gpio.intid == 0


def test_a_pack_with_one_is_judged() -> None:
    """Its window has one page and an interrupt of the persona's."""
    base = packs.good_pack()
    gpio = packs.emulated(1, core.RegionKind.PL061, 0x09030000, 0x1000, GPIO)
    metadata = core.pack_write(replace(base, regions=(*base.regions, gpio)))

    assert packs.judged(metadata).reason is core.Reason.OK
    for wrong in ({"size": 0x2000}, {"intid": 31}, {"intid": 96}, {"flags": 1}):
        spoiled = packs.spoiled(metadata, core.Table.REGION, len(base.regions), **wrong)
        assert packs.judged(spoiled).reason is core.Reason.CONFIG_REGION


def pins_call(machine: Handset, *arguments: int, caller: int = 0) -> int:
    """MVP_CALL_PINS of a partition's."""
    vcpu = machine.vcpu(caller)
    for n, value in enumerate((lib.MVP_CALL_PINS, *arguments)):
        vcpu.x[n] = value
    lib.call_dispatch(vcpu)
    return int(ffi.cast("int64_t", vcpu.x[0]))


def test_the_firmware_alone_drives_pins() -> None:
    """Those of a partition that has any; also before it starts."""
    machine = Handset(with_pins())
    assert pins_call(machine, 1, KEY, caller=1) == -3
    for wrong in ((1, 0x100), (2, KEY), (3, KEY), (1 << 32 | 1, KEY)):
        assert pins_call(machine, *wrong) == -2

    assert pins_call(machine, 1, KEY) == 0
    machine.start(1)
    assert machine.partition(1).gpio.input == KEY


def test_a_suspended_persona_resumes_when_it_rings() -> None:
    """At its entry, from reset, with its interrupt pending; its timers were off meanwhile."""
    machine = Handset(with_pins())
    machine.start(0)
    machine.enable(0, handset.DEVICE_IRQ)
    machine.start(1)
    machine.wait(0)
    vcpu = machine.vcpu(1)
    vcpu.ptimer.control = 1
    machine.enable(1, GPIO)
    for register, value in ((IEV, 16), (IE, 16)):
        lib.pl061_write(vcpu, register, value)
    lib.partition_suspend(vcpu)
    assert machine.partition(1).state == lib.MVP_PARTITION_SUSPENDED
    assert (vcpu.state, vcpu.ptimer.control) == (lib.VCPU_SUSPENDED, 0)
    assert "[mvp] partition suspended index=0x1" in machine.console()

    vcpu.entry, vcpu.argument = 0x4000_1000, 7
    lib.host_raise(handset.DEVICE_IRQ)
    assert machine.settle() == 0
    assert pins_call(machine, 1, 16) == 0
    assert (machine.partition(1).state, vcpu.state) == (lib.MVP_PARTITION_RUNNING, lib.VCPU_READY)
    assert (vcpu.fresh, vcpu.entry, vcpu.argument) == (1, 0x4000_1000, 7)
    lib.vcpu_stop(machine.vcpu(0))
    assert machine.settle() == 1
    assert vcpu.pc == 0x4000_1000
    assert lib.vgic_pending(vcpu)


def test_what_came_before_it_slept_resumes_it_at_once() -> None:
    """A ring between its last look and the call is not lost."""
    machine = Handset(with_pins())
    machine.start(1)
    machine.enable(1, GPIO)
    lib.pl061_write(machine.vcpu(1), IEV, 16)
    lib.pl061_write(machine.vcpu(1), IE, 16)
    lib.pl061_drive(machine.vcpu(1), 16)
    lib.partition_suspend(machine.vcpu(1))

    assert machine.partition(1).state == lib.MVP_PARTITION_RUNNING
    assert machine.vcpu(1).fresh == 1


def test_the_call_suspends_whoever_makes_it() -> None:
    """By way of the exit; the firmware runs on."""
    machine = Handset(with_pins())
    machine.start(0)
    for n, value in enumerate((0x8400000E, 0x4000_1000, 7)):
        machine.vcpu(1).x[n] = value
    lib.trap_hvc(machine.vcpu(1))

    assert machine.partition(1).state == lib.MVP_PARTITION_SUSPENDED
    assert machine.partition(0).state == lib.MVP_PARTITION_RUNNING
