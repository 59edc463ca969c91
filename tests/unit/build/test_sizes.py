# SPDX-License-Identifier: Apache-2.0
"""The size report, from either linker's map."""

import pytest

from mvpsdk.build.elf import Elf, Section
from mvpsdk.build.sizes import LINKER, Sizes, by_source, total

ELF = Elf(
    binary=b"",
    memory_size=0x3000,
    relocations=(),
    sections=(
        Section(name=".text", kind="text", address=0, size=0x100),
        Section(name=".rodata", kind="rodata", address=0x1000, size=0x20),
        Section(name=".data", kind="data", address=0x2000, size=0x10),
        Section(name=".bss", kind="bss", address=0x2010, size=0x40),
    ),
)
GNU = """
Discarded input sections

 .text.unused   0x0000000000000000       0x99 objects/core/src/a.c.o

Linker script and memory map

.text           0x0000000000000000      0x100
 .text.a        0x0000000000000000       0x40 objects/core/src/a.c.o
 .text.a_function_with_a_long_name
                0x0000000000000040       0xc0 objects/core/src/b.c.o
 *fill*         0x0000000000000050        0x8
 .rodata.a      0x0000000000001000       0x20 objects/core/src/a.c.o
 .data.b        0x0000000000002000       0x10 objects/core/src/b.c.o
 .bss.b         0x0000000000002010       0x40 objects/core/src/b.c.o
 .data.empty    0x0000000000002000        0x0 objects/core/src/a.c.o
 .debug_info    0x0000000000000000      0x999 objects/core/src/a.c.o
 .comment       0x0000000000000000       0x1e objects/core/src/a.c.o
"""
LLD = """\
             VMA              LMA     Size Align Out     In      Symbol
               0                0      100     4 .text
               0                0       40     4         objects/core/src/a.c.o:(.text.a)
               0                0       40     1                 a
              40               40       c0     4         objects/core/src/b.c.o:(.text.b)
            1000             1000       20     4         objects/core/src/a.c.o:(.rodata.a)
            2000             2000       10     4         objects/core/src/b.c.o:(.data.b)
            2010             2010       40     4         objects/core/src/b.c.o:(.bss.b)
               0                0      999     1         objects/core/src/a.c.o:(.debug_info)
"""


@pytest.mark.parametrize("text", [GNU, LLD])
def test_bytes_are_counted_by_source(text: str) -> None:
    """What the linker placed is counted where it came from; what it dropped is not."""
    assert by_source(ELF, text) == {
        "core/src/a.c": Sizes(text=0x40, rodata=0x20),
        "core/src/b.c": Sizes(text=0xC0, data=0x10, bss=0x40),
        LINKER: Sizes(),
    }


MERGED = """
Linker script and memory map

 .rodata.str1.1
                0x0000000000001000       0x1c objects/core/src/a.c.o
                                          0x6 (size before relaxing)
 .rodata.str1.1
                0x0000000000001000        0x4 objects/core/src/a.c.o
 .rodata.f.str1.1
                0x0000000000001004       0x1a objects/core/src/b.c.o
 .rodata.c      0x000000000000101c        0x4 objects/core/src/c.c.o
"""


def test_merged_strings_are_counted_once() -> None:
    """GNU ld gives all of them to the first source, and lists the others as they were before."""
    assert by_source(ELF, MERGED) == {
        "core/src/a.c": Sizes(rodata=0x4),
        "core/src/b.c": Sizes(rodata=0x18),
        "core/src/c.c": Sizes(rodata=0x4),
        LINKER: Sizes(text=0x100, data=0x10, bss=0x40),
    }


def test_the_total_is_that_of_the_sections() -> None:
    """The file carries all but the zeros; memory holds all."""
    sizes = total(ELF)

    assert sizes == Sizes(text=0x100, rodata=0x20, data=0x10, bss=0x40)
    assert sizes.file == 0x130
    assert sizes.memory == 0x170
