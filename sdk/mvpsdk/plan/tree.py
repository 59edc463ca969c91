# SPDX-License-Identifier: Apache-2.0
"""The device trees that partitions are started with (Devicetree Specification 0.4).

A persona's shows the virtual handset: a subset of QEMU's "virt" machine at the same addresses, so
that what runs there finds what it knows. A realtime partition's shows the board's own addresses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mvpsdk.core.facade import CONSTANTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mvpsdk.plan.gic import VirtualGic
    from mvpsdk.units import Ipa, Range

__all__ = ["DeviceNode", "persona_tree", "realtime_tree"]

_GIC, _CLOCK, _GPIO = 1, 2, 3  # phandles
_KEY_POWER, _KEY_WAKEUP = 116, 143  # of Linux input-event-codes.h
_SPI, _PPI = 0, 1  # first cell of an interrupt (bindings: arm,gic-v3)
_EDGE, _LEVEL = 1, 4  # third cell: rising edge, high level
_PPI_CPUS_SHIFT = 8  # third cell of a GICv2's PPI: the CPUs that have it (arm,gic)
_COMPATIBLE = {2: "arm,cortex-a15-gic", 3: "arm,gic-v3"}  # as in QEMU's own trees
_TIMERS = (13, 14, 11, 10)  # PPI numbers: secure, physical, virtual, hypervisor (arm,arch_timer)


@dataclass(frozen=True, slots=True)
class _U64:
    """A 64-bit number, as two cells."""

    value: int


_Value = str | int | _U64 | tuple[int, ...] | tuple[str, ...] | None
"""Text, one cell, a 64-bit number, cells, texts; None: an empty property."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviceNode:
    """A device that a realtime partition owns."""

    name: str
    range: Range[Ipa]
    intid: int | None
    edge: bool


@dataclass(frozen=True, slots=True)
class _Node:
    """A node: its properties and its children, in the order in which they are written."""

    name: str
    properties: Mapping[str, _Value]
    children: Sequence[_Node] = field(default=())


def persona_tree(
    *,
    ram: Range[Ipa],
    cpu_count: int,
    gic: VirtualGic,
    command_line: str,
    ramdisk: Range[Ipa] | None,
    rtc: bool = True,
    flash: Sequence[Range[Ipa]] = (),
    power: bool = False,
) -> bytes:
    """Return the device tree blob of a persona, the same bytes for the same arguments."""
    uart = CONSTANTS["UART_BASE"]
    clock = _primecell("pl031", CONSTANTS["RTC_BASE"], CONSTANTS["RTC_INTID"], ("apb_pclk",))
    children = [
        _chosen(f"/pl011@{uart:x}", command_line, ramdisk),
        _Node("aliases", {"serial0": f"/pl011@{uart:x}"}),
        *_machine(ram, cpu_count, gic),
        _clock(),
        _primecell("pl011", uart, CONSTANTS["UART_INTID"], ("uartclk", "apb_pclk")),
        *([clock] if rtc else []),
        *([_flash(flash)] if flash else []),
        *(_power() if power else []),
    ]
    compatible = ("mvp,virtual-handset", "linux,dummy-virt")
    return _blob(_root("mvpsdk virtual handset", compatible, children))


def realtime_tree(
    *,
    ram: Range[Ipa],
    cpu_count: int,
    gic: VirtualGic,
    devices: Sequence[DeviceNode],
) -> bytes:
    """Return the device tree blob of a realtime partition whose map is direct."""
    children = [
        _Node("chosen", {}),
        *_machine(ram, cpu_count, gic),
        *(_device(device) for device in devices),
    ]
    return _blob(_root("mvpsdk realtime partition", ("mvp,realtime",), children))


def _root(model: str, compatible: tuple[str, ...], children: Sequence[_Node]) -> _Node:
    return _Node(
        "/",
        {
            "#address-cells": 2,
            "#size-cells": 2,
            "interrupt-parent": _GIC,
            "model": model,
            "compatible": compatible,
        },
        children,
    )


def _chosen(console: str, command_line: str, ramdisk: Range[Ipa] | None) -> _Node:
    properties: dict[str, _Value] = {"stdout-path": console}
    if command_line:
        properties["bootargs"] = command_line
    if ramdisk:
        properties["linux,initrd-start"] = _U64(ramdisk.base)
        properties["linux,initrd-end"] = _U64(ramdisk.end)
    return _Node("chosen", properties)


def _machine(ram: Range[Ipa], cpu_count: int, gic: VirtualGic) -> list[_Node]:
    """Return what both kinds have: memory, CPUs, PSCI, timer, interrupt controller."""
    return [
        _Node(f"memory@{ram.base:x}", {"device_type": "memory", "reg": _reg((ram.base, ram.size))}),
        _Node(
            "cpus",
            {"#address-cells": 1, "#size-cells": 0},
            [_cpu(number) for number in range(cpu_count)],
        ),
        _Node("psci", {"compatible": ("arm,psci-1.0", "arm,psci-0.2"), "method": "hvc"}),
        _timer(gic, cpu_count),
        _interrupt_controller(gic),
    ]


def _cpu(number: int) -> _Node:
    return _Node(
        f"cpu@{number:x}",
        {
            "device_type": "cpu",
            "compatible": "arm,armv8",
            "reg": number,
            "enable-method": "psci",
        },
    )


def _timer(gic: VirtualGic, cpu_count: int) -> _Node:
    cpus = (1 << cpu_count) - 1 if gic.version == 2 else 0  # noqa: PLR2004 - the binding's
    flags = cpus << _PPI_CPUS_SHIFT | _LEVEL
    cells = tuple(cell for number in _TIMERS for cell in (_PPI, number, flags))
    return _Node("timer", {"compatible": "arm,armv8-timer", "interrupts": cells, "always-on": None})


def _interrupt_controller(gic: VirtualGic) -> _Node:
    frames = [(frame.base, frame.size) for frame in (gic.distributor, gic.interface)]
    regions: dict[str, _Value] = {"#redistributor-regions": 1}
    return _Node(
        f"intc@{gic.distributor.base:x}",
        {
            "compatible": _COMPATIBLE[gic.version],
            "#address-cells": 0,
            "#interrupt-cells": 3,
            "interrupt-controller": None,
            **(regions if gic.version == 3 else {}),  # noqa: PLR2004 - the binding's
            "reg": _reg(*frames),
            "phandle": _GIC,
        },
    )


def _clock() -> _Node:
    return _Node(
        "apb-pclk",
        {
            "compatible": "fixed-clock",
            "#clock-cells": 0,
            "clock-frequency": CONSTANTS["UART_CLOCK_HZ"],
            "clock-output-names": "clk24mhz",
            "phandle": _CLOCK,
        },
    )


def _primecell(part: str, base: int, intid: int, clocks: tuple[str, ...]) -> _Node:
    """Return a device of Arm's PrimeCell family, whose drivers ask for clocks by name."""
    return _Node(
        f"{part}@{base:x}",
        {
            "compatible": (f"arm,{part}", "arm,primecell"),
            "reg": _reg((base, 0x1000)),
            "interrupts": (_SPI, intid - 32, _LEVEL),
            "clocks": (_CLOCK,) * len(clocks),
            "clock-names": clocks,
        },
    )


def _flash(banks: Sequence[Range[Ipa]]) -> _Node:
    """Return banks of NOR flash: two chips side by side make a bus of 32 bits (cfi-flash)."""
    cells = _reg(*((bank.base, bank.size) for bank in banks))
    return _Node(
        f"flash@{banks[0].base:x}", {"compatible": "cfi-flash", "reg": cells, "bank-width": 4}
    )


def _power() -> list[_Node]:
    """Return the GPIO and the keys at its pins, as Linux has them: each wakes it (gpio-keys)."""
    of = CONSTANTS
    gpio = _primecell("pl061", of["GPIO_BASE"], of["GPIO_INTID"], ("apb_pclk",))
    more: dict[str, _Value] = {
        "#gpio-cells": 2,
        "gpio-controller": None,
        "#interrupt-cells": 2,
        "interrupt-controller": None,
        "phandle": _GPIO,
    }
    keys = [
        _key("power", _KEY_POWER, of["GPIO_POWER_KEY"]),
        _key("ring", _KEY_WAKEUP, of["GPIO_RING"]),
    ]
    return [
        _Node(gpio.name, {**gpio.properties, **more}),
        _Node("gpio-keys", {"compatible": "gpio-keys"}, keys),
    ]


def _key(name: str, code: int, pin: int) -> _Node:
    active_high = 0
    properties: dict[str, _Value] = {
        "label": name,
        "linux,code": code,
        "gpios": (_GPIO, pin, active_high),
        "wakeup-source": None,
    }
    return _Node(f"{name}-key", properties)


def _device(device: DeviceNode) -> _Node:
    properties: dict[str, _Value] = {
        "compatible": "mvp,device",
        "label": device.name,
        "reg": _reg((device.range.base, device.range.size)),
    }
    if device.intid is not None:
        trigger = _EDGE if device.edge else _LEVEL
        properties["interrupts"] = (_SPI, device.intid - 32, trigger)
    return _Node(f"{device.name}@{device.range.base:x}", properties)


def _reg(*ranges: tuple[int, int]) -> tuple[int, ...]:
    """Write bases and sizes as cells, two for each number."""
    return tuple(
        cell for pair in ranges for number in pair for cell in (number >> 32, number & 0xFFFFFFFF)
    )


def _blob(root: _Node) -> bytes:
    """Write the tree in format version 17. The library has neither types nor an idea of time."""
    import fdt

    tree = fdt.FDT()
    tree.root = _library_node(root)
    blob: bytes = tree.to_dtb(version=17, last_comp_version=16, boot_cpuid_phys=0)
    return blob


def _library_node(node: _Node) -> object:
    import fdt

    result = fdt.Node(node.name)
    for name, value in node.properties.items():
        result.append(_library_property(name, value))
    for child in node.children:
        result.append(_library_node(child))
    return result


def _library_property(name: str, value: _Value) -> object:
    import fdt

    match value:
        case None:
            return fdt.Property(name)
        case str():
            return fdt.PropStrings(name, value)
        case int():
            return fdt.PropWords(name, value)
        case _U64():
            return fdt.PropWords(name, value.value >> 32, value.value & 0xFFFFFFFF)
    kind = fdt.PropStrings if isinstance(value[0], str) else fdt.PropWords
    return kind(name, *value)
