# SPDX-License-Identifier: Apache-2.0
"""Two versions of a header, with every kind of change that there is between two."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PAIRS", "Pair", "header"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """One change: what the header says before and after, and what `abi diff` says of it.

    In the texts `@` stands for the name of the struct or the enum.
    """

    what: str  # the change, in the words of the table
    name: str  # mvp_… of a struct or an enum; empty: it is a number
    before: str
    after: str
    said: tuple[str, ...]


def _struct(what: str, name: str, before: str, after: str, *said: str) -> Pair:
    return Pair(
        what=what,
        name=f"mvp_{name}",
        before=f"struct @ {{ {before} }};",
        after=f"struct @ {{ {after} }};",
        said=said,
    )


PAIRS = (
    _struct(
        "member added at the end",
        "end",
        "uint64_t a;",
        "uint64_t a; uint32_t b;",
        "broke struct @: size 8 bytes is now 16 bytes",
        "added struct @.b: new: uint32_t at byte 8",
    ),
    _struct(
        "member added in the padding",
        "padding",
        "uint64_t a; uint32_t b;",
        "uint64_t a; uint32_t b; uint32_t c;",
        "added struct @.c: new: uint32_t at byte 12",
    ),
    _struct(
        "member inserted",
        "inserted",
        "uint64_t a; uint64_t c;",
        "uint64_t a; uint64_t b; uint64_t c;",
        "broke struct @: size 16 bytes is now 24 bytes",
        "broke struct @.c: place byte 8 is now byte 16",
        "added struct @.b: new: uint64_t at byte 8",
    ),
    _struct(
        "member removed",
        "removed",
        "uint64_t a; uint64_t b;",
        "uint64_t a;",
        "broke struct @: size 16 bytes is now 8 bytes",
        "broke struct @.b: gone; it was uint64_t at byte 8",
    ),
    _struct(
        "members exchanged, equal size",
        "exchanged",
        "uint64_t ipa; uint64_t size;",
        "uint64_t size; uint64_t ipa;",
        "broke struct @.ipa: place byte 0 is now byte 8",
        "broke struct @.size: place byte 8 is now byte 0",
    ),
    _struct(
        "type widened",
        "widened",
        "uint32_t a; uint32_t b;",
        "uint64_t a; uint32_t b;",
        "broke struct @: size 8 bytes is now 16 bytes",
        "broke struct @.a: type uint32_t of 4 bytes is now uint64_t of 8 bytes",
        "broke struct @.b: place byte 4 is now byte 8",
    ),
    _struct(
        "sign changed",
        "sign",
        "uint32_t a;",
        "int32_t a;",
        "broke struct @.a: type uint32_t is now int32_t",
    ),
    _struct(
        "array made longer",
        "array",
        "uint32_t n; uint8_t text[16];",
        "uint32_t n; uint8_t text[32];",
        "broke struct @: size 20 bytes is now 36 bytes",
        "broke struct @.text: type uint8_t[16] of 16 bytes is now uint8_t[32] of 32 bytes",
    ),
    _struct(
        "bit field moved",
        "bits",
        "uint32_t a : 3; uint32_t b : 5;",
        "uint32_t b : 5; uint32_t a : 3;",
        "broke struct @.a: place byte 0 bit 0 is now byte 0 bit 5",
        "broke struct @.b: place byte 0 bit 3 is now byte 0 bit 0",
    ),
    _struct(
        "member of a nameless union moved",
        "nameless",
        "uint32_t kind; union { uint32_t word; uint16_t half; };",
        "union { uint32_t word; uint16_t half; }; uint32_t kind;",
        "broke struct @.kind: place byte 0 is now byte 4",
        "broke struct @.word: place byte 4 is now byte 0",
        "broke struct @.half: place byte 4 is now byte 0",
    ),
    Pair(
        what="alignment asked for, equal size",
        name="mvp_aligned",
        before="struct @ { uint64_t a; uint64_t b; };",
        after="struct __attribute__((aligned(16))) @ { uint64_t a; uint64_t b; };",
        said=("broke struct @: alignment its members' is now of 16 bytes",),
    ),
    Pair(
        what="packed",
        name="mvp_packed",
        before="struct @ { uint8_t a; uint64_t b; };",
        after="struct __attribute__((packed)) @ { uint8_t a; uint64_t b; };",
        said=(
            "broke struct @: size 16 bytes is now 9 bytes",
            "broke struct @.b: place byte 8 is now byte 1",
        ),
    ),
    Pair(
        what="enum value renumbered",
        name="mvp_renumbered",
        before="enum @ { RENUMBERED_A = 0, RENUMBERED_B = 1 };",
        after="enum @ { RENUMBERED_A = 0, RENUMBERED_B = 2 };",
        said=("broke enum @.RENUMBERED_B: value 1 is now 2",),
    ),
    Pair(
        what="enumerator added",
        name="mvp_grown",
        before="enum @ { GROWN_A = 0 };",
        after="enum @ { GROWN_A = 0, GROWN_B = 1 };",
        said=("added enum @.GROWN_B: new: 1",),
    ),
    Pair(
        what="enum made as narrow as -fshort-enums would",
        name="mvp_short",
        before="enum @ { SHORT_A = 0, SHORT_B = 1 };",
        after="enum __attribute__((packed)) @ { SHORT_A = 0, SHORT_B = 1 };",
        said=("broke enum @: size 4 bytes is now 1 byte",),
    ),
    Pair(
        what="call id changed",
        name="",
        before="#define MVP_CALL_A 0xc6008001 /* x1 = a */",
        after="#define MVP_CALL_A 0xc6008002 /* x1 = a */",
        said=("broke MVP_CALL_A: value 0xc6008001 is now 0xc6008002",),
    ),
    Pair(
        what="call added",
        name="",
        before="",
        after="#define MVP_CALL_B 0xc6008009 /* -> x0 */",
        said=("added MVP_CALL_B: new: 0xc6008009",),
    ),
    Pair(
        what="feature bit gone",
        name="",
        before="#define MVP_FEATURE_A 0x10",
        after="",
        said=("broke MVP_FEATURE_A: gone; it was 0x10",),
    ),
    Pair(
        what="constant changed",
        name="",
        before="#define MVP_LONGEST 256",
        after="#define MVP_LONGEST 128",
        said=("broke MVP_LONGEST: value 256 is now 128",),
    ),
)


def header(*, after: bool) -> str:
    """One of the two headers: every type, and a function that takes each one."""
    lines = ["#include <stdint.h>", "#define MVP_ABI_MAJOR 1", "#define MVP_ABI_MINOR 0"]
    texts = ((pair.after if after else pair.before, pair.name) for pair in PAIRS)
    lines += [text.replace("@", name) for text, name in texts]
    return "\n".join([*lines, ""])
