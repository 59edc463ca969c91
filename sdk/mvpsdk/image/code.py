# SPDX-License-Identifier: Apache-2.0
"""What an image's instructions say about the machine that it wants.

Of an ELF file with sections and mapping symbols that is exact. Of everything else every word counts
as an instruction, so that data may look like one: what is found there, may be.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from mvpsdk.image.code_classes import EXTENSIONS, SYSTEM, WORD, hits, word_at
from mvpsdk.image.code_names import atomic_name, register_name
from mvpsdk.image.code_parts import Part, elf_parts
from mvpsdk.image.code_values import w0_at

if TYPE_CHECKING:
    import mmap
    from collections.abc import Iterable, Iterator

    from mvpsdk.image.code_classes import Class
    from mvpsdk.image.model import Elf

__all__ = ["Call", "Code", "Extension", "Use", "read_code"]

MOST_CALLS = 128
"""Calls that are listed; all are counted."""

_RET = 0xD65F_03C0
_CBZ_W16 = 0x3400_0010


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """An HVC or SMC instruction."""

    offset: int  # in the file
    address: int | None  # as it is linked
    conduit: str  # "hvc" or "smc"
    immediate: int
    function: int | None  # in w0, by the instructions before it; None: it comes from elsewhere


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """One thing that instructions do: a register that they reach, an operation."""

    name: str  # "VBAR_EL3", "CNTP_CTL_EL0", "DC CISW"
    count: int
    offset: int  # of the first, in the file
    written: bool = False  # a register, by one of them at least


@dataclass(frozen=True, kw_only=True, slots=True)
class Extension:
    """Instructions of an architecture extension that ARMv8.0 doesn't have."""

    name: str  # "FEAT_LSE"
    count: int  # of those that run whatever the core is
    guarded: int  # in the compiler's helpers, which ask first whether the core has them
    example: str  # mnemonic of the first; "": its extension's name says enough
    offset: int  # of the first, in the file


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """What the instructions of an image are and do. Offsets are the file's, in bytes."""

    exact: bool  # only what is code was looked at
    size: int  # bytes that were looked at
    calls: tuple[Call, ...]  # the first MOST_CALLS
    call_total: int
    above: tuple[Use, ...]  # registers of EL2 and EL3; unless exact, only those with a name
    reads_current_el: bool
    unmasks: bool  # it lets interrupts in: MSR DAIFClr
    gic_registers: tuple[Use, ...]  # ICC_*_EL1, at S3_0_C12
    physical_timer: tuple[Use, ...]  # CNTP_*_EL0
    virtual_timer: tuple[Use, ...]  # CNTV_*_EL0
    set_way: tuple[Use, ...]  # cache maintenance by set and way
    id_registers: tuple[str, ...]  # those that say what the core has, if they are read
    extensions: tuple[Extension, ...] = ()  # only if exact


def read_code(data: bytes | mmap.mmap, elf: Elf | None) -> Code:
    """Look at the instructions of an image for A64: an ELF file, or else the whole of it."""
    parts, exact = [Part(offset=0, size=len(data), address=None)], False
    if elf:
        parts, exact = elf_parts(data, elf)
    seen = _System(exact=exact)
    for part in parts:
        for offset, which in hits(data, part.offset, part.size, SYSTEM):
            seen.add(data, part, offset, which.name)
    return Code(
        exact=exact,
        size=sum(part.size for part in parts),
        calls=tuple(seen.calls),
        call_total=seen.call_total,
        above=_uses(seen.above),
        reads_current_el=seen.reads_current_el,
        unmasks=seen.unmasks,
        gic_registers=_uses(seen.gic),
        physical_timer=_uses(seen.timer, "CNTP_"),
        virtual_timer=_uses(seen.timer, "CNTV_"),
        set_way=_uses(seen.set_way),
        id_registers=tuple(sorted(seen.ids)),
        extensions=_extensions(data, parts) if exact else (),
    )


class _System:
    """Gathers what instructions do with the machine."""

    def __init__(self, *, exact: bool) -> None:
        self.exact = exact
        self.calls: list[Call] = []
        self.call_total = 0
        self.reads_current_el = False
        self.unmasks = False
        self.above: list[tuple[str, int, bool]] = []  # name, offset, whether written
        self.gic: list[tuple[str, int, bool]] = []
        self.timer: list[tuple[str, int, bool]] = []
        self.set_way: list[tuple[str, int, bool]] = []
        self.ids: set[str] = set()

    def add(self, data: bytes | mmap.mmap, part: Part, offset: int, kind: str) -> None:
        """Take in one instruction."""
        word = word_at(data, offset)
        match kind:
            case "call":
                self._call(data, part, offset, word)
            case "current-el":
                self.reads_current_el = True
            case "unmask":
                self.unmasks = True
            case "set-way":
                self._cache(offset, word)
            case "id":
                self.ids.update(filter(None, [register_name(word, generic=False)]))
            case _:
                name = register_name(word, generic=self.exact and kind == "above")
                if name:
                    list_ = {"above": self.above, "gic": self.gic, "timer": self.timer}[kind]
                    list_.append((name, offset, not word >> 21 & 1))

    def _call(self, data: bytes | mmap.mmap, part: Part, offset: int, word: int) -> None:
        self.call_total += 1
        if len(self.calls) < MOST_CALLS:
            address = None if part.address is None else part.address + offset - part.offset
            self.calls.append(
                Call(
                    offset=offset,
                    address=address,
                    conduit="smc" if word & 1 else "hvc",
                    immediate=word >> 5 & 0xFFFF,
                    function=w0_at(data, offset, part.offset),
                )
            )

    def _cache(self, offset: int, word: int) -> None:
        name = {6: "DC ISW", 10: "DC CSW", 14: "DC CISW"}.get(word >> 8 & 0xF)
        if name:
            self.set_way.append((name, offset, False))


def _uses(found: Iterable[tuple[str, int, bool]], prefix: str = "") -> tuple[Use, ...]:
    """Count by name, in the order of the first of each."""
    first: dict[str, int] = {}
    count: Counter[str] = Counter()
    written: set[str] = set()
    for name, offset, writes in found:
        if name.startswith(prefix):
            first.setdefault(name, offset)
            count[name] += 1
            written.update([name] if writes else [])
    return tuple(
        Use(name=name, count=count[name], offset=first[name], written=name in written)
        for name in first
    )


def _extensions(data: bytes | mmap.mmap, parts: Iterable[Part]) -> tuple[Extension, ...]:
    """Count the instructions that ARMv8.0 does not have, by extension."""
    first: dict[str, tuple[int, str]] = {}
    count: Counter[str] = Counter()
    guarded: Counter[str] = Counter()
    for offset, which in chain.from_iterable(_extended(data, part) for part in parts):
        lse = which.name == "FEAT_LSE"
        if lse and _asks_first(data, offset):
            guarded[which.name] += 1
            continue
        count[which.name] += 1
        example = atomic_name(word_at(data, offset)) if lse else ""
        first.setdefault(which.name, (offset, example))
    return tuple(
        Extension(
            name=name,
            count=count[name],
            guarded=guarded[name],
            example=first.get(name, (0, ""))[1],
            offset=first.get(name, (0, ""))[0],
        )
        for name in sorted({*count, *guarded})
    )


def _extended(data: bytes | mmap.mmap, part: Part) -> Iterator[tuple[int, Class]]:
    for classes in EXTENSIONS:
        yield from hits(data, part.offset, part.size, classes)


def _asks_first(data: bytes | mmap.mmap, offset: int) -> bool:
    """Tell whether an atomic instruction is that of a helper of -moutline-atomics.

    Such a helper (libgcc's and compiler-rt's `__aarch64_ldadd4_relax` and so on) loads a flag into
    w16, branches past the instruction if it is zero, and returns right behind it.
    """
    before, after = word_at(data, offset - WORD), word_at(data, offset + WORD)
    return before & 0xFF00_001F == _CBZ_W16 and after == _RET
