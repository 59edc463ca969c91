# SPDX-License-Identifier: Apache-2.0
"""A GICv2's CPU interface in software: its registers, and what the guest's EOI brings about."""

from __future__ import annotations

import pytest

import handset
import packs_soft
import rig
import rig_soft as soft
from handset import Handset
from mvpsdk.core._library import lib
from packs2 import GICC, GICV
from rig import NONE, TIMER
from rig2 import SENDER_SHIFT, SGIR
from rig_soft import SoftRig
from test_trap import DATA, EL1H, GICD, SYSREG, WNR, abort, sysreg, trap

LEVEL, BOUND = 40, 45


@pytest.fixture
def guest() -> SoftRig:
    """One vCPU on the CPU, whose EOI deactivates, too, as that of most systems does."""
    guest = SoftRig()
    lib.vgic_bind(guest.vcpu(), BOUND, False)
    guest.set_up(*range(4), TIMER, LEVEL, BOUND)
    guest.interface(soft.CTLR, soft.GROUP0)
    return guest


@pytest.fixture
def machine() -> Handset:
    """The persona "work", with a GICv2, is on the CPU; the firmware, with a GICv3, waits."""
    whole = Handset(packs_soft.of_software(handset.pack()))
    whole.start(0, 1)
    whole.wait(0)
    whole.vcpu(1).pstate = EL1H
    whole.vcpu(1).pc = 0x1000
    return whole


def take(guest: SoftRig, vcpu: int = 0) -> int:
    """Read GICC_IAR."""
    return guest.interface(soft.IAR, vcpu=vcpu)


def end(guest: SoftRig, value: int, vcpu: int = 0) -> None:
    """Write GICC_EOIR."""
    guest.interface(soft.EOIR, value, vcpu)


def test_after_reset_the_interface_is_off() -> None:
    """And masks everything; the binary points are the least that five bits of priority allow."""
    fresh = SoftRig()
    expected = {soft.BPR: 2, soft.ABPR: 3, soft.IAR: NONE, soft.AIAR: NONE, soft.RPR: 0xFF}
    expected |= {soft.HPPIR: NONE, soft.AHPPIR: NONE, soft.IIDR: 0x0002043B}
    for offset in range(0, 0x2000, 4):
        assert fresh.interface(offset) == expected.get(offset, 0), hex(offset)


@pytest.mark.parametrize("offset", [soft.IAR, soft.RPR, soft.HPPIR, soft.IIDR, 0xE0, 0x1FFC])
def test_what_is_only_read_or_not_there_ignores_writes(guest: SoftRig, offset: int) -> None:
    """Nothing is acknowledged or ended by it."""
    guest.bit_write(rig.ISPENDR, 1)
    before = guest.interface(soft.HPPIR)
    guest.interface(offset, 0xFFFFFFFF)
    assert guest.interface(soft.HPPIR) == before == 1
    assert guest.interface(offset) in (1, 0xFF, 0x0002043B, 0)


def test_a_level_interrupt_whose_line_is_still_high_comes_again_at_once(guest: SoftRig) -> None:
    """Its end is seen without a maintenance interrupt; a line that has fallen brings nothing."""
    guest.line(LEVEL, True)
    for _ in range(3):
        assert guest.signal == lib.GICC2_IRQ
        assert take(guest) == LEVEL
        assert guest.signal == 0
        end(guest, LEVEL)
    guest.line(LEVEL, False)
    assert guest.signal == 0
    assert take(guest) == NONE


def test_the_timers_physical_interrupt_is_let_go_by_the_end(guest: SoftRig) -> None:
    """By EOIR, or in EOImode 1 by DIR and not before."""
    for control, offset in ((soft.GROUP0, soft.EOIR), (soft.GROUP0 | soft.SPLIT, soft.DIR)):
        guest.interface(soft.CTLR, control)
        guest.hardware(TIMER)
        assert take(guest) == TIMER
        if offset == soft.DIR:
            end(guest, TIMER)
        assert guest.host.active[rig.TIMER_PHYSICAL] == 1
        guest.interface(offset, TIMER)
        assert guest.host.active[rig.TIMER_PHYSICAL] == 0


def test_in_eoimode_0_dir_does_nothing(guest: SoftRig) -> None:
    """GICC_DIR without EOImode is unpredictable in hardware; here it is ignored."""
    guest.hardware(TIMER)
    assert take(guest) == TIMER
    guest.interface(soft.DIR, TIMER)
    assert guest.bit_read(rig.ISACTIVER, TIMER) == 1


def test_a_device_of_the_board_is_let_go_by_the_end(guest: SoftRig) -> None:
    """Its physical number is its own."""
    guest.hardware(BOUND)
    assert take(guest) == BOUND
    end(guest, BOUND)
    assert guest.host.deactivated[BOUND] == 1


def test_what_the_mask_holds_back_waits(guest: SoftRig) -> None:
    """It comes as soon as the mask is above its priority."""
    guest.priority(1, 0x80)
    guest.interface(soft.PMR, 0x80)
    guest.sgi(1)
    assert (guest.signal, take(guest), guest.interface(soft.HPPIR)) == (0, NONE, 1)
    guest.interface(soft.PMR, 0x88)
    assert (guest.signal, take(guest)) == (lib.GICC2_IRQ, 1)


def test_a_more_urgent_one_interrupts_and_an_equal_one_waits(guest: SoftRig) -> None:
    """The running priority goes up and down with what is taken and ended."""
    for intid, priority in ((1, 0x80), (2, 0x80), (3, 0x40)):
        guest.priority(intid, priority)
    guest.sgi(1)
    assert take(guest) == 1
    guest.sgi(2)
    assert (guest.signal, take(guest)) == (0, NONE)
    guest.sgi(3)
    assert guest.signal == lib.GICC2_IRQ
    assert take(guest) == 3
    assert guest.interface(soft.RPR) == 0x40
    end(guest, 3)
    assert guest.interface(soft.RPR) == 0x80
    end(guest, 1)
    assert take(guest) == 2


@pytest.mark.parametrize(("more", "taken"), [(0, NONE), (soft.ONE_POINT, 2)])
def test_group_1_has_a_binary_point_of_its_own_unless_told_otherwise(
    guest: SoftRig, more: int, taken: int
) -> None:
    """By GICC_ABPR both are of one level, and the second waits; by GICC_BPR it is more urgent."""
    guest.write(0x080, 0b110)
    guest.write(0, 3)
    guest.interface(soft.CTLR, soft.GROUP0 | soft.GROUP1 | soft.ACK_GROUP1 | more)
    guest.interface(soft.ABPR, 7)
    guest.priority(1, 0x60)
    guest.priority(2, 0x40)
    guest.sgi(1)
    assert take(guest) == 1
    guest.sgi(2)
    assert take(guest) == taken


def test_active_priorities_are_written_as_a_system_does_at_start(guest: SoftRig) -> None:
    """GICC_APR0: what it says is active holds back what is not more urgent."""
    guest.priority(1, 0x80)
    guest.interface(soft.APR, 1 << 16)
    guest.sgi(1)
    assert (guest.interface(soft.RPR), guest.signal) == (0x80, 0)
    guest.interface(soft.APR, 0)
    assert (guest.interface(soft.RPR), guest.signal) == (0xFF, lib.GICC2_IRQ)


def test_more_interrupts_than_list_registers_all_come(guest: SoftRig) -> None:
    """Whoever waits outside moves up as the guest ends one."""
    guest.set_up(*range(16), *range(32, 80))
    guest.interface(soft.CTLR, soft.GROUP0)
    expected = [*range(16), *range(50, 70)]
    for intid in expected:
        guest.bit_write(rig.ISPENDR, intid)
    taken = []
    while (value := take(guest)) != NONE:
        taken.append(value)
        end(guest, value)
    assert sorted(taken) == expected


def test_those_that_wait_come_though_none_that_was_taken_is_deactivated(guest: SoftRig) -> None:
    """EOImode 1: two are active still when the third comes, as long as a list register is free."""
    guest.interface(soft.CTLR, soft.GROUP0 | soft.SPLIT)
    lib.vgic_save(guest.vcpu())
    for intid in (1, 2, 3):
        guest.write(SGIR, 2 << 24 | intid)
    lib.vgic_load(guest.vcpu())
    assert [guest.acknowledge() & 0x3FF for _ in range(4)] == [1, 2, 3, NONE]


def test_one_made_active_by_hand_without_room_is_ended_all_the_same(guest: SoftRig) -> None:
    """As are those that have found a list register."""
    several = range(32, 44)
    for intid in several:
        guest.bit_write(rig.ISACTIVER, intid)
    for intid in several:
        end(guest, intid)
        assert guest.bit_read(rig.ISACTIVER, intid) == 0
    end(guest, 900)  # of no distributor's
    assert guest.read(rig.ISACTIVER + 4) == 0


def test_what_is_taken_back_from_the_list_registers_is_not_handed_out(guest: SoftRig) -> None:
    """For a change of its state, as by any register of the distributor."""
    guest.line(LEVEL, True)
    assert lib.vgic_lr_take(guest.vcpu(), LEVEL // 32, 1 << LEVEL % 32)
    assert take(guest) == NONE
    lib.vgic_lr_put(guest.vcpu(), LEVEL // 32)
    assert take(guest) == LEVEL


def test_each_vcpu_has_an_interface_of_its_own() -> None:
    """What one writes, takes and is told is not the other's."""
    pair = SoftRig(vcpus=2)
    for vcpu in (0, 1):
        pair.write(rig.ISENABLER, 0xFFFF, vcpu=vcpu)
    pair.set_up()
    for vcpu in (0, 1):
        pair.interface(soft.CTLR, soft.GROUP0, vcpu)
    pair.interface(soft.PMR, 0x50, 1)
    assert pair.interface(soft.PMR) == 0xF8
    pair.sgi(3, targets=0b10, sender=0)
    pair.sgi(3, targets=0b10, sender=1)
    assert pair.signal == 0
    pair.switch(0, 1)
    assert pair.signal == lib.GICC2_IRQ
    for sender in (0, 1):
        assert take(pair, 1) == sender << SENDER_SHIFT | 3
        end(pair, sender << SENDER_SHIFT | 3, 1)
    pair.sgi(4, targets=0b01, sender=1)
    assert pair.signal == 0
    pair.switch(1, 0)
    assert take(pair) == 1 << SENDER_SHIFT | 4


def test_the_hardwares_interface_is_nobodys_while_such_a_vcpu_is_on_the_cpu(
    machine: Handset,
) -> None:
    """It is the firmware's again when that comes, and the guest's exception is asked no more."""
    machine.enable2(1, 3)
    for offset, value in ((soft.PMR, 0xF0), (soft.CTLR, soft.GROUP0)):
        lib.gicc2_write(machine.vcpu(1), offset, value)
    lib.vgic_distributor2_write(machine.vcpu(1), SGIR, 4, 2 << 24 | 3)
    assert machine.host.interface_off == 1
    assert machine.host.signal == lib.GICC2_IRQ
    machine.enable(0, handset.DEVICE_IRQ)
    machine.host.active[handset.DEVICE_IRQ] = 1
    lib.machine_interrupt(machine.cpu, handset.DEVICE_IRQ)
    assert machine.settle() == 0
    assert machine.host.interface_off == 0
    assert machine.host.signal == 0
    assert lib.host_guest_acknowledge() == handset.DEVICE_IRQ
    lib.host_guest_end(handset.DEVICE_IRQ)
    assert machine.wait(0) == 1
    assert machine.host.signal == lib.GICC2_IRQ


def test_the_interface_is_served_at_its_two_pages(machine: Handset) -> None:
    """An SGI to itself is sent, taken and ended; behind them is nothing."""
    vcpu = machine.vcpu(1)
    machine.enable2(1, 3)
    for address, value in (
        (GICC + soft.PMR, 0xF0),
        (GICC + soft.CTLR, soft.GROUP0 | soft.SPLIT),
        (GICD + SGIR, 2 << 24 | 3),
    ):
        vcpu.x[1] = value
        trap(machine, DATA, abort(flags=WNR), address)
    trap(machine, DATA, abort(), GICC + soft.IAR)
    assert vcpu.x[1] == 3
    trap(machine, DATA, abort(flags=WNR), GICC + soft.EOIR)
    trap(machine, DATA, abort(flags=WNR), GICC + soft.DIR)
    assert lib.vgic_distributor2_read(vcpu, rig.ISACTIVER, 4) == 0
    assert machine.host.injections == 0
    trap(machine, DATA, abort(), GICC + 0x2000)
    trap(machine, DATA, abort(), GICV)
    assert machine.host.injections == 2


@pytest.mark.parametrize("read", [False, True])
@pytest.mark.parametrize(
    ("crn", "crm", "op2"),
    [(12, 11, 5), (12, 12, 5), (12, 12, 0), (12, 12, 1), (12, 12, 7), (12, 11, 1), (4, 6, 0)],
)
def test_the_registers_of_a_gicv3_are_undefined(
    machine: Handset, crn: int, crm: int, op2: int, read: bool
) -> None:
    """ICC_SGI1R, SRE, IAR1, EOIR1, IGRPEN1, DIR and PMR, as they trap while nobody has them."""
    trap(machine, SYSREG, sysreg(3, 0, crn, crm, op2, read=read))
    assert machine.host.injections == 1
    assert machine.host.injected_esr >> 26 == 0


def test_a_restart_forgets_what_the_interface_was_told(machine: Handset) -> None:
    """It begins as after reset."""
    vcpu = machine.vcpu(1)
    lib.gicc2_write(vcpu, soft.PMR, 0xF0)
    vcpu.x[0] = 0x84000009
    lib.trap_hvc(vcpu)
    assert lib.gicc2_read(vcpu, soft.PMR) == 0


def test_only_a_guest_without_gicv_has_it_in_software(machine: Handset) -> None:
    """The firmware's list registers are the hardware's, as are all of a board with a GICv2."""
    assert [machine.vcpu(n).vgic.soft for n in range(3)] == [0, 1, 0]  # the last never started
    plain = Handset()
    plain.start(0, 1)
    assert [plain.vcpu(n).vgic.soft for n in range(2)] == [0, 0]
