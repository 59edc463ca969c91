# SPDX-License-Identifier: Apache-2.0
"""Everything that a pack says, for comparing: boot, boards, partitions, maps, images."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from mvpsdk.bundle.aspect_table import text, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mvpsdk.bundle.aspect_table import Table
    from mvpsdk.core.facade import Pack

__all__ = ["tell"]


def tell(pack: Pack, found: Mapping[str, str], table: Table) -> None:
    """Put what a pack says into a table. found: the digests of its images, by name."""
    from mvpsdk.abi import naming

    names = [partition.name for partition in pack.partitions]
    table.put("abi", "version", f"{pack.abi_major}.{pack.abi_minor}")
    for name in naming.feature_names(pack.features):
        table.put("abi", f"feature {name}", "needed")
    table.put("hypervisor", "fingerprint", pack.fingerprint.hex())
    if ("rollback", "index") not in table or table["rollback", "index"] != str(pack.rollback_index):
        table.put("rollback", "index", pack.rollback_index)
    table.put("boot", "mode", "concurrent" if pack.concurrent else "exclusive")
    chosen = pack.default_persona
    table.put("boot", "default persona", "none" if chosen is None else names[chosen])
    table.put("boot", "menu", f"{pack.menu_ms} ms")
    _boards(pack, table)
    _partitions(pack, names, table)
    for image in pack.images:
        for what, value in (
            ("size", image.size),
            ("SHA-256", found[image.name]),
            ("kind", image.kind),
            ("load address", hex(image.load)),
            ("memory", image.memory),
        ):
            table.put("image", f"{image.name} {what}", value)


def _boards(pack: Pack, table: Table) -> None:
    for board in pack.boards:
        prefix = f"{board.name} " if len(pack.boards) > 1 else ""
        for each in fields(board):
            if each.name not in ("name", "compatible") or prefix:
                value = getattr(board, each.name)
                table.put("board", f"{prefix}{words(each.name)}", value)
    for bank in pack.memory:
        name = bank.name or f"{text(bank.kind)} at {bank.base:#x}"
        where = f"[{bank.base:#x}..{bank.base + bank.size:#x})"
        table.put("memory", name, f"{text(bank.kind)}, {where}")
    for smmu in pack.smmus:
        where = f"at {smmu.base:#x}"
        interrupts = f"interrupts {smmu.event_irq} and {smmu.error_irq}"
        table.put("smmu", where, f"{smmu.size} bytes, {interrupts}")
        for stream, owner in zip(smmu.stream, smmu.partition[: smmu.stream_count], strict=False):
            table.put("smmu", f"{where} stream {stream}", pack.partitions[owner].name)


def _partitions(pack: Pack, names: Sequence[str], table: Table) -> None:
    for index, partition in enumerate(pack.partitions):
        for each in fields(partition):
            if each.name != "name":
                value = getattr(partition, each.name)
                shown = hex(value) if each.name in ("entry", "dtb") else value
                table.put("partition", f"{partition.name} {words(each.name)}", shown)
        cores = tuple(vcpu.cpu for vcpu in pack.vcpus if vcpu.partition == index)
        table.put("partition", f"{partition.name} cpus", cores)
    for region in pack.regions:
        where = f"{names[region.partition]} {text(region.kind)} at {region.ipa:#x}"
        physical = f"at {region.pa:#x}" if region.pa else "emulated"
        rest = f"flags {region.flags:#x}, interrupt {region.intid}"
        table.put("map", where, f"{region.size} bytes, {physical}, {rest}")
    for interrupt in pack.interrupts:
        where = f"{names[interrupt.partition]} {interrupt.physical}"
        table.put("interrupt", where, f"virtual {interrupt.intid}, flags {interrupt.flags:#x}")
