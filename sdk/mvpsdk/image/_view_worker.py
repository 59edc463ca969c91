# SPDX-License-Identifier: Apache-2.0
"""Parses one ELF file in a process of its own, so that a hostile file can only kill that.

Run as a script: `_view_worker.py PARSER FILE`; prints the parser's view as one JSON object and
exits with 0, or prints why the parser refused and exits with REFUSED.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REFUSED = 3
MISSING = 4

BASE_MEMORY = 2 << 30  # bytes of address space: lief's own library takes a good part of one GiB
MEMORY_FACTOR = 8  # address space for each byte of the file
CPU_SECONDS = 20


def limit(file_size: int) -> None:
    """Bound this process's memory and time; a core dump of a hostile file is of no use."""
    _lower(resource.RLIMIT_AS, BASE_MEMORY + MEMORY_FACTOR * file_size)
    _lower(resource.RLIMIT_CPU, CPU_SECONDS)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, wanted: int) -> None:
    """Set a soft limit, below the hard one that this process was given."""
    hard = resource.getrlimit(which)[1]
    soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(which, (soft, hard))


def lief_view(path: str) -> dict[str, int]:
    """Read the headers with lief. Raises ValueError if it refuses the file."""
    import lief

    lief.logging.disable()
    config = lief.ELF.ParserConfig()
    for name in ("relocations", "dyn_symbols", "symtab_symbols", "symbol_versions", "notes"):
        setattr(config, f"parse_{name}", False)
    binary = lief.ELF.parse(path, config)
    if not isinstance(binary, lief.ELF.Binary):  # None where it refuses
        raise ValueError("no ELF file to lief")  # noqa: TRY004 - the file's value, not our type
    header = binary.header
    view = {
        "class": header.identity_class.value,
        "byte order": header.identity_data.value,
        "machine": int(header.machine_type),
        "entry": header.entrypoint,
        "segment count": header.numberof_segments,
    }
    for index, segment in enumerate(binary.segments):
        view |= {
            f"segment {index} offset": segment.file_offset,
            f"segment {index} virtual address": segment.virtual_address,
            f"segment {index} physical address": segment.physical_address,
            f"segment {index} file size": segment.physical_size,
            f"segment {index} memory size": segment.virtual_size,
            f"segment {index} flags": int(segment.flags),
        }
    return view


def pyelftools_view(path: str) -> dict[str, int]:
    """Read the headers with pyelftools. Raises whatever it raises if it refuses the file."""
    from elftools.elf.elffile import ELFFile
    from elftools.elf.enums import ENUM_E_MACHINE, ENUM_EI_DATA

    with Path(path).open("rb") as stream:
        elf = ELFFile(stream)
        header = elf.header
        view = {
            "class": elf.elfclass // 32,
            "byte order": _number(header.e_ident.EI_DATA, ENUM_EI_DATA),
            "machine": _number(header.e_machine, ENUM_E_MACHINE),
            "entry": header.e_entry,
            "segment count": elf.num_segments(),
        }
        for index, segment in enumerate(elf.iter_segments()):
            view |= {
                f"segment {index} offset": segment.header.p_offset,
                f"segment {index} virtual address": segment.header.p_vaddr,
                f"segment {index} physical address": segment.header.p_paddr,
                f"segment {index} file size": segment.header.p_filesz,
                f"segment {index} memory size": segment.header.p_memsz,
                f"segment {index} flags": segment.header.p_flags,
            }
    return view


def _number(value: int | str, names: Mapping[str, int]) -> int:
    """Turn the name that pyelftools gives to a value that it knows back into its number."""
    return value if isinstance(value, int) else names[value]


PARSERS: dict[str, Callable[[str], dict[str, int]]] = {
    "lief": lief_view,
    "pyelftools": pyelftools_view,
}


def main(arguments: list[str]) -> int:
    """Parse one file with one parser; returns the exit code."""
    parser, path = arguments
    try:
        limit(Path(path).stat().st_size)
        view = PARSERS[parser](path)
    except ImportError as error:
        sys.stdout.write(str(error))
        return MISSING
    except Exception as error:  # noqa: BLE001 - a parser may raise anything on a hostile file
        sys.stdout.write(f"{type(error).__name__}: {error}"[:200])
        return REFUSED
    sys.stdout.write(json.dumps(view))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
