# SPDX-License-Identifier: Apache-2.0
"""Brings a label and what the reader found into one form, so that they can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk.units import parse_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mvpsdk.tree import Survey

TODO = "TODO"
PAGE = 0x1000
FRAMES = {
    2: ("distributor", "cpu-interface", "hypervisor-interface", "virtual-interface"),
    3: ("distributor", "redistributor"),
    TODO: ("distributor",),
}
TIMERS = ("virtual-irq", "physical-irq", "hypervisor-irq", "frequency")
CONSOLE = {"compatible": None, "base": None, "irq": None, "register-shift": 0, "register-width": 1}
"""What a console's table holds, and what stands for what it leaves out."""


def labelled(label: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a label by what they are about."""
    cpu, gic, console = label["cpu"], label["interrupt-controller"], label["console"]
    return {
        "compatible": label["board"]["compatible"],
        "cpu": _core(cpu["core"]),
        "cpu.count": cpu["count"],
        "cpu.bring-up": cpu["bring-up"],
        "cpu.cores": list(map(_core, cpu.get("cores", [cpu["core"]] * cpu["count"]))),
        "cpu.affinities": cpu["affinities"],
        "memory": _ranges(label["memory"] if label["memory"] != TODO else []),
        "reserved": _reserved(label.get("reserved", [])),
        "gic": {name: gic[name] for name in ("version", "maintenance-irq")},
        "gic.frames": {name: _labelled_frame(gic, name) for name in FRAMES[gic["version"]]},
        "timer": {name: label["timer"].get(name) for name in TIMERS},
        "console": TODO if "none" in console else _console(console),
        "iommus": sorted(_unit(unit) for unit in label.get("iommu", [])),
    }


def found(survey: Survey) -> dict[str, Any]:
    """Return the facts that the reader found, in the same form."""
    values = survey.values
    cpu, gic, console = values["cpu"], values["interrupt-controller"], values.get("console", {})
    told = console.get("driver", TODO) != TODO
    sure = told and survey.facts["console.driver"].confidence != "guess"
    return {
        "compatible": values["board"]["compatible"],
        "cpu": cpu["core"],
        "cpu.count": cpu["count"],
        "cpu.bring-up": cpu["bring-up"],
        "cpu.cores": cpu.get("cores", [cpu["core"]] * cpu["count"]),
        "cpu.affinities": cpu.get("affinities", list(range(cpu["count"]))),
        "memory": _ranges([bank for bank in values["memory"] if bank["size"] != TODO]),
        "reserved": _reserved(values.get("reserved", [])),
        "gic": {name: gic[name] for name in ("version", "maintenance-irq")},
        "gic.frames": {name: _frame(gic, name, cpu["count"]) for name in FRAMES[gic["version"]]},
        "timer": {name: values["timer"].get(name) for name in TIMERS},
        "console": _console(console) if sure else TODO,
        "iommus": sorted(_unit(unit) for unit in values.get("iommu", [])),
    }


def _core(compatible: str) -> str:
    """Return what compilers call a core: Arm's by its own name, others as their makers do."""
    return {"arm,armv8": "generic"}.get(compatible, compatible.partition(",")[2])


def _ranges(tables: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return sorted((table["base"], _bytes(table["size"])) for table in tables)


def _reserved(tables: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return what is reserved, in whole pages: a board.toml has no less."""
    ranges = ((base, base + size) for base, size in _ranges(tables))
    return [(base // PAGE * PAGE, -(-end // PAGE) * PAGE) for base, end in ranges]


def _bytes(size: int | str) -> int:
    return size if isinstance(size, int) else parse_size(size)


def _labelled_frame(gic: Mapping[str, Any], name: str) -> Any:
    """Return base and size of a register block; a distributor is as large as its version has it."""
    return gic[name][:1] if name == "distributor" and gic[name] != TODO else gic[name]


def _frame(gic: Mapping[str, Any], name: str, cores: int) -> Any:
    base = gic[name]
    if base == TODO:
        return TODO
    usual = 0x2000 if gic["version"] == 2 else 0x20000 * cores
    return [base] if name == "distributor" else [base, _bytes(gic.get(f"{name}-size", usual))]


def _console(table: Mapping[str, Any]) -> dict[str, Any]:
    return {name: table.get(name, default) for name, default in CONSOLE.items()}


def _unit(table: Mapping[str, Any]) -> tuple[str, int]:
    """Return an IOMMU's part and page."""
    return table["compatible"], table["base"] // PAGE * PAGE
