# SPDX-License-Identifier: Apache-2.0
"""RAM, and what of it nobody may have (Devicetree Specification 0.4: 3.4, 3.5, 5.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.tree.names import Names
from mvpsdk.units import PAGE, Range, align_down, align_up, format_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.tree.nodes import Node, Tree
    from mvpsdk.tree.notes import Notes
    from mvpsdk.units import Pa

__all__ = ["note_memory", "note_reserved"]

REACH = 1 << 48
LABEL = 15
"""The longest name of a reserved region in a board.toml."""
GENERIC = re.compile(r"memory|region|reserved(-memory)?|rsvd?|mem|buffer|rmem|[0-9a-f]*")
"""Names that say nothing of what a region is for."""
HYPERVISOR = re.compile(r"(.*-)?(hyp|hyptz|hypervisor|gunyah|qhee|xen)(-.*)?")
"""Names that vendors give to their own hypervisor's memory."""
UNKNOWN = "no /memory node gives a size: the boot loader fills it in"
UNKNOWN_LIVE = (
    "the running device's tree has no size either: UEFI started it, and tells the kernel of RAM"
    " itself; see System RAM in /proc/iomem, as root"
)


def note_memory(tree: Tree, notes: Notes) -> None:
    """Write down the banks of RAM."""
    nodes = [node for node in tree.below("/") if _is_memory(node) and node.enabled]
    banks = [(bank, node) for node in nodes for bank in node.reg() if bank]
    sized = [(bank, node) for bank, node in banks if _pages_inside(bank).size > 0]
    for number, (bank, node) in enumerate(sized):
        _bank(notes, number, bank, node)
    if sized:
        return
    base, holder = (banks[0][0].base, banks[0][1]) if banks else (0, None)
    why = UNKNOWN_LIVE if notes.live else UNKNOWN
    # many trees that wait for the boot loader say 0 for the base as well
    if not base or base % PAGE or base >= REACH:
        notes.missing("memory[0].base", holder, why)
    else:
        notes.fact("memory[0].base", base, holder, "likely", "the tree names it without a size")
    notes.missing("memory[0].size", holder, why)


def _is_memory(node: Node) -> bool:
    return node.generic == "memory" or node.text("device_type") == "memory"


def _bank(notes: Notes, number: int, bank: Range[Pa], node: Node) -> None:
    inside = _pages_inside(bank)
    confidence, why = ("certain", "") if notes.live else ("likely", "boot loaders may correct it")
    if inside != bank:
        why = f"{bank} without the pages that are not whole"
    notes.fact(f"memory[{number}].base", inside.base, node, confidence, why)  # type: ignore[arg-type]
    notes.fact(f"memory[{number}].size", format_size(inside.size), node, confidence, why)  # type: ignore[arg-type]


def _pages_inside(found: Range[Pa]) -> Range[Pa]:
    """Return the whole pages of a range, below 256 TiB."""
    base = align_up(found.base, PAGE)
    size = align_down(min(found.end, REACH), PAGE) - base
    return Range(type(found.base)(base), min(max(size, 0), REACH - PAGE))


def note_reserved(tree: Tree, notes: Notes, header: Sequence[Range[Pa]]) -> None:
    """Write down reserved memory: of the header's block, and of /reserved-memory."""
    names = Names(LABEL)
    found: list[tuple[str, Range[Pa], Node | None]]
    found = [("memreserve", block, None) for block in header]
    for region in _regions(tree):
        _dynamic(notes, region)
        found += [(_label(region), block, region) for block in region.reg() if block and block.size]
    _vendor_regions(tree, notes)
    kept = [(name, _pages_around(block), block, node) for name, block, node in found]
    kept = [entry for entry in kept if 0 < entry[1].size < REACH and entry[1].end <= REACH]
    kept.sort(key=lambda entry: (entry[1].base, entry[1].size))
    for number, (label, pages, block, node) in enumerate(kept):
        name = names.take(label, pages.base, generic=bool(GENERIC.fullmatch(label)))
        key = f"reserved[{number}]"
        note = "" if pages == block else f"{block} in the tree"
        notes.fact(f"{key}.name", name, node, "certain", "" if node else "the header's block")
        notes.fact(f"{key}.base", pages.base, node, "certain", note)
        notes.fact(f"{key}.size", format_size(pages.size), node, "certain", note)
        if pages != block:
            _unaligned(notes, key, name, block, node)
    _overlaps(notes, [(block, node, label) for label, _, block, node in kept])


def _regions(tree: Tree) -> Iterator[Node]:
    """Yield the nodes below /reserved-memory, those in groups as well."""
    below = list(tree.below("/reserved-memory"))
    for node in below:  # grows while it is walked
        if node.enabled:
            yield node
            below += node.children


def _label(node: Node) -> str:
    kept = re.sub(r"[^!-~]", "", node.generic.lower())
    return kept.replace("_", "-") or "region"


def _pages_around(found: Range[Pa]) -> Range[Pa]:
    base = align_down(found.base, PAGE)
    return Range(type(found.base)(base), align_up(found.end, PAGE) - base)


def _dynamic(notes: Notes, node: Node) -> None:
    if node.has("reg") or not node.has("size"):
        return
    size = 0
    for cell in node.cells("size")[:2]:
        size = size << 32 | cell
    notes.remark(
        "BRD012",
        "dynamic-reserved",
        "reserved",
        f"{node.name} asks for {format_size(size)} wherever there is room:"
        " it is up to the guest, and nothing is kept free for it",
        node,
        hint="if a firmware is loaded there, give it a fixed place in [[reserved]]",
    )


def _unaligned(notes: Notes, key: str, name: str, block: Range[Pa], node: Node | None) -> None:
    notes.remark(
        "BRD012",
        "reserved-unaligned",
        key,
        f"{name} {block} does not fill whole pages of 4 KiB: rounded outwards",
        node,
        hint="what shares a page with it is lost; check its size",
        parties=((name, str(block)),),
    )


def _overlaps(notes: Notes, found: list[tuple[Range[Pa], Node | None, str]]) -> None:
    """Remark on regions of /reserved-memory that reach into the one before."""
    last: tuple[Range[Pa], Node] | None = None
    for block, node, _ in sorted(found, key=lambda entry: entry[0]):
        if node is None:  # the header often repeats what has a node as well
            continue
        if last and last[0].overlaps(block):
            shared = min(last[0].end, block.end) - block.base
            notes.remark(
                "BRD012",
                "reserved-overlap",
                "reserved",
                f"{node.name} {block} overlaps {last[1].name} {last[0]} by {shared:#x} bytes",
                node,
                hint="both are kept from everyone; decide which is right",
                parties=((last[1].name, str(last[0])), (node.name, str(block))),
            )
        if last is None or block.end > last[0].end:
            last = (block, node)


def _vendor_regions(tree: Tree, notes: Notes) -> None:
    for node in _regions(tree):
        if not HYPERVISOR.fullmatch(_label(node)):
            continue
        notes.remark(
            "BRD003",
            "vendor-region",
            "board.el2",
            f"{node.name} is reserved: by its name for a hypervisor that the vendor runs at EL2",
            node,
            hint='attest board.el2: "unlocked: <evidence>" if it can be replaced, or'
            ' "taken: <by whom>"',
            parties=(("reserved", node.name), ("board.el2", "TODO")),
        )
