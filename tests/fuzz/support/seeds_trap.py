# SPDX-License-Identifier: Apache-2.0
"""First inputs of the trap harness: guests that do what an OS does, and what none should."""

from __future__ import annotations

import struct

HVC, SMC, MMIO, SYSREG, SYNC, WFI, IRQ, TIME, GUEST, TYPE, STATE = (
    0,
    2,
    3,
    7,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
)
GICD, GICR, PL011, PL031 = range(4)
SIZE4, WRITE = 0x20, 0x40
SGI_FRAME = 0x200


def step(what: int, choice: int = 0, small: int = 0, word: int = 0, value: int = 0) -> bytes:
    """One of the harness."""
    return struct.pack("<BBHIQ", what, choice, small, word, value)


def write(window: int, offset: int, value: int, word: int = 1) -> bytes:
    """Store 4 bytes in a device, from x1."""
    return step(MMIO, window | SIZE4 | WRITE, offset, word, value)


def read(window: int, offset: int) -> bytes:
    """Load 4 bytes from a device into x2."""
    return step(MMIO, window | SIZE4, offset, 2)


CALLS = [step(HVC, n, 0, 0, 1) for n in range(24)]
WRITE_AT_END, BEHIND = 18 | 0x20, 0x100
TEXTS = [
    step(HVC, WRITE_AT_END, 256, 0, 0),  # the last one that is whole
    step(HVC, WRITE_AT_END, 16, 0, BEHIND - 8),  # half of it
    step(HVC, WRITE_AT_END, 16, 0, BEHIND),  # none
    step(HVC, WRITE_AT_END, 16, 0, 0x200 | BEHIND - 8),  # before the first byte
]
ENABLE3 = [
    write(GICR, 0x80, 0xFFFFFFFF, 1 | SGI_FRAME),
    write(GICR, 0x100, 0xFFFFFFFF, 1 | SGI_FRAME),
    *(write(GICD, 0x80 + 4 * n, 0xFFFFFFFF) for n in range(8)),
    *(write(GICD, 0x100 + 4 * n, 0xFFFFFFFF) for n in range(8)),
    write(GICD, 0, 2),
]
ENABLE2 = [
    *(write(GICD, 0x800 + 4 * n, 0x01010101) for n in range(8, 16)),
    *(write(GICD, 0x100 + 4 * n, 0xFFFFFFFF) for n in range(8)),
    write(GICD, 0, 1),
]
INTERRUPTS = [
    *(step(IRQ, n) for n in range(12)),
    *[step(GUEST, 0), step(GUEST, 1)] * 4,
    step(TIME, 10, 1000),
    step(SYSREG, 0, 1, 0, 3 << 24 | 1),
    step(SYSREG, 6, 1, 0, 5000),
    step(SYSREG, 5, 1, 0, 1),
    step(TIME, 12, 0, 5000),
]
UART = [
    write(1, 0x38, 0x7F),
    *(write(PL011, 0, ord(letter)) for letter in "hello\n"),
    *(write(1, 0, ord(letter)) for letter in "two\n"),
    step(TYPE, ord("k")),
    read(PL011, 0),
    read(PL011, 0x18),
    write(PL031, 4, 3),
    write(PL031, 0x10, 1),
    read(PL031, 0),
    step(TIME, 23, 0, 100),
]
WILD = [
    step(SYNC, 0x24, 0, 0x01000046, 0x50000000),
    step(SYNC, 0x20, 0, 0x6, 0x50000000),
    step(SYNC, 0x07),
    step(SYNC, 0x19),
    step(STATE, 0x71, 0, 0x41414141, 1 << 20),
    step(SYNC, 0x20, 0, 0x6, 0x200),
]
POWER = [step(HVC, 8), step(IRQ, 2), step(HVC, 9), step(HVC, 12, 0, 0, 1), step(HVC, 4), step(WFI)]


def traps() -> dict[str, bytes]:
    """Return the inputs, by name: with a GICv3 but for those whose name says 2."""
    rest = [step(WFI), *CALLS, *TEXTS, *UART, *INTERRUPTS, step(WFI), *WILD, *POWER]
    found = {
        "firmware3": (0, [*ENABLE3, *INTERRUPTS, *CALLS, *TEXTS]),
        "firmware2": (1, [*ENABLE2, *INTERRUPTS, *CALLS, *TEXTS]),
        "personas3": (0, [*ENABLE3, step(WFI), *ENABLE3, *UART, *INTERRUPTS, *rest]),
        "personas2": (1, [*ENABLE2, step(WFI), *ENABLE2, *UART, *INTERRUPTS, *rest]),
        "wild": (0, [step(WFI), *WILD, *POWER, *WILD]),
    }
    return {name: bytes([kind]) + b"".join(steps) for name, (kind, steps) in found.items()}
