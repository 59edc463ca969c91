# SPDX-License-Identifier: Apache-2.0
"""Two opinions on one ELF file: lief's and pyelftools'.

A file on which two parsers disagree is damaged or hostile: what the linter judged would not be
what the loader reads.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mvpsdk.image.model import Stop
    from mvpsdk.image.raw import Raw

__all__ = ["PARSERS", "View", "Views", "complete", "lief", "pyelftools"]

PARSERS = ("lief", "pyelftools")
MOST_SEGMENTS = 128
"""No image for a phone has more program headers; a hostile file may claim 65535."""

Failure = Literal["refused", "crashed", "timed out", "out of memory", "failed", "missing"]


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What one parser says: the headers' fields by name, or why it says nothing."""

    fields: Mapping[str, int] = field(default_factory=dict)
    failure: Failure | None = None
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Views:
    """What each parser says of one file."""

    by_parser: Mapping[str, View]

    def failed(self, *failures: Failure) -> dict[str, View]:
        """Return the views that ended in one of these ways, by parser."""
        return {name: view for name, view in self.by_parser.items() if view.failure in failures}

    def differences(self) -> list[tuple[str, dict[str, int | None]]]:
        """Return each field on which parsers that did say something differ: name, values."""
        said = {name: view.fields for name, view in self.by_parser.items() if not view.failure}
        keys = dict.fromkeys(key for fields in said.values() for key in fields)
        values = ((key, {name: fields.get(key) for name, fields in said.items()}) for key in keys)
        return [(key, by_parser) for key, by_parser in values if len({*by_parser.values()}) > 1]


def lief(raw: Raw) -> dict[str, Any]:
    """Read an ELF file's headers with lief."""
    return _added(raw, "lief", lief_fields)


def pyelftools(raw: Raw) -> dict[str, Any]:
    """Read an ELF file's headers with pyelftools."""
    return _added(raw, "pyelftools", pyelftools_fields)


def _added(raw: Raw, parser: str, fields: Callable[[Raw], dict[str, int]]) -> dict[str, Any]:
    """Add what a parser says to what others have said; whatever it raises is a refusal."""
    if raw.format != "elf":
        return {}
    try:
        view = View(fields=fields(raw))
    except (ImportError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001 - a parser may raise anything on a hostile file
        view = View(failure="refused", detail=f"{type(error).__name__}: {error}"[:200])
    before = raw.found.get("views")
    said = dict(before.by_parser) if isinstance(before, Views) else {}
    return {"views": Views(by_parser={**said, parser: view})}


def complete(views: Views | None, stopped: tuple[Stop, ...]) -> Views | None:
    """Add the parsers that did not get through to what the others say."""
    failed = {
        stop.reader: View(failure=stop.failure, detail=stop.detail)
        for stop in stopped
        if stop.reader in PARSERS
    }
    if not failed:
        return views
    return Views(by_parser={**(views.by_parser if views else {}), **failed})


def lief_fields(raw: Raw) -> dict[str, int]:
    """Return the headers' fields as lief reads them. Raises ValueError if it refuses the file."""
    import lief

    lief.logging.disable()
    config = lief.ELF.ParserConfig()
    for name in ("relocations", "dyn_symbols", "symtab_symbols", "symbol_versions", "notes"):
        setattr(config, f"parse_{name}", False)
    binary = lief.ELF.parse(str(raw.path), config)
    if not isinstance(binary, lief.ELF.Binary):  # None where it refuses
        raise ValueError("no ELF file to lief")  # noqa: TRY004 - the file's value, not our type
    header = binary.header
    fields = {
        "class": header.identity_class.value,
        "byte order": header.identity_data.value,
        "machine": int(header.machine_type),
        "entry": header.entrypoint,
        "segment count": header.numberof_segments,
    }
    for index, segment in enumerate(islice(binary.segments, MOST_SEGMENTS)):
        fields |= {
            f"segment {index} offset": segment.file_offset,
            f"segment {index} virtual address": segment.virtual_address,
            f"segment {index} physical address": segment.physical_address,
            f"segment {index} file size": segment.physical_size,
            f"segment {index} memory size": segment.virtual_size,
            f"segment {index} flags": int(segment.flags),
        }
    return fields


def pyelftools_fields(raw: Raw) -> dict[str, int]:
    """Return them as pyelftools reads them. Raises whatever it raises if it refuses the file."""
    from elftools.elf.elffile import ELFFile
    from elftools.elf.enums import ENUM_E_MACHINE, ENUM_EI_DATA

    elf = ELFFile(raw.data)  # type: ignore[arg-type]  # it reads, seeks and tells
    header = elf.header
    fields = {
        "class": elf.elfclass // 32,
        "byte order": _number(header.e_ident.EI_DATA, ENUM_EI_DATA),
        "machine": _number(header.e_machine, ENUM_E_MACHINE),
        "entry": header.e_entry,
        "segment count": elf.num_segments(),
    }
    for index, segment in enumerate(islice(elf.iter_segments(), MOST_SEGMENTS)):
        fields |= {
            f"segment {index} offset": segment.header.p_offset,
            f"segment {index} virtual address": segment.header.p_vaddr,
            f"segment {index} physical address": segment.header.p_paddr,
            f"segment {index} file size": segment.header.p_filesz,
            f"segment {index} memory size": segment.header.p_memsz,
            f"segment {index} flags": segment.header.p_flags,
        }
    return fields


def _number(value: int | str, names: Mapping[str, int]) -> int:
    """Turn the name that pyelftools gives to a value that it knows back into its number."""
    return value if isinstance(value, int) else names[value]
