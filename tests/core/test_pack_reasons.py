# SPDX-License-Identifier: Apache-2.0
"""Each way to be refused: one field of a good pack is changed, and the verdict points at it."""

from typing import Any

import pytest

import packs
from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi

R = core.Reason
T = core.Table
NONE = core.CONSTANTS["NONE"]

# Table and entry, the fields to set, the reason, what the entry is said to collide with.
Case = tuple[core.Table, int, dict[str, Any], core.Reason]

HEADER: list[Case] = [
    (T.HEADER, 0, {"abi_major": 2}, R.PACK_ABI),
    (T.HEADER, 0, {"abi_minor": 1}, R.PACK_ABI),
    (T.HEADER, 0, {"features": 1 << 63}, R.PACK_FEATURE),
    (T.HEADER, 0, {"flags": 2}, R.PACK_FORMAT),
    (T.HEADER, 0, {"zero": 1}, R.PACK_FORMAT),
]

BOARD: list[Case] = [
    (T.BOARD, 0, {"name": b""}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"name": b"a\0b"}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"name": b"a b"}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"name": b"\x7f"}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"name": b"x" * 32}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"compatible": b""}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"window": 0x40201000}, R.MEM_ALIGN),
    (T.BOARD, 0, {"window": 0x20000000}, R.MEM_OUTSIDE_RAM),
    (T.BOARD, 0, {"window": 0x40000000}, R.MEM_RESERVED),
    (T.BOARD, 0, {"window": 0xFFFFFFFFFFE00000}, R.MEM_WRAP),
    (T.BOARD, 0, {"pack_home": 0x7FF00800}, R.MEM_ALIGN),
    (T.BOARD, 0, {"pack_home": 0x7FFFF000}, R.MEM_OUTSIDE_RAM),
    (T.BOARD, 0, {"pack_home": 0x40300000}, R.MEM_HYPERVISOR),
    (T.BOARD, 0, {"gicd_base": 0x08000001}, R.MEM_ALIGN),
    (T.BOARD, 0, {"gicd_size": 0}, R.MEM_ALIGN),
    (T.BOARD, 0, {"gicd_size": 0x1000}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"gicr_size": 0x1000}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"gicr_base": 1 << 48}, R.MEM_WRAP),
    (T.BOARD, 0, {"gich_base": 0x1000}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"gicv_size": 0x1000}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"gic_version": 1}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"gicr_base": 0x08001000}, R.MEM_DEVICE),
    (T.BOARD, 0, {"gicr_base": 0x40100000}, R.MEM_DEVICE),
    (T.BOARD, 0, {"console_driver": b""}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_driver": b"x" * 16}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_driver": b"none"}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_register": 0x09000002}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_register": 0x09000F04}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_register": 0x08FFFFFC}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_shift": 4, "console_width": 4}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_shift": 2, "console_width": 0}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_shift": 2, "console_width": 3}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_shift": 2, "console_width": 8}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_shift": 1, "console_width": 4}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_irq": 31}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_irq": 1020}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"console_size": 0x10}, R.MEM_ALIGN),
    (T.BOARD, 0, {"maintenance_irq": 15}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"maintenance_irq": 30}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"virtual_irq": 28}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"physical_irq": 32}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"hypervisor_irq": 32}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"cpu_count": 0}, R.CONFIG_BOARD),
    (T.BOARD, 0, {"bring_up": 3}, R.CONFIG_BOARD),
]

MEMORY: list[Case] = [
    (T.MEMORY, 0, {"name": b""}, R.CONFIG_BOARD),
    (T.MEMORY, 0, {"kind": 3}, R.CONFIG_BOARD),
    (T.MEMORY, 0, {"kind": 0}, R.CONFIG_BOARD),
    (T.MEMORY, 0, {"board": 1}, R.CONFIG_BOARD),
    (T.MEMORY, 1, {"base": 0x40000001}, R.MEM_ALIGN),
    (T.MEMORY, 1, {"size": 0xFFFFFFFFFFFFF000}, R.MEM_WRAP),
    (T.MEMORY, 1, {"kind": 1}, R.MEM_OVERLAP),
]

PARTITION: list[Case] = [
    (T.PARTITION, 0, {"name": b"\n"}, R.CONFIG_PARTITION),
    (T.PARTITION, 2, {"name": b"work"}, R.CONFIG_PARTITION),
    (T.PARTITION, 0, {"kind": 3}, R.CONFIG_PARTITION),
    (T.PARTITION, 1, {"kind": 1}, R.CONFIG_PARTITION),
    (T.PARTITION, 1, {"priority": 0}, R.CONFIG_PARTITION),
    (T.PARTITION, 0, {"restart": 3}, R.CONFIG_PARTITION),
    (T.PARTITION, 0, {"vgic": 1}, R.CONFIG_PARTITION),
    (T.PARTITION, 0, {"vgic": 4}, R.CONFIG_PARTITION),
    (T.PARTITION, 0, {"vgic": 2}, R.CONFIG_REGION),  # with regions of a GICv3
    (T.PARTITION, 0, {"protocol": 0}, R.CONFIG_PARTITION),
    (T.PARTITION, 0, {"flags": 1}, R.CONFIG_PARTITION),
    (T.PARTITION, 0, {"zero": 1}, R.CONFIG_PARTITION),
    (T.PARTITION, 0, {"abi_major": 2}, R.PACK_ABI),
    (T.PARTITION, 0, {"abi_minor": 1}, R.PACK_ABI),
    (T.PARTITION, 0, {"features": 0x800}, R.PACK_FEATURE),
    (T.PARTITION, 0, {"entry": 0x40400002}, R.CONFIG_ENTRY),
    (T.PARTITION, 0, {"entry": 0x40500000}, R.CONFIG_ENTRY),
    (T.PARTITION, 0, {"entry": 0x09030000}, R.CONFIG_ENTRY),
    (T.PARTITION, 0, {"dtb": 0x405F0004}, R.CONFIG_ENTRY),
    (T.PARTITION, 0, {"dtb": 0x40600000}, R.CONFIG_ENTRY),
]

VCPU: list[Case] = [
    (T.VCPU, 0, {"partition": 1}, R.CONFIG_VCPU),
    (T.VCPU, 1, {"partition": 0}, R.CONFIG_VCPU),
    (T.VCPU, 0, {"partition": NONE}, R.CONFIG_VCPU),
    (T.VCPU, 0, {"number": 1}, R.CONFIG_VCPU),
    (T.VCPU, 0, {"cpu": 1}, R.CONFIG_VCPU),
    (T.VCPU, 0, {"zero": 1}, R.CONFIG_VCPU),
]

# Of the region table: 0 RAM, 1 a device, 2 GICD and 3 GICR of the firmware; 4 RAM, 5 GICD, 6 GICR,
# 7 PL011 and 8 PL031 of one persona; 9 RAM .. of the other.
REGION: list[Case] = [
    (T.REGION, 0, {"partition": 3}, R.CONFIG_REGION),
    (T.REGION, 0, {"kind": 0}, R.CONFIG_REGION),
    (T.REGION, 0, {"kind": 4}, R.CONFIG_REGION),
    (T.REGION, 0, {"kind": 20}, R.CONFIG_REGION),
    (T.REGION, 0, {"kind": 21}, R.CONFIG_REGION),
    (T.REGION, 0, {"kind": 22}, R.CONFIG_REGION),
    (T.REGION, 0, {"kind": 23}, R.CONFIG_REGION),
    (T.REGION, 0, {"kind": 3}, R.CONFIG_CHANNEL),
    (T.REGION, 0, {"flags": 4}, R.CONFIG_REGION),
    (T.REGION, 0, {"intid": 40}, R.CONFIG_REGION),
    (T.REGION, 1, {"flags": 3}, R.CONFIG_REGION),
    (T.REGION, 1, {"intid": 40}, R.CONFIG_REGION),
    (T.REGION, 5, {"size": 0x1000}, R.CONFIG_REGION),
    (T.REGION, 5, {"intid": 40}, R.CONFIG_REGION),
    (T.REGION, 5, {"pa": 0x1000}, R.CONFIG_REGION),
    (T.REGION, 5, {"flags": 1}, R.CONFIG_REGION),
    (T.REGION, 6, {"size": 0x40000}, R.CONFIG_REGION),
    (T.REGION, 7, {"intid": 31}, R.CONFIG_REGION),
    (T.REGION, 7, {"intid": 96}, R.CONFIG_REGION),
    (T.REGION, 7, {"intid": 1020}, R.CONFIG_REGION),
    (T.REGION, 8, {"kind": 18}, R.CONFIG_REGION),
    (T.REGION, 0, {"ipa": 0x40400800}, R.MEM_ALIGN),
    (T.REGION, 0, {"pa": 0x40400800}, R.MEM_ALIGN),
    (T.REGION, 0, {"size": 0x800}, R.MEM_ALIGN),
    (T.REGION, 0, {"size": 0}, R.MEM_ALIGN),
    (T.REGION, 0, {"pa": 0xFFFFFFFFFFFFF000}, R.MEM_WRAP),
    (T.REGION, 0, {"ipa": 0xFFFFFFFFFFFFF000}, R.MEM_IPA_RANGE),
    (T.REGION, 0, {"ipa": (1 << 39) - 0x1000}, R.MEM_IPA_RANGE),
    (T.REGION, 7, {"ipa": 1 << 39}, R.MEM_IPA_RANGE),
    (T.REGION, 0, {"pa": 0x40200000}, R.MEM_HYPERVISOR),
    (T.REGION, 0, {"pa": 0x7FE00000}, R.MEM_HYPERVISOR),
    (T.REGION, 0, {"pa": 0x3FF00000}, R.MEM_RESERVED),
    (T.REGION, 0, {"pa": 0x50000000 - 0x100000, "size": 0x40000000}, R.MEM_HYPERVISOR),
    (T.REGION, 0, {"pa": 0x80000000}, R.MEM_OUTSIDE_RAM),
    (T.REGION, 0, {"pa": 0x20000000}, R.MEM_OUTSIDE_RAM),
    (T.REGION, 1, {"pa": 0x60000000}, R.MEM_DEVICE),
    (T.REGION, 1, {"pa": 0x08000000}, R.MEM_DEVICE),
    (T.REGION, 1, {"pa": 0x080B0000}, R.MEM_DEVICE),
    (T.REGION, 1, {"pa": 0x09000000}, R.MEM_DEVICE),
    (T.REGION, 1, {"pa": 0x0A000000}, R.MEM_RESERVED),
    (T.REGION, 4, {"pa": 0x40400000}, R.MEM_OVERLAP),
    (T.REGION, 1, {"ipa": 0x40400000}, R.MEM_IPA_OVERLAP),
    (T.REGION, 7, {"ipa": 0x08000000}, R.MEM_IPA_OVERLAP),
    (T.REGION, 4, {"pa": 0x40601000}, R.MEM_TABLES),
]

INTERRUPT: list[Case] = [
    (T.INTERRUPT, 0, {"physical": 31}, R.CONFIG_INTERRUPT),
    (T.INTERRUPT, 0, {"physical": 1020, "intid": 1020}, R.CONFIG_INTERRUPT),
    (T.INTERRUPT, 0, {"intid": 40}, R.CONFIG_INTERRUPT),
    (T.INTERRUPT, 0, {"physical": 96, "intid": 96, "partition": 1}, R.CONFIG_INTERRUPT),
    (T.INTERRUPT, 0, {"partition": 3}, R.CONFIG_INTERRUPT),
    (T.INTERRUPT, 0, {"flags": 2}, R.CONFIG_INTERRUPT),
    (T.INTERRUPT, 0, {"physical": 33, "intid": 33}, R.CONFIG_INTERRUPT),
    (T.INTERRUPT, 0, {"physical": 34, "intid": 34, "partition": 1}, R.CONFIG_INTERRUPT),
]

IMAGE: list[Case] = [
    (T.IMAGE, 0, {"name": b""}, R.CONFIG_IMAGE),
    (T.IMAGE, 1, {"name": b"realtime/segment0"}, R.CONFIG_IMAGE),
    (T.IMAGE, 0, {"kind": 0}, R.CONFIG_IMAGE),
    (T.IMAGE, 0, {"kind": 6}, R.CONFIG_IMAGE),
    (T.IMAGE, 0, {"partition": 3}, R.CONFIG_IMAGE),
    (T.IMAGE, 0, {"offset": 0x1001}, R.CONFIG_IMAGE),
    (T.IMAGE, 0, {"offset": 0}, R.CONFIG_IMAGE),
    (T.IMAGE, 0, {"offset": 0x100000}, R.CONFIG_IMAGE),
    (T.IMAGE, 0, {"size": 1 << 63, "memory": 1 << 63}, R.CONFIG_IMAGE),
    (T.IMAGE, 0, {"memory": 1}, R.MEM_IMAGE),
    (T.IMAGE, 0, {"size": 0, "memory": 0}, R.MEM_IMAGE),
    (T.IMAGE, 0, {"memory": 0x200001}, R.MEM_IMAGE),
    (T.IMAGE, 0, {"memory": 0xFFFFFFFFFFFFFFFF}, R.MEM_IMAGE),
    (T.IMAGE, 0, {"load": 0x40300000}, R.MEM_IMAGE),
    (T.IMAGE, 1, {"load": 0x40400000}, R.MEM_IMAGE),
]


@pytest.mark.parametrize(
    ("table", "index", "values", "reason"),
    [*HEADER, *BOARD, *MEMORY, *PARTITION, *VCPU, *REGION, *INTERRUPT, *IMAGE],
)
def test_one_wrong_field_is_refused_for_its_reason(
    metadata: bytes, table: core.Table, index: int, values: dict[str, Any], reason: core.Reason
) -> None:
    """The host and the board give the reason of the first rule that the pack breaks."""
    assert reason is packs.judged(packs.spoiled(metadata, table, index, **values)).reason


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("magic", 0, R.PACK_NOT_FOUND),
        ("major", 2, R.PACK_FORMAT),
        ("header_size", 264, R.PACK_FORMAT),
        ("meta_size", 248, R.PACK_FORMAT),
        ("meta_size", 65544, R.PACK_FORMAT),
        ("meta_size", 260, R.PACK_FORMAT),
        ("total_size", 0, R.PACK_FORMAT),
        ("total_size", 4097, R.PACK_FORMAT),
        ("total_size", 1 << 40, R.PACK_TRUNCATED),
        ("checksum", 0, R.PACK_CHECKSUM),
    ],
)
def test_a_damaged_file_is_refused(
    metadata: bytes, field: str, value: int, reason: core.Reason
) -> None:
    """Before its checksum is known to be right, hardly anything of it is read."""
    buffer = packs.as_buffer(metadata)
    setattr(packs.header_of(buffer), field, value)

    assert reason is packs.judged(bytes(ffi.buffer(buffer))).reason


@pytest.mark.parametrize("table", [table for table in T if table is not T.HEADER])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("count", 65),
        ("count", 0xFFFFFFFF),
        ("stride", 8),
        ("stride", 1001),
        ("offset", 0),
        ("offset", 260),
        ("offset", 0xFFFFFFF8),
        ("zero", 1),
    ],
)
def test_a_table_out_of_its_bounds_is_refused(
    metadata: bytes, table: core.Table, field: str, value: int
) -> None:
    """No entry is read before all tables are known to lie in the metadata."""
    buffer = packs.as_buffer(metadata)
    setattr(packs.header_of(buffer).tables[table], field, value)
    verdict = packs.judged(packs.sealed(buffer))

    assert (R.PACK_TABLE, table, None) == (verdict.reason, verdict.table, verdict.index)


def test_a_verdict_names_both_parties_and_both_values(metadata: bytes) -> None:
    """What collides with what, and where each of them is."""
    verdict = packs.judged(packs.spoiled(metadata, T.REGION, 4, pa=0x40500000))

    assert verdict == core.Verdict(
        reason=R.MEM_OVERLAP,
        table=T.REGION,
        index=4,
        other_table=T.REGION,
        other_index=0,
        value=0x40500000,
        bound=0x40400000,
    )


def test_a_verdict_over_one_field_names_no_other_party(metadata: bytes) -> None:
    """The value found and the bound that it breaks."""
    verdict = packs.judged(packs.spoiled(metadata, T.PARTITION, 2, restart=9))

    assert verdict == core.Verdict(
        reason=R.CONFIG_PARTITION,
        table=T.PARTITION,
        index=2,
        other_table=T.HEADER,
        other_index=None,
        value=9,
        bound=2,
    )


def test_every_reason_that_a_pack_can_be_refused_for_is_tested(metadata: bytes) -> None:
    """The lists above leave out none of the codes from 17 to 58."""
    cases = [*HEADER, *BOARD, *MEMORY, *PARTITION, *VCPU, *REGION, *INTERRUPT, *IMAGE]
    files = {R.PACK_NOT_FOUND, R.PACK_TRUNCATED, R.PACK_FORMAT, R.PACK_CHECKSUM, R.PACK_TABLE}
    elsewhere = {R.PACK_FINGERPRINT, R.CONFIG_SMMU, R.CONFIG_DELEGATE}  # in files of their own

    tested = {case[3] for case in cases} | files | elsewhere
    assert tested == {reason for reason in R if R.PACK_NOT_FOUND <= reason < R.RUN_IMAGE_DIGEST}
    assert packs.judged(metadata).ok
