# SPDX-License-Identifier: Apache-2.0
"""Places in the hypervisor by name: function and line of an offset, from the build's ELF."""

from __future__ import annotations

import bisect
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import InputError, Place

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Symbols", "symbols"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Symbols:
    """What stands where in a hypervisor, which is linked at 0: an offset is an address."""

    starts: tuple[int, ...]  # of functions and objects, ascending
    names: tuple[tuple[str, int], ...]  # name and size of each, in that order
    lines: tuple[tuple[int, str], ...]  # address and "file:line", ascending; "": a sequence ends
    data: bytes

    def name(self, offset: int) -> str:
        """Return `function+0x12 (file.c:34)`; "" if nothing of the program stands there."""
        at = bisect.bisect_right(self.starts, offset) - 1
        if at < 0:
            return ""
        name, size = self.names[at]
        inside = offset - self.starts[at]
        if inside >= max(size, 1):
            return ""
        line = self._line(offset)
        return f"{name}+{inside:#x}" + (f" ({line})" if line else "")

    def is_of(self, fingerprint: int) -> bool:
        """Whether the program holds this fingerprint: its first 8 bytes, as the banner has them."""
        return fingerprint.to_bytes(8, "big") in self.data

    def _line(self, offset: int) -> str:
        at = bisect.bisect_right(self.lines, (offset, "\uffff")) - 1
        return self.lines[at][1] if at >= 0 else ""


def symbols(data: bytes, path: Path | None = None) -> Symbols:
    """Read a hypervisor's ELF. Raises InputError if it is none, or has no symbols."""
    from elftools.common.exceptions import DWARFError, ELFError
    from elftools.elf.elffile import ELFFile

    place = Place(file=str(path)) if path else None
    hint = "`mvpsdk build -o DIR` leaves the right file in DIR/hypervisor.elf"
    try:
        file = ELFFile(io.BytesIO(data))
        found = sorted(_symbols(file))
    except (ELFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"no ELF file: {error}", place=place, hint=hint) from error
    if not found:
        raise InputError("has no symbols", place=place, hint=hint)
    try:
        lines = sorted(set(_lines(file)))
    except (DWARFError, ELFError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        lines = []  # names alone help, too
    return Symbols(
        starts=tuple(start for start, _, _ in found),
        names=tuple((name, size) for _, name, size in found),
        lines=tuple(lines),
        data=data,
    )


def _symbols(file: Any) -> list[tuple[int, str, int]]:  # noqa: ANN401 - elftools is untyped
    """Address, name and size of every function, label of code, and object."""
    table = file.get_section_by_name(".symtab")
    rows = [
        (symbol["st_value"], symbol.name, symbol["st_size"])
        for symbol in (table.iter_symbols() if table else ())
        if symbol["st_info"]["type"] in {"STT_FUNC", "STT_OBJECT", "STT_NOTYPE"}
        and isinstance(symbol["st_shndx"], int)
        and symbol.name
        and not symbol.name.startswith("$")  # mapping symbols (Arm IHI 0056, 5.5)
    ]
    return _sized(rows)


def _sized(rows: list[tuple[int, str, int]]) -> list[tuple[int, str, int]]:
    """One row for an address; a label of assembly, which has no size, reaches to the next."""
    rows.sort(key=lambda row: (row[0], -row[2], row[1]))
    first = [row for n, row in enumerate(rows) if not n or row[0] != rows[n - 1][0]]
    ends = [row[0] for row in first[1:]] + [first[-1][0] + 4 if first else 0]
    return [
        (start, name, size or end - start)
        for (start, name, size), end in zip(first, ends, strict=True)
    ]


def _lines(file: Any) -> list[tuple[int, str]]:  # noqa: ANN401 - elftools is untyped
    """Every row of the line tables (DWARF 5, 6.2)."""
    rows: list[tuple[int, str]] = []
    if not file.has_dwarf_info():
        return rows
    dwarf = file.get_dwarf_info()
    for unit in dwarf.iter_CUs():
        program = dwarf.line_program_for_CU(unit)
        names = _file_names(program.header) if program else []
        for entry in program.get_entries() if program else ():
            state = entry.state
            if state is None:
                continue
            known = state.file < len(names) and not state.end_sequence
            rows.append((state.address, f"{names[state.file]}:{state.line}" if known else ""))
    return rows


def _file_names(header: Any) -> list[str]:  # noqa: ANN401 - elftools is untyped
    """Names by their number in the line table: from 0 in DWARF 5, from 1 before."""
    names = [entry.name.decode(errors="replace") for entry in header["file_entry"]]
    return names if header["version"] >= 5 else ["", *names]  # noqa: PLR2004 - DWARF 5
