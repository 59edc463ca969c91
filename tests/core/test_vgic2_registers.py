# SPDX-License-Identifier: Apache-2.0
"""The vGICv2's distributor, as drivers read and write it (Arm IHI 0048, 4.3)."""

import pytest

import rig
from mvpsdk.core._library import ffi, lib
from rig import NONE
from rig2 import CPENDSGIR, ITARGETSR, SGIR, SPENDSGIR, Rig2

IDS = [0x04, 0, 0, 0, 0x90, 0xB4, 0x2B, 0, 0x0D, 0xF0, 0x05, 0xB1]
SPI = 40


@pytest.fixture
def guest() -> Rig2:
    """One vCPU on the CPU, interrupts as after reset."""
    return Rig2()


@pytest.fixture
def three() -> Rig2:
    """Three vCPUs, the first on the CPU."""
    return Rig2(vcpus=3)


def test_the_distributor_says_what_it_is(guest: Rig2, three: Rig2) -> None:
    """96 INTIDs, the number of vCPUs, no security; everything is off."""
    assert guest.read(rig.CTLR) == 0
    assert guest.read(rig.TYPER) == 0x02
    assert three.read(rig.TYPER) == 0x42
    assert guest.read(0x8) == 0x43B
    assert guest.read(0xC) == 0


def test_both_groups_can_be_enabled_and_nothing_else(guest: Rig2) -> None:
    """There is no affinity routing to switch on."""
    guest.write(rig.CTLR, 0xFFFFFFFF)
    assert guest.read(rig.CTLR) == 3
    guest.write(rig.TYPER, 0xFFFFFFFF)
    assert guest.read(rig.TYPER) == 2


def test_identification_registers_name_architecture_2(guest: Rig2) -> None:
    """A GIC-400's: PIDR2 is 0x2b."""
    guest.write(0xFE8, 0)
    assert [guest.read(0xFD0 + 4 * n) for n in range(12)] == IDS
    assert guest.read(0xFCC) == 0


def test_private_interrupts_are_each_vcpus_own(three: Rig2) -> None:
    """The same offsets show each vCPU its own 32."""
    three.write(rig.ISENABLER, 0x0800FFFF, vcpu=1)
    three.write(rig.IPRIORITYR + 27, 0x80, 1, vcpu=1)
    three.write(rig.IGROUPR, 0x1234, vcpu=2)
    assert [three.read(rig.ISENABLER, vcpu=n) for n in range(3)] == [0, 0x0800FFFF, 0]
    assert [three.read(rig.IPRIORITYR + 24, vcpu=n) for n in range(3)] == [0, 0x80000000, 0]
    assert [three.read(rig.IGROUPR, vcpu=n) for n in range(3)] == [0, 0, 0x1234]


def test_sgis_are_edge_triggered_for_ever_and_others_as_configured(guest: Rig2) -> None:
    """ICFGR0 is read-only."""
    guest.write(rig.ICFGR, 0)
    guest.write(rig.ICFGR + 4, 0x2)
    guest.write(rig.ICFGR + 8, 0x80000000)
    assert [guest.read(rig.ICFGR + 4 * n) for n in range(3)] == [0xAAAAAAAA, 0x2, 0x80000000]


@pytest.mark.parametrize("offset", [0x08C, 0x10C, 0x460, 0x860, 0xC18, 0xD00, 0xE00, 0xF80])
def test_interrupts_that_are_not_there_read_zero(guest: Rig2, three: Rig2, offset: int) -> None:
    """So do registers that this distributor has no use for."""
    for one in (guest, three):
        one.write(offset, 0xFFFFFFFF)
        assert one.read(offset) == 0


def test_whether_an_sgi_is_pending_is_not_written_by_bit(guest: Rig2) -> None:
    """ISPENDR0 and ICPENDR0 are read-only for SGIs, and not for PPIs."""
    guest.write(rig.ISPENDR, 0x0010FFFF)
    assert guest.read(rig.ISPENDR) == 0x00100000
    guest.write(SPENDSGIR + 4, 0x01, 1)
    guest.write(rig.ICPENDR, 0xFFFFFFFF)
    assert guest.read(rig.ISPENDR) == 0x10


def test_a_lone_vcpu_has_no_targets_to_choose(guest: Rig2) -> None:
    """GICD_ITARGETSR is read as zero and ignores writes, and SPIs come nevertheless."""
    guest.set_up(SPI)
    assert guest.read(ITARGETSR) == 0
    assert guest.read(ITARGETSR + SPI) == 0
    lib.vgic_pulse(guest.vcpu(), SPI)
    assert guest.drain() == [SPI]


def test_private_interrupts_have_their_own_vcpu_as_target(three: Rig2) -> None:
    """Which is how a driver learns its own number; writing is of no use."""
    three.write(ITARGETSR, 0x07070707, vcpu=1)
    assert [three.read(ITARGETSR + 28, vcpu=n) for n in range(3)] == [
        0x01010101,
        0x02020202,
        0x04040404,
    ]


def test_targets_are_bytes_of_the_vcpus_there_are(three: Rig2) -> None:
    """By byte and by word."""
    three.write(ITARGETSR + SPI, 0xFF, 1)
    three.write(ITARGETSR + SPI + 4, 0x04020100)
    assert three.read(ITARGETSR + SPI) == 0x07
    assert three.read(ITARGETSR + SPI + 4) == 0x04020100
    assert three.read(ITARGETSR + SPI + 7, 1) == 4


def test_an_interrupt_with_several_targets_goes_to_the_first(three: Rig2) -> None:
    """And follows when its targets change."""
    three.set_up(SPI)
    three.write(ITARGETSR + SPI, 0b110, 1)
    three.vcpu(1).state = lib.VCPU_WAITING
    lib.vgic_pulse(three.vcpu(), SPI)
    assert three.acknowledge() == NONE
    assert three.vcpu(1).state == lib.VCPU_READY
    three.write(ITARGETSR + SPI, 0b001, 1)
    assert three.drain() == [SPI]


def test_an_interrupt_without_target_waits_until_it_has_one(three: Rig2) -> None:
    """Its enable bit says what was written all the while."""
    three.set_up(SPI)
    three.write(ITARGETSR + SPI, 0, 1)
    lib.vgic_pulse(three.vcpu(), SPI)
    three.bit_write(rig.ICENABLER, SPI)
    assert three.bit_read(rig.ISENABLER, SPI) == 0
    three.bit_write(rig.ISENABLER, SPI)
    assert three.bit_read(rig.ICENABLER, SPI) == 1
    assert three.bit_read(rig.ISPENDR, SPI) == 1
    assert three.acknowledge() == NONE
    three.write(ITARGETSR + SPI, 1, 1)
    assert three.drain() == [SPI]


def test_after_reset_no_shared_interrupt_has_a_target(three: Rig2) -> None:
    """With several vCPUs an OS must choose."""
    three.write(rig.CTLR, 1)
    three.bit_write(rig.ISENABLER, SPI)
    lib.vgic_pulse(three.vcpu(), SPI)
    assert [three.pending(n) for n in range(3)] == [False] * 3


def test_the_special_intids_are_no_interrupts() -> None:
    """Of the last word, INTIDs 992 to 1019 are there."""
    for vcpus in (1, 2):
        guest = Rig2(vcpus, intids=1024)
        guest.write(rig.ISENABLER + 124, 0xFFFFFFFF)
        assert guest.read(rig.ISENABLER + 124) == 0x0FFFFFFF


@pytest.mark.parametrize("offset", [SGIR, SGIR + 4, SPENDSGIR + 16])
def test_what_is_beside_the_registers_of_sgis_reads_zero(guest: Rig2, offset: int) -> None:
    """GICD_SGIR can only be written."""
    guest.write(offset, 0x03000001)
    assert guest.read(offset) == 0
    assert guest.read(CPENDSGIR) == 0


def test_a_restart_forgets_everything() -> None:
    """Whatever the partition left behind, in registers that a GICv2 alone has too."""
    used, fresh = Rig2(vcpus=2, load=False), Rig2(vcpus=2, load=False)
    vgic = ffi.addressof(used.partition.vgic)
    words = ffi.offsetof("struct vgic", "spi") + 2 * ffi.sizeof("struct vgic_word")
    ffi.memmove(vgic, b"\xff" * words, words)  # all that one of 96 INTIDs ever touches
    for field, size in ((vgic.target, 96), (vgic.wanted, 128), (vgic.targets, 1024)):
        ffi.memmove(field, b"\xff" * size, size)
    for number in range(2):
        cpu = ffi.addressof(used.vcpu(number).vgic)
        ffi.memmove(cpu.senders, b"\xff" * 16, 16)
        lib.vgic_cpu_init(cpu, 4, rig.TIMER_PHYSICAL)
    lib.vgic_init(vgic, 96)
    lib.vgic2_init(used.partition)
    assert bytes(ffi.buffer(vgic)) == bytes(ffi.buffer(ffi.addressof(fresh.partition.vgic)))
    for number in range(2):
        assert bytes(used.vcpu(number).vgic.senders) == bytes(16)
        assert used.vcpu(number).vgic.by_sender == 16
