# SPDX-License-Identifier: Apache-2.0
"""A core small enough to see at a glance, laid out as the real one is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Write = Callable[[Path, dict[str, str]], Path]
ToyCore = Callable[[Path], Path]

LINKER_SCRIPT = """\
ENTRY(_head)
PHDRS { text PT_LOAD FLAGS(5); data PT_LOAD FLAGS(6); }
SECTIONS {
    . = 0;
    .text : { KEEP(*(.head)) *(.text .text.*) *(.rodata .rodata.*) } :text
    . = ALIGN(4096);
    .data : { *(.data .data.*) } :data
    .rela.dyn : { *(.rela .rela.*) } :data
    .bss : { *(.bss .bss.*) } :data
    _end = .;
    /DISCARD/ : { *(.dynsym .dynstr .hash .gnu.hash .dynamic .interp .note* .comment .eh_frame*) }
}
"""
HEAD = """\
    .section .head, "ax"
    .globl _head
_head:
    b main
    .long 0
    .quad 0
    .quad _end - _head
    .zero 32
    .ascii "ARM\\x64"
    .long 0
"""
MAIN = """\
#include <stdint.h>
#include "fingerprint_value.h"
#include <mvp/toy.h>
static const uint8_t fingerprint[32] = {MVP_FINGERPRINT_BYTES};
uint32_t counter = TOY_START;
uint8_t scratch[4096];
void main(void)
{
    for (;;) {
        counter += fingerprint[counter % 32];
        scratch[counter % 4096] = (uint8_t)counter;
    }
}
"""
FIRMWARE_SCRIPT = LINKER_SCRIPT.replace("_head", "_start").replace(".head", ".start")
START = """\
    .section .start, "ax"
    .globl _start
_start:
    b main
"""


def _write(folder: Path, files: dict[str, str]) -> Path:
    """Write text files below a folder and return it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _toy_core(folder: Path) -> Path:
    """Write the small core below a folder and return it."""
    return _write(
        folder,
        {
            "include/mvp/toy.h": "#define TOY_START 7\n",
            "src/main.c": MAIN,
            "src/unused.c": "int unused(void)\n{\n    return 1;\n}\n",
            "arch/aarch64/head.S": HEAD,
            "arch/aarch64/link.ld": LINKER_SCRIPT,
            "arch/host/host.c": "#error only for the host\n",
            "drivers/console_toy.c": "int put(int c)\n{\n    return c;\n}\n",
            "drivers/mute.c": "int put(int c)\n{\n    return 0 * c;\n}\n",
            "drivers/console_other.c": "#error not asked for\n",
            "drivers/gic_v2/gic.c": "#error not asked for\n",
            "drivers/gic_v3/gic.c": "int acknowledge(void)\n{\n    return 1023;\n}\n",
            "rt/start.S": START,
            "rt/rt.ld": FIRMWARE_SCRIPT,
        },
    )


@pytest.fixture
def core(tmp_path: Path) -> Path:
    """The folder of the small core."""
    return _toy_core(tmp_path / "core")


@pytest.fixture
def write() -> Write:
    """A function that writes text files below a folder and returns it."""
    return _write


@pytest.fixture
def toy_core() -> ToyCore:
    """A function that writes the small core to a folder and returns it."""
    return _toy_core
