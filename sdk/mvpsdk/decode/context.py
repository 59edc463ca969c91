# SPDX-License-Identifier: Apache-2.0
"""What is known of the machine that wrote the log: names for its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvpsdk.core.facade import FINGERPRINT, Table
from mvpsdk.plan.refusal import party
from mvpsdk.units import Ipa, Range

if TYPE_CHECKING:
    from mvpsdk.core.facade import Pack, Verdict
    from mvpsdk.decode.symbols import Symbols

__all__ = ["Context"]

_NONE = 0xFFFFFFFF  # index of a refusal that is about no single entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Context:
    """What the reader of a log has at hand. All of it may be missing."""

    pack: Pack | None = None  # what was flashed
    verdict: Verdict | None = None  # the host's over that pack; None: nothing was given
    symbols: Symbols | None = None  # of the hypervisor that was flashed

    def entry(self, table: int, index: int) -> str:
        """Name an entry of the pack, with its range where the pack is known."""
        if table not in list(Table):
            return f"table {table:#x}, which no pack has"
        found = Table(table)
        if found is Table.HEADER:
            return "the pack's header"
        said = f"{found.name.lower()} table" + ("" if index == _NONE else f", entry {index}")
        if self.pack is None:
            return said
        try:
            return f"{said}: {party(self.pack, found, None if index == _NONE else index)}"
        except IndexError:
            return f"{said}, which this bundle does not have: it is not the one in the log"

    def partition(self, index: int) -> str:
        """Name a partition."""
        if self.pack is None or index >= len(self.pack.partitions):
            return f"partition {index}"
        return f'partition {index}, "{self.pack.partitions[index].name}"'

    def vcpu(self, row: int) -> str:
        """Name a vCPU by its row in the pack's table."""
        if row == _NONE:
            return "nobody"
        if self.pack is None or row >= len(self.pack.vcpus):
            return f"vCPU {row}"
        found = self.pack.vcpus[row]
        return f"{self.pack.partitions[found.partition].name}/{found.number}"

    def image(self, index: int) -> str:
        """Name an image of the pack."""
        if self.pack is None or index >= len(self.pack.images):
            return f"image {index}"
        return party(self.pack, Table.IMAGE, index)

    def address(self, partition: int, ipa: int) -> str:
        """Say what is near a guest address that nobody gave; "" without the pack."""
        if self.pack is None:
            return ""
        regions = [
            (Range(Ipa(row.ipa), row.size), row.kind.name.lower())
            for row in self.pack.regions
            if row.partition == partition
        ]
        inside = [f"{kind} {area}" for area, kind in regions if area.base <= ipa < area.end]
        if inside:
            return f"in its {inside[0]}: an access of a kind that is not served there"
        below = max((row for row in regions if row[0].end <= ipa), default=None, key=_end)
        above = min((row for row in regions if row[0].base > ipa), default=None, key=_base)
        near = [f"{ipa - below[0].end:#x} bytes past its {below[1]} {below[0]}"] if below else []
        near += [f"{above[0].base - ipa:#x} below its {above[1]} {above[0]}"] if above else []
        return ", ".join(near)

    def place(self, offset: int) -> str:
        """Name a place in the hypervisor; "" if it is none, or without its ELF."""
        return self.symbols.name(offset) if self.symbols else ""

    def stranger(self, fingerprint: int) -> tuple[str, ...]:
        """Say which of what is at hand is of another build than the log."""
        said = []
        if self.pack and self.pack.fingerprint[:8] != fingerprint.to_bytes(8, "big"):
            print_ = self.pack.fingerprint[:8].hex()
            said.append(f"the bundle is of another build ({print_}) than the log")
        if self.symbols and not self.symbols.is_of(fingerprint):
            said.append("the ELF is of another build than the log")
        if not said and FINGERPRINT[:8] != fingerprint.to_bytes(8, "big"):
            said.append(
                f"the log is of another build than this mvpsdk ({FINGERPRINT[:8].hex()}):"
                " what its codes mean may have been added to since"
            )
        return tuple(said)


def _end(row: tuple[Range[Ipa], str]) -> int:
    return row[0].end


def _base(row: tuple[Range[Ipa], str]) -> int:
    return row[0].base
