# SPDX-License-Identifier: Apache-2.0
"""What makes a board's facts contradict each other. What is not known yet contradicts nothing."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from mvpsdk.board.gic import FRAMES, GICR_STRIDE, gic_of
from mvpsdk.board.model import SMMUV3
from mvpsdk.core.drivers import console_drivers
from mvpsdk.errors import Fault
from mvpsdk.units import Pa, Range, describe_size, format_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.board.draft import Draft

__all__ = ["faults_of"]

UART_SIZE = 0x20
"""The least that a UART's registers take: eight of four bytes."""


def faults_of(known: Draft) -> Iterator[Fault]:
    """Yield everything that can't be true of a board, or that no version of mvpsdk can drive."""
    yield from _gic(known)
    yield from _cpus(known)
    yield from _ranges(known)
    yield from _names(known)
    yield from _interrupts(known)
    yield from _console(known)
    yield from _virtual(known)


def _fault(
    known: Draft,
    key: str,
    message: str,
    hint: str,
    *,
    rule: str = "",
    parties: tuple[tuple[str, str], ...] = (),
) -> Fault:
    return Fault(
        message=f"{key}: {message}",
        place=known.place(key),
        hint=hint,
        rule=rule,
        parties=parties,
    )


def _gic(known: Draft) -> Iterator[Fault]:
    table, key = known.content.interrupt_controller, "interrupt-controller"
    for frame in FRAMES.get(table.version or 0, ()):
        name = f"{key}.{frame}"
        if getattr(table, frame.replace("-", "_")) is None and name not in known.todos:
            yield _fault(
                known,
                name,
                f"missing, and a GICv{table.version} has one",
                f'add `{frame} = …`, or "TODO" as long as it is not known',
                rule="BRD004",
                parties=((name, "missing"), ("interrupt-controller.version", str(table.version))),
            )
    count = known.content.cpu.count
    have, need = table.redistributor_size, (count or 0) * GICR_STRIDE
    if table.version == 3 and have and have < need:  # noqa: PLR2004 - the architecture's version
        yield _fault(
            known,
            f"{key}.redistributor-size",
            f"{have:#x} bytes, but {count} cores need {need:#x} (128 KiB each)",
            "correct the size, or cpu.count",
            rule="BRD006",
            parties=((f"{key}.redistributor-size", f"{have:#x}"), (f"{count} cores", f"{need:#x}")),
        )


def _cpus(known: Draft) -> Iterator[Fault]:
    cpu = known.content.cpu
    for key, given in (
        ("cpu.cores", cpu.cores),
        ("cpu.affinities", cpu.affinities),
        ("cpu.release-addresses", cpu.release_addresses),
    ):
        if cpu.count is not None and given and len(given) != cpu.count:
            message = f"{len(given)} of them, but cpu.count is {cpu.count}"
            yield _fault(known, key, message, "one for each core, the first one first")


def _owned(known: Draft) -> Iterator[tuple[str, str, Range[Pa]]]:
    """List all that stands at a physical address: key, name, range."""
    content = known.content
    for number, bank in enumerate(content.memory):
        if bank.base is not None and bank.size is not None:
            yield f"memory[{number}]", f"RAM bank {number}", Range(Pa(bank.base), bank.size)
    gic = gic_of(content)
    for frame, name, found in gic.frames() if gic else ():
        yield f"interrupt-controller.{frame}", f"the {name}", found
    if content.console and content.console.base is not None:
        yield "console", "the console", Range(Pa(content.console.base), UART_SIZE)
    for number, device in enumerate(content.device):
        found = Range(Pa(device.base), device.size)
        yield f"device[{number}]", f'device "{device.name}"', found
    for number, unit in enumerate(content.iommu):
        if unit.compatible == SMMUV3:  # others share pages with the devices that they serve
            found = Range(Pa(unit.base), unit.size)
            yield f"iommu[{number}]", f'IOMMU "{unit.name}"', found


def _ranges(known: Draft) -> Iterator[Fault]:
    for (_, name, first), (key, other, second) in combinations(_owned(known), 2):
        if first.overlaps(second):
            yield _fault(
                known,
                key,
                f"{other} {second} overlaps {name} {first}",
                "one of the two bases or sizes is wrong; check the SoC manual",
                rule="BRD002" if "RAM bank" in name else "BRD010",
                parties=((other, str(second)), (name, str(first))),
            )


def _names(known: Draft) -> Iterator[Fault]:
    for table, names in (
        ("device", [device.name for device in known.content.device]),
        ("iommu", [unit.name for unit in known.content.iommu]),
        ("reserved", [area.name for area in known.content.reserved]),
    ):
        for name in _repeated(names):
            last = len(names) - 1 - names[::-1].index(name)
            yield _fault(
                known, f"{table}[{last}].name", f'"{name}" is taken already', "give it another name"
            )


def _repeated(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _interrupts(known: Draft) -> Iterator[Fault]:
    timer, content = known.content.timer, known.content
    lines = {
        "interrupt-controller.maintenance-irq": content.interrupt_controller.maintenance_irq,
        "timer.virtual-irq": timer.virtual_irq,
        "timer.physical-irq": timer.physical_irq,
        "timer.hypervisor-irq": timer.hypervisor_irq,
        "console.irq": content.console.irq if content.console else None,
    }
    for number, device in enumerate(content.device):
        lines[f"device[{number}].irq"] = device.irq
    for number, unit in enumerate(content.iommu):
        lines[f"iommu[{number}].event-irq"] = unit.event_irq
        if unit.error_irq != unit.event_irq:
            lines[f"iommu[{number}].error-irq"] = unit.error_irq
    for (first, irq), (second, other) in combinations(lines.items(), 2):
        if irq is not None and irq == other:
            yield _fault(
                known,
                second,
                f"INTID {irq} is {first} already",
                "each needs its own",
                rule="DEV004",
                parties=((second, str(other)), (first, str(irq))),
            )


def _console(known: Draft) -> Iterator[Fault]:
    console = known.content.console
    if console is None:
        return
    if console.driver not in (None, "none", *console_drivers()):
        there = ", ".join([*console_drivers(), "none"])
        yield _fault(
            known,
            "console.driver",
            f'there is no driver "{console.driver}"',
            f"there are: {there}",
            rule="BRD011",
            parties=(("console.driver", str(console.driver)), ("drivers", there)),
        )
    width, stride = console.register_width, 1 << console.register_shift
    if width > stride:
        yield _fault(
            known,
            "console.register-width",
            f"accesses of {width} bytes, but the registers stand {stride} apart",
            "correct the width, or console.register-shift",
            rule="BRD011",
            parties=(
                ("console.register-width", f"{width} bytes"),
                ("1 << console.register-shift", f"{stride} bytes"),
            ),
        )


def _virtual(known: Draft) -> Iterator[Fault]:
    virtual = known.content.virtual
    sizes = [bank.size for bank in known.content.memory]
    if virtual is None or None in sizes:
        return
    total = sum(size for size in sizes if size)
    if virtual.memory != total:
        yield _fault(
            known,
            "virtual.memory",
            f"{describe_size(virtual.memory)}, but the banks have {describe_size(total)}",
            f'it must have as much RAM as the board: virtual.memory = "{format_size(total)}"',
        )
