# SPDX-License-Identifier: Apache-2.0
"""The cores and how they are started (Devicetree Specification 0.4, 3.8; binding arm,psci)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mvpsdk.tree.nodes import Node, Tree
    from mvpsdk.tree.notes import Notes

__all__ = ["note_cpus"]

MOST = 256
"""Cores of a board.toml at most."""
AFFINITY = 0xFF00FFFFFF
"""Of MPIDR_EL1 (Arm DDI 0487, D19.2.98): Aff3 and Aff2 to Aff0."""
MODELS = ("armv8", "arm-v8")
"""What the trees of simulators say, which model no core in particular."""
GENERIC = "generic"
"""How compilers name a core of which nothing is known but the architecture."""
CPU_ON = 0xC4000003
"""Function number from PSCI 0.2 on (Arm DEN 0022, 5.4); 0.1 leaves it to the tree."""

_WORD = re.compile(r"[!-~]{1,63}")


def note_cpus(tree: Tree, notes: Notes) -> int | None:
    """Write down the cores; returns how many, None if that is not known."""
    cpus = [node for node in tree.below("/cpus") if _is_cpu(node)]
    enabled = [node for node in cpus if node.enabled]
    holder = tree.by_path.get("/cpus")
    count = len(enabled) if 0 < len(enabled) <= MOST else None
    _cores(notes, enabled if count else [], holder)
    notes.known("cpu.count", count, holder, "/cpus has no enabled cpu node")
    _bring_up(tree, notes, enabled, holder)
    if count:
        _releases(notes, enabled, holder)
        _kinds(notes, enabled, holder)
        _affinities(notes, enabled, holder)
    return count


def _is_cpu(node: Node) -> bool:
    return node.text("device_type") == "cpu" or node.generic == "cpu"


def _core(node: Node) -> str:
    """Return a core's kind; "" if the node doesn't tell."""
    found = node.text("compatible").rpartition(",")[2]
    found = GENERIC if found in MODELS else found
    return found if _WORD.fullmatch(found) else ""


def _cores(notes: Notes, cpus: list[Node], holder: Node | None) -> None:
    first = cpus[0] if cpus else None
    kind = _core(first) if first else ""
    if first is None or not kind:
        notes.missing("cpu.core", first or holder, "the node doesn't say which core it is")
    elif kind == GENERIC:
        notes.fact("cpu.core", kind, first, "likely", "the tree names the architecture only")
    elif first.text("compatible").startswith("arm,"):
        notes.fact("cpu.core", kind, first)
    else:
        notes.fact("cpu.core", kind, first, "likely", "the vendor's own name of the core")


def _kinds(notes: Notes, cpus: list[Node], holder: Node | None) -> None:
    kinds = [_core(node) for node in cpus]
    if len(set(kinds)) > 1 and all(kinds):
        sure = all(node.text("compatible").startswith("arm,") for node in cpus)
        notes.fact("cpu.cores", kinds, holder, "certain" if sure else "likely")


def _affinities(notes: Notes, cpus: list[Node], holder: Node | None) -> None:
    raw = [node.raw_reg() for node in cpus]
    found = [_affinity(node) for node in cpus]
    if all(number is not None for number in found) and found != list(range(len(raw))):
        notes.fact("cpu.affinities", found, holder)


def _affinity(node: Node) -> int | None:
    """Return `reg`: the affinity fields of MPIDR_EL1, in one cell or two."""
    number = 0
    cells = node.cells("reg")
    for cell in cells:
        number = number << 32 | cell
    return number if cells and len(cells) <= 2 and number & ~AFFINITY == 0 else None  # noqa: PLR2004


# ---- how the others start ----


def _bring_up(tree: Tree, notes: Notes, cpus: list[Node], holder: Node | None) -> None:
    above = holder.text("enable-method") if holder else ""
    methods = {node.path: node.text("enable-method") or above for node in cpus}
    kinds = set(methods.values()) - {""}
    psci = _psci(tree)
    if psci and kinds <= {"psci"}:
        _by_psci(notes, psci)
    elif kinds == {"spin-table"}:
        notes.fact("cpu.bring-up", "spin-table", cpus[0])
    elif "psci" in kinds:
        reason = "not all CPUs say PSCI" if psci else "the CPUs say PSCI, and there is no such node"
        notes.missing("cpu.bring-up", holder, reason)
    else:
        notes.fact("cpu.bring-up", "none", holder, "likely", "neither PSCI nor a spin table")
    _remarks(notes, cpus, methods, psci)


def _releases(notes: Notes, cpus: list[Node], holder: Node | None) -> None:
    """Note where the cores wait in a spin table (Devicetree Specification 0.4, 3.8.1)."""
    cells = [node.cells("cpu-release-addr") for node in cpus]
    found = [pair[0] << 32 | pair[1] for pair in cells if len(pair) == 2]  # noqa: PLR2004 - a u64
    if len(found) == len(cpus) and all(address % 8 == 0 for address in found):
        notes.fact("cpu.release-addresses", found, holder)


def _psci(tree: Tree) -> Node | None:
    for node in tree.nodes:
        if node.enabled and any(name.startswith("arm,psci") for name in node.compatibles):
            return node
    return None


def _by_psci(notes: Notes, psci: Node) -> None:
    method = psci.text("method")
    if method not in {"smc", "hvc"}:
        notes.missing("cpu.bring-up", psci, f'method is "{method}", neither smc nor hvc')
        return
    notes.fact("cpu.bring-up", f"psci-{method}", psci)
    if method == "hvc":
        notes.remark(
            "BRD003",
            "psci-hvc",
            "board.el2",
            "PSCI is called by HVC: something runs at EL2 already",
            psci,
            hint="this board can't be used, unless its firmware can be replaced by one with SMC",
            parties=(("method", "hvc"), ("needed", "smc")),
        )
    if set(psci.compatibles) == {"arm,psci"}:
        number = psci.number("cpu_on", 0)
        usual = number == CPU_ON
        notes.remark(
            "BRD009",
            "psci-0.1-usual" if usual else "psci-0.1",
            "cpu.bring-up",
            "PSCI is of version 0.1"
            + (
                ": cores are started as in 0.2, but it can't switch the board off"
                if usual
                else ", with function numbers of its own; 0.2 or later is needed"
            ),
            psci,
            hint="update the boot firmware (TF-A)",
            parties=(("cpu_on", f"{number:#x}"), ("CPU_ON of 0.2", f"{CPU_ON:#x}")),
        )


def _remarks(notes: Notes, cpus: list[Node], methods: dict[str, str], psci: Node | None) -> None:
    kinds = sorted(set(methods.values()))
    first = next((node for node in cpus if methods[node.path] != "psci"), None)
    others = {methods[node.path] for node in cpus[1:]}  # the first one runs already
    if len(others) > 1 or (others and methods[cpus[0].path] and len(kinds) > 1):
        notes.remark(
            "BRD009",
            "mixed-enable-method",
            "cpu.bring-up",
            f"the CPUs start in different ways: {', '.join(kind or 'none' for kind in kinds)}",
            first,
            hint="all must start by PSCI over SMC",
        )
    if psci is None and kinds != ["spin-table"]:
        says = "the CPUs name it, so the boot loader may add it" if "psci" in kinds else ""
        notes.remark(
            "BRD009",
            "no-psci",
            "cpu.bring-up",
            f"there is no PSCI node{': ' + says if says else ''}",
            cpus[0] if cpus else None,
            hint='say how cores start: --set cpu.bring-up=psci-smc, "spin-table", or "none"'
            if notes.live
            else "boot the stock OS, copy /sys/firmware/fdt from it, and use --from-live-fdt",
        )
