# SPDX-License-Identifier: Apache-2.0
"""The device trees that partitions are started with, read back by the core's own reader and dtc."""

from __future__ import annotations

import subprocess
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mvpsdk.core import facade
from mvpsdk.plan.gic import VirtualGic
from mvpsdk.plan.tree import DeviceNode, persona_tree, realtime_tree
from mvpsdk.units import MIB, Ipa, Range

RAM = Range(Ipa(0x4000_0000), 128 * MIB)
INITRD = Range(Ipa(0x4220_0000), 0x123456)


def gic(version: int, distributor: Range[Ipa], interface: Range[Ipa]) -> VirtualGic:
    """A virtual GIC of which a tree speaks."""
    return VirtualGic(version=version, distributor=distributor, interface=interface, regions=())


GICV3 = gic(3, Range(Ipa(0x0800_0000), 0x10000), Range(Ipa(0x080A_0000), 0x20000))
GICV2 = gic(2, Range(Ipa(0x0800_0000), 0x1000), Range(Ipa(0x0801_0000), 0x2000))


def persona(**changes: Any) -> bytes:
    """A persona's tree."""
    usual: dict[str, Any] = {
        "ram": RAM,
        "cpu_count": 1,
        "gic": GICV3,
        "command_line": "console=ttyAMA0",
        "ramdisk": INITRD,
    }
    return persona_tree(**{**usual, **changes})


def realtime() -> bytes:
    """A realtime partition's tree, with one device of each kind."""
    return realtime_tree(
        ram=Range(Ipa(0x9_4040_0000), 8 * MIB),
        cpu_count=1,
        gic=gic(3, Range(Ipa(0xFD40_0000), 0x10000), Range(Ipa(0xFD44_0000), 0x20000)),
        devices=[
            DeviceNode(name="gpio", range=Range(Ipa(0x903_0000), 0x1000), intid=39, edge=False),
            DeviceNode(name="radio", range=Range(Ipa(0x904_0000), 0x2000), intid=40, edge=True),
            DeviceNode(name="rng", range=Range(Ipa(0x905_0000), 0x1000), intid=None, edge=False),
        ],
    )


def source(blob: bytes) -> str:
    """What dtc makes of a tree; it must have nothing to say about it."""
    done = subprocess.run(
        ["dtc", "-I", "dtb", "-O", "dts"], input=blob, capture_output=True, check=True, timeout=30
    )
    assert done.stderr == b""
    return done.stdout.decode()


def test_a_persona_sees_the_virtual_handset() -> None:
    """The tree shows what the hypervisor emulates, at the platform's addresses."""
    text = source(persona())
    for line in (
        'compatible = "mvp,virtual-handset\\0linux,dummy-virt";',
        'bootargs = "console=ttyAMA0";',
        'stdout-path = "/pl011@9000000";',
        "linux,initrd-start = <0x00 0x42200000>;",
        "linux,initrd-end = <0x00 0x42323456>;",
        "reg = <0x00 0x40000000 0x00 0x8000000>;",
        'enable-method = "psci";',
        'method = "hvc";',
        "interrupts = <0x01 0x0d 0x04 0x01 0x0e 0x04 0x01 0x0b 0x04 0x01 0x0a 0x04>;",
        "reg = <0x00 0x8000000 0x00 0x10000 0x00 0x80a0000 0x00 0x20000>;",
        'clock-names = "uartclk\\0apb_pclk";',
        "clock-frequency = <0x16e3600>;",
        "interrupts = <0x00 0x01 0x04>;",
        "interrupts = <0x00 0x02 0x04>;",
    ):
        assert line in text


def test_what_a_persona_lacks_is_not_in_its_tree() -> None:
    """Without ramdisk, command line and clock there is no trace of them."""
    text = source(persona(ramdisk=None, command_line="", rtc=False))
    assert "initrd" not in text
    assert "bootargs" not in text
    assert "pl031" not in text


def test_each_cpu_has_a_node() -> None:
    """Four CPUs are four nodes."""
    text = source(persona(cpu_count=4))
    assert all(f"cpu@{number} {{" in text for number in range(4))


def test_firmware_sees_the_boards_addresses() -> None:
    """A direct map's tree has the board's own GIC and the devices that the firmware owns."""
    text = source(realtime())
    for line in (
        "reg = <0x09 0x40400000 0x00 0x800000>;",
        "reg = <0x00 0xfd400000 0x00 0x10000 0x00 0xfd440000 0x00 0x20000>;",
        "interrupts = <0x00 0x07 0x04>;",
        "interrupts = <0x00 0x08 0x01>;",
        'label = "rng";',
    ):
        assert line in text
    assert "pl011" not in text


def test_a_persona_with_a_gicv2_finds_its_cpu_interface() -> None:
    """The binding of QEMU's own GICv2; a PPI names the CPUs that have it (Linux: arm,gic)."""
    text = source(persona(gic=GICV2, cpu_count=2))
    for line in (
        'compatible = "arm,cortex-a15-gic";',
        "reg = <0x00 0x8000000 0x00 0x1000 0x00 0x8010000 0x00 0x2000>;",
        "interrupts = <0x01 0x0d 0x304 0x01 0x0e 0x304 0x01 0x0b 0x304 0x01 0x0a 0x304>;",
    ):
        assert line in text
    assert "redistributor" not in text


def test_the_same_tree_has_the_same_bytes() -> None:
    """Trees are reproducible, and their size doesn't depend on where the ramdisk is."""
    assert persona() == persona()
    moved = persona(ramdisk=Range(Ipa(0x7_0000_0000), 1))
    assert moved != persona()
    assert len(moved) == len(persona())


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=2047))
def test_any_command_line_arrives_as_it_is(command_line: str) -> None:
    """Whatever printable text the handset file has is what the guest reads."""
    root = facade.fdt_read(persona(command_line=command_line))
    chosen = next(node for node in root.children if node.name == "chosen")
    assert chosen.properties["bootargs"] == command_line.encode() + b"\0"
