# SPDX-License-Identifier: Apache-2.0
"""A PE file, as a kernel with an EFI stub is one: read by lief."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from mvpsdk.image.arm64 import pe_machine

if TYPE_CHECKING:
    from mvpsdk.image.raw import Raw

__all__ = ["Pe", "PeSection", "look", "matters"]

FORMATS = frozenset({"arm64-image", "pe", "efi-zboot"})
_MOST_SECTIONS = 96  # the format's own limit (PE/COFF specification, 3.3)
_LARGEST_SBAT = 4096  # bytes that are looked at


@dataclass(frozen=True, kw_only=True, slots=True)
class PeSection:
    """A section as the EFI firmware would load it."""

    name: str
    address: int  # from the image's base
    memory_size: int
    file_size: int
    writable: bool
    executable: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Pe:
    """What lief says of a PE file."""

    machine: str  # such as "ARM64"
    subsystem: str  # such as "EFI_APPLICATION"
    entry: int  # from the image's base
    sections: tuple[PeSection, ...]
    nx_compatible: bool  # it does not rely on memory that is both writable and executable
    sbat: tuple[str, ...]  # components that can be revoked, "NAME,GENERATION"
    signatures: int


def matters(kind: str, part: str, head: bytes) -> bool:
    """Tell whether a file is a PE file to whoever starts it.

    An arm64 Image that is a persona's kernel is entered at its first byte, never by its EFI stub;
    importing lief takes longer than all else that is read of it.
    """
    return kind in FORMATS and (kind, part) != ("arm64-image", "kernel") and bool(pe_machine(head))


def look(raw: Raw) -> dict[str, Any]:
    """Read the headers; {} for what is no PE file, or none to lief."""
    part = "" if raw.depth else raw.part  # what is in a container is not started yet
    if not matters(raw.format, part, raw.head):
        return {}
    import lief

    lief.logging.disable()
    config = lief.PE.ParserConfig()
    for name in ("exports", "imports", "reloc", "rsrc", "exceptions"):
        setattr(config, f"parse_{name}", False)
    binary = lief.PE.parse(str(raw.path), config)
    if not isinstance(binary, lief.PE.Binary):
        return {}
    rights = lief.PE.Section.CHARACTERISTICS
    optional = binary.optional_header
    sections = tuple(
        PeSection(
            name=str(section.name)[:8],
            address=section.virtual_address,
            memory_size=section.virtual_size,
            file_size=section.sizeof_raw_data,
            writable=section.has_characteristic(rights.MEM_WRITE),
            executable=section.has_characteristic(rights.MEM_EXECUTE),
        )
        for section in islice(binary.sections, _MOST_SECTIONS)
    )
    nx = lief.PE.OptionalHeader.DLL_CHARACTERISTICS.NX_COMPAT
    pe = Pe(
        machine=_name(binary.header.machine),
        subsystem=_name(optional.subsystem),
        entry=optional.addressof_entrypoint,
        sections=sections,
        nx_compatible=bool(optional.dll_characteristics & int(nx)),
        sbat=_sbat(binary),
        signatures=len(binary.signatures),
    )
    return {"pe": pe}


def _name(value: Any) -> str:  # noqa: ANN401 - an enum of lief's, or a number that is in none
    return str(value).rpartition(".")[2]


def _sbat(binary: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Read the lines of the section .sbat: name, generation, and who made it."""
    section = binary.get_section(".sbat")
    if section is None:
        return ()
    text = bytes(section.content[:_LARGEST_SBAT]).split(b"\0")[0].decode("latin-1")
    lines = (line.split(",") for line in text.splitlines())
    return tuple(f"{fields[0]},{fields[1]}"[:80] for fields in lines if len(fields) > 1)
