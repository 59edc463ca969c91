# SPDX-License-Identifier: Apache-2.0
"""The vGIC's registers, as drivers read and write them (Arm IHI 0069, chapter 12)."""

import pytest

import rig
from mvpsdk.core._library import ffi, lib
from rig import SGI_FRAME, STRIDE, Rig

IDS = [0x44, 0, 0, 0, None, 0xB4, 0x3B, 0, 0x0D, 0xF0, 0x05, 0xB1]


@pytest.fixture
def guest() -> Rig:
    """One vCPU on the CPU, interrupts as after reset."""
    return Rig()


def test_the_distributor_says_what_it_is(guest: Rig) -> None:
    """Affinity routing and one security state are fixed; 96 INTIDs, 10 bits wide, no 1 of N."""
    assert guest.read(0x0) == 0x50
    assert guest.read(0x4) == 0x02480002
    assert guest.read(0x8) == 0x43B
    assert guest.read(0xC) == 0


def test_writes_to_read_only_registers_of_the_distributor_change_nothing(guest: Rig) -> None:
    """TYPER and the identification registers keep their values."""
    guest.write(0x4, 0xFFFFFFFF)
    guest.write(0xFFE8, 0)
    assert guest.read(0x4) == 0x02480002
    assert guest.read(0xFFE8) == 0x3B


def test_a_restart_forgets_everything() -> None:
    """Whatever the partition left behind."""
    used, other = Rig(load=False), Rig(load=False)
    vgic, fresh_vgic = (ffi.addressof(one.partition.vgic) for one in (used, other))
    cpu, fresh_cpu = (ffi.addressof(one.vcpu().vgic) for one in (used, other))
    words = ffi.offsetof("struct vgic", "spi") + 2 * ffi.sizeof("struct vgic_word")
    ffi.memmove(vgic, b"\xff" * words, words)  # all that one of 96 INTIDs ever touches
    ffi.memmove(vgic.target, b"\xff" * 96, 96)
    ffi.memmove(cpu, b"\xff" * ffi.sizeof(cpu.local), ffi.sizeof(cpu.local))
    cpu.loaded = cpu.lr_used = cpu.lr_held = cpu.lr_latched = cpu.underflow = 1
    lib.vgic_init(vgic, 96)
    lib.vgic_cpu_init(cpu, 4, rig.TIMER_PHYSICAL)
    assert bytes(ffi.buffer(vgic)) == bytes(ffi.buffer(fresh_vgic))
    assert bytes(ffi.buffer(cpu)) == bytes(ffi.buffer(fresh_cpu))


def test_group_enables_are_all_that_can_be_written_to_control(guest: Rig) -> None:
    """Affinity routing can't be switched off."""
    guest.write(0x0, 0xFFFFFFFF)
    assert guest.read(0x0) == 0x53
    guest.write(0x0, 0)
    assert guest.read(0x0) == 0x50


@pytest.mark.parametrize("part", [0x92, 0x93])
def test_identification_registers_name_architecture_3(guest: Rig, part: int) -> None:
    """PIDR2 is 0x3b in both frames that drivers look at."""
    read = guest.read if part == 0x92 else guest.read_redistributor
    assert [read(0xFFD0 + 4 * n) for n in range(12)] == [part if n is None else n for n in IDS]
    assert read(0xFFCC) == 0


def test_each_redistributor_tells_affinity_and_the_last_one_that_it_is(guest: Rig) -> None:
    """TYPER reads whole or by halves."""
    pair = Rig(vcpus=2)
    assert guest.read_redistributor(0x8, 8) == 0x10
    assert pair.read_redistributor(0x8, 8) == 0
    assert pair.read_redistributor(STRIDE + 0x8, 8) == 0x00000001_00000110
    assert pair.read_redistributor(STRIDE + 0x8) & 0xFFFFFFFF == 0x110
    assert pair.read_redistributor(STRIDE + 0xC) == 1
    assert pair.read_redistributor(STRIDE + 0x4) == 0x43B


def test_beyond_the_last_redistributor_there_is_nothing(guest: Rig) -> None:
    """Reads are zero, writes are lost."""
    guest.write_redistributor(STRIDE + 0x14, 0)
    assert guest.read_redistributor(STRIDE + 0x14) == 0


def test_beyond_the_last_redistributor_is_not_the_next_partitions() -> None:
    """The machine's vCPUs lie in a row: what follows the last one is another partition's."""
    row = Rig(vcpus=2)
    row.partition.vcpu_count = 1
    assert row.read_redistributor(0x14) == 6
    row.write_redistributor(STRIDE + 0x14, 0)
    row.write_redistributor(STRIDE + SGI_FRAME + rig.ISENABLER, 1)
    for offset in (0x4, 0x8, 0x14, SGI_FRAME + rig.ISENABLER):
        assert row.read_redistributor(STRIDE + offset) == 0
    assert row.vcpu(1).vgic.waker == 6
    assert row.vcpu(1).vgic.local.enabled == 0


def test_children_sleep_and_wake_with_the_processor(guest: Rig) -> None:
    """A driver waits for ChildrenAsleep to follow."""
    assert guest.read_redistributor(0x14) == 6
    guest.write_redistributor(0x14, 4)
    assert guest.read_redistributor(0x14) == 0
    guest.write_redistributor(0x14, 2)
    assert guest.read_redistributor(0x14) == 6


def test_enables_and_groups_are_set_and_cleared_by_bit(guest: Rig) -> None:
    """The set and the clear register show the same bits."""
    for intid in (0, 31, 32, 95):
        guest.bit_write(rig.ISENABLER, intid)
        assert guest.bit_read(rig.ISENABLER, intid) == 1
        assert guest.bit_read(rig.ICENABLER, intid) == 1
        guest.bit_write(rig.ICENABLER, intid)
        assert guest.bit_read(rig.ISENABLER, intid) == 0
    guest.write(rig.IGROUPR + 4, 0x1234)
    guest.write_redistributor(SGI_FRAME + rig.IGROUPR, 0x5678)
    assert guest.read(rig.IGROUPR + 4) == 0x1234
    assert guest.read_redistributor(SGI_FRAME + rig.IGROUPR) == 0x5678


@pytest.mark.parametrize("offset", [0x080, 0x100, 0x400, 0x41C, 0xC00, 0xC04, 0x6000])
def test_private_interrupts_are_not_in_the_distributor(guest: Rig, offset: int) -> None:
    """Their registers there read zero and ignore writes, as affinity routing has it."""
    guest.write(offset, 0xFFFFFFFF)
    assert guest.read(offset) == 0


@pytest.mark.parametrize("offset", [0x08C, 0x10C, 0x460, 0xC18, 0x6300, 0x7FE0, 0xD00, 0xF00])
def test_interrupts_that_are_not_there_read_zero(guest: Rig, offset: int) -> None:
    """So do registers that this distributor has no use for."""
    guest.write(offset, 0xFFFFFFFF)
    assert guest.read(offset) == 0


def test_the_special_intids_are_no_interrupts() -> None:
    """Of the last word, INTIDs 992 to 1019 are there."""
    guest = Rig(intids=1024)
    guest.write(rig.ISENABLER + 124, 0xFFFFFFFF)
    assert guest.read(rig.ISENABLER + 124) == 0x0FFFFFFF
    assert guest.read(0x4) & 0x1F == 31


def test_priorities_are_bytes_of_32_levels(guest: Rig) -> None:
    """Byte, word and double word accesses see the same bytes."""
    guest.write(rig.IPRIORITYR + 32, 0xFFA09081)
    guest.write(rig.IPRIORITYR + 33, 0x47, 1)
    assert guest.read(rig.IPRIORITYR + 32) == 0xF8A04080
    assert guest.read(rig.IPRIORITYR + 32, 8) == 0xF8A04080
    assert guest.read(rig.IPRIORITYR + 35, 1) == 0xF8
    guest.write_redistributor(SGI_FRAME + rig.IPRIORITYR + 28, 0x20304050)
    assert guest.read_redistributor(SGI_FRAME + rig.IPRIORITYR + 28) == 0x20304050
    assert guest.read_redistributor(SGI_FRAME + rig.IPRIORITYR + 30, 1) == 0x30


def test_an_access_across_the_end_of_the_priorities_stays_inside(guest: Rig) -> None:
    """A wide access to the last interrupts wraps within its word and harms nobody."""
    guest.write(rig.IPRIORITYR + 95, 0xF8F8, 2)
    assert guest.read(rig.IPRIORITYR + 95, 1) == 0xF8
    assert guest.read(rig.IPRIORITYR + 96) == 0


def test_sgis_are_edge_triggered_for_ever_and_others_as_configured(guest: Rig) -> None:
    """ICFGR holds two bits per interrupt, of which the upper one counts."""
    assert guest.read_redistributor(SGI_FRAME + rig.ICFGR) == 0xAAAAAAAA
    guest.write_redistributor(SGI_FRAME + rig.ICFGR, 0)
    guest.write_redistributor(SGI_FRAME + rig.ICFGR + 4, 0x00000003)
    guest.write(rig.ICFGR + 12, 0x80000002)
    assert guest.read_redistributor(SGI_FRAME + rig.ICFGR) == 0xAAAAAAAA
    assert guest.read_redistributor(SGI_FRAME + rig.ICFGR + 4) == 0x00000002
    assert guest.read(rig.ICFGR + 8) == 0
    assert guest.read(rig.ICFGR + 12) == 0x80000002


def test_bound_interrupts_begin_as_the_board_has_them(guest: Rig) -> None:
    """vgic_bind() presets ICFGR."""
    lib.vgic_bind(guest.vcpu(), 45, True)
    assert guest.read(rig.ICFGR + 8) == 2 << 13 * 2
    lib.vgic_bind(guest.vcpu(), 45, False)
    assert guest.read(rig.ICFGR + 8) == 0


@pytest.mark.parametrize("offset", [0x104, 0x404, 0x420, 0x500, 0xC08, 0x0D00])
def test_the_sgi_frame_has_32_interrupts(guest: Rig, offset: int) -> None:
    """What would be other interrupts' reads zero and ignores writes."""
    private = offset == 0x404
    guest.write_redistributor(SGI_FRAME + offset, 0xF8F8F8F8)
    assert guest.read_redistributor(SGI_FRAME + offset) == (0xF8F8F8F8 if private else 0)
    guest.write_redistributor(0x100, 0xFFFFFFFF)
    assert guest.read_redistributor(SGI_FRAME + 0x100) == 0


def test_routing_is_read_and_written_whole_or_by_half() -> None:
    """IROUTER of the last implemented interrupt is there too; the upper half is zero."""
    guest = Rig(vcpus=3)
    guest.write(rig.IROUTER + 8 * 95, 2, 8)
    guest.write(rig.IROUTER + 8 * 32, 1)
    guest.write(rig.IROUTER + 8 * 32 + 4, 1)
    assert guest.read(rig.IROUTER + 8 * 95, 8) == 2
    assert guest.read(rig.IROUTER + 8 * 32) == 1
    assert guest.read(rig.IROUTER + 8 * 32 + 4) == 0


def test_routing_to_any_vcpu_means_the_first() -> None:
    """And one to a vCPU that is not there is not made."""
    guest = Rig(vcpus=2)
    guest.write(rig.IROUTER + 8 * 40, 1, 8)
    guest.write(rig.IROUTER + 8 * 40, 2, 8)
    guest.write(rig.IROUTER + 8 * 40, 0x100, 8)
    assert guest.read(rig.IROUTER + 8 * 40, 8) == 1
    guest.write(rig.IROUTER + 8 * 40, 0x80000000, 8)
    assert guest.read(rig.IROUTER + 8 * 40, 8) == 0
