# SPDX-License-Identifier: Apache-2.0
"""What `abi diff` says of two headers, beside what pahole and abidiff say of the same."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import abi_pairs
from abi_pairs import PAIRS
from mvpsdk import abi, build, image
from mvpsdk.build import probing
from mvpsdk.build.tool import run
from mvpsdk.image import btf, dwarf
from mvpsdk.image.flat import BLOCK, first_difference

if TYPE_CHECKING:
    from mvpsdk.abi import Abi, Change

pytestmark = pytest.mark.target

PAGE = Path(__file__).parents[2] / "docs/reference/abi-diff.md"
TYPES = [pair for pair in PAIRS if pair.name]

UNSEEN = {
    "mvp_aligned": "no: size and places are the same",
    "mvp_grown": "filtered out, as harmless",
}
"""What abidiff does not tell of, and why."""

HEAD = """\
# What `abi diff` sees

<!-- Made by tests/target/test_abi_diff.py (MVPSDK_UPDATE=1): it holds the three together. -->

`mvpsdk abi diff A B` takes headers, hypervisors, images and folders of images. Here are two
versions of one header, compiled for AArch64, and what three tools say of each change between them.
pahole shows layouts and judges nothing: "yes" is a listing that differs. abidiff looks at types
that an exported function reaches; here each has one. Neither knows of numbers that no type holds,
such as the ids of calls; nor can either look at a flat image, where `abi diff` reads the ABI note.

| change | `mvpsdk abi diff` | pahole | abidiff |
|---|---|---|---|
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two headers, and a shared library of each."""
    folder = tmp_path_factory.mktemp("abi")
    chain = build.find("gcc")
    flags = ["-g", "-ffreestanding", "-fPIC", "-shared", "-nostdlib"]
    for version, after in (("before", False), ("after", True)):
        (folder / f"{version}.h").write_text(abi_pairs.header(after=after))
        uses = (
            f"void use_{pair.name}({pair.before.split()[0]} {pair.name} *p) {{ (void)p; }}"
            for pair in TYPES
        )
        source = folder / f"{version}.c"
        source.write_text("\n".join([f'#include "{version}.h"', *uses, ""]))
        run([*chain.compiler, *flags, "-o", str(folder / f"{version}.so"), str(source)])
    return folder


@pytest.fixture(scope="module")
def sides(made: Path) -> tuple[Abi, Abi]:
    """What the headers mean to the compiler."""
    return build.header(made / "before.h"), build.header(made / "after.h")


@pytest.fixture(scope="module")
def changes(sides: tuple[Abi, Abi]) -> tuple[Change, ...]:
    """What differs."""
    return abi.compare(*sides)


def said(changes: tuple[Change, ...], pair: abi_pairs.Pair) -> list[str]:
    """What `abi diff` says of one of the changes."""
    names = {pair.name} if pair.name else set(re.findall(r"MVP_\w+", pair.before + pair.after))
    return [
        f"{change.kind} {change.text}"
        for change in changes
        if set(re.split(r"[ .]", change.what)) & names
    ]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.what)
def test_each_change_is_told(changes: tuple[Change, ...], pair: abi_pairs.Pair) -> None:
    """By what has changed, with both values, and whether it breaks."""
    assert said(changes, pair) == [text.replace("@", pair.name) for text in pair.said]


def test_nothing_else_is_told(sides: tuple[Abi, Abi], changes: tuple[Change, ...]) -> None:
    """Each change belongs to one of the pairs; a header does not differ from itself."""
    assert len(changes) == sum(len(pair.said) for pair in PAIRS)
    assert abi.compare(sides[0], sides[0]) == ()


def listing(library: Path, name: str) -> str:
    """What pahole shows of a type."""
    return run(["pahole", "-C", name, str(library)])


def fields(text: str) -> list[tuple[str, int, int]]:
    """Name, first bit and bytes of each member that pahole shows; without nameless ones."""
    found = re.findall(r"(\w+)(?:\[\d+\]|:\d+)?; +/\* +(\d+)(?:: *(\d+))? +(\d+) \*/", text)
    return [(name, 8 * int(at) + int(bit or 0), int(size)) for name, at, bit, size in found]


@pytest.mark.parametrize("version", [0, 1], ids=["before", "after"])
def test_layouts_are_those_that_pahole_shows(
    made: Path, sides: tuple[Abi, Abi], version: int
) -> None:
    """Size, and name, place and size of each member; names and numbers of enumerators."""
    library = made / ("before.so", "after.so")[version]
    for struct in sides[version].structs:
        text = listing(library, struct.name)
        assert f"/* size: {struct.size}," in text
        mine = [(m.name, 8 * m.offset + m.bit_offset, m.size) for m in struct.members]
        assert mine == fields(text), struct.name
        assert (f"__aligned__({struct.align})" in text) is (struct.align > 0)
    for enum in sides[version].enums:
        text = listing(library, enum.name)
        numbers = re.findall(r"(\w+)\s+= (\d+),", text)
        assert list(enum.values) == [(name, int(value)) for name, value in numbers]
        assert ("__packed__" in text) is (enum.size == 1)


@pytest.mark.parametrize("version", ["before", "after"])
def test_btf_says_what_dwarf_says(made: Path, version: str) -> None:
    """Of every struct and enum, found in a flat image; alignment alone it does not know."""
    names = {pair.name for pair in TYPES}
    run(["pahole", "-J", f"--btf_encode_detached={made / 'btf'}", str(made / f"{version}.so")])
    types = (made / "btf").read_bytes()
    found = btf.find_layouts(bytes(0x1234) + types + bytes(99), names)
    told = dwarf.read_layouts((made / f"{version}.so").read_bytes(), names)
    assert found
    assert told
    assert {replace(struct, align=0) for struct in told.structs} == set(found.structs)
    assert {enum.name: enum for enum in told.enums} == {enum.name: enum for enum in found.enums}
    assert len(found.structs) + len(found.enums) == len(names)


def test_a_modules_btf_goes_on_where_its_kernels_ends(made: Path) -> None:
    """Its numbers and strings count from there; what the kernel has alone is no part of it."""
    (made / "kernel.c").write_text("#include <stdint.h>\nuint32_t a; uint64_t b; int32_t c;\n")
    flags = ["-g", "-ffreestanding", "-fPIC", "-shared", "-nostdlib"]
    kernel, module = made / "kernel.so", made / "after.so"
    run([*build.find("gcc").compiler, *flags, "-o", str(kernel), str(made / "kernel.c")])
    run(["pahole", "-J", str(kernel)])
    base = btf.find(kernel.read_bytes())
    split = ["--btf_base", str(kernel), f"--btf_encode_detached={made / 'split'}"]
    run(["pahole", "-J", *split, str(module)])
    names = {pair.name for pair in TYPES}
    told = dwarf.read_layouts(module.read_bytes(), names)
    found = btf.find((made / "split").read_bytes(), base)
    assert found
    assert told
    read = btf.layouts(found, names)
    assert {replace(struct, align=0) for struct in told.structs} == set(read.structs)
    assert set(told.enums) == set(read.enums)


@pytest.mark.parametrize("flags", [("-gdwarf-4",), ("-gdwarf-3",), ("-gdwarf-2",), ("-O2",)])
@pytest.mark.parametrize("family", ["gcc", "clang"])
def test_older_dwarf_and_other_compilers_say_the_same(
    made: Path, sides: tuple[Abi, Abi], family: str, flags: tuple[str, ...]
) -> None:
    """Bit fields are counted from another end, strings found by an index."""
    source, library = made / "after.c", made / f"{family}{flags[0]}.so"
    words = ["-ffreestanding", "-fPIC", "-shared", "-nostdlib", "-g", *flags]
    words += ["-fuse-ld=lld"] if family == "clang" else []
    run([*build.find(family).compiler, *words, "-o", str(library), str(source)])
    found = dwarf.read_layouts(library.read_bytes(), {pair.name for pair in TYPES})
    assert found
    assert not found.damage
    mine = {struct.name: replace(struct, align=0) for struct in sides[1].structs}
    assert {struct.name: replace(struct, align=0) for struct in found.structs} == mine
    assert set(found.enums) == set(sides[1].enums)


def test_short_enums_are_seen(made: Path) -> None:
    """By the flag alone, the header being the same."""
    object_ = probing.probe(made / "before.h", "-fshort-enums", toolchain=build.find("gcc"))
    found = dwarf.read_layouts(object_, {"mvp_short"})
    assert found
    assert [enum.size for enum in found.enums] == [1]


def test_sizes_and_verdicts_are_those_of_abidiff(made: Path, changes: tuple[Change, ...]) -> None:
    """Where it tells of a type, so do we, with the same sizes; where it is silent, it is known."""
    told = blocks(made)
    silent = {pair.name for pair in TYPES} - told.keys()
    assert silent == UNSEEN.keys()
    for name, text in told.items():
        mine = {c.aspect: c for c in changes if c.what.split(" ")[-1] == name}
        first = re.search(r"^        type size changed from (\d+) to (\d+)", text, re.MULTILINE)
        assert ("size" in mine) is (first is not None), name
        if first:
            sizes = [int(bits) // 8 for bits in first.groups()]
            words = (mine["size"].before, mine["size"].after)
            assert [int(word.split()[0]) for word in words] == sizes


def blocks(made: Path) -> dict[str, str]:
    """What abidiff says, by type."""
    command = ["abidiff", str(made / "before.so"), str(made / "after.so")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr  # ABIDIFF_ABI_CHANGE
    parts = re.split(r"^  \[C\] 'function void use_(\w+)\(.*$", done.stdout, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_page_says_who_sees_what(made: Path, changes: tuple[Change, ...]) -> None:
    """The table of the docs is what the three tools say today."""
    told = blocks(made)
    rows = []
    for pair in PAIRS:
        mine = "; ".join(said(changes, pair))
        rows.append(f"| {pair.what} | {mine} | {_pahole(made, pair)} | {_abidiff(told, pair)} |")
    page = HEAD + "\n".join([*rows, ""])
    if os.environ.get("MVPSDK_UPDATE") == "1":
        PAGE.write_text(page)
    assert PAGE.read_text() == page


def _pahole(made: Path, pair: abi_pairs.Pair) -> str:
    if not pair.name:
        return "-"
    texts = {listing(made / f"{version}.so", pair.name) for version in ("before", "after")}
    return "yes" if len(texts) > 1 else "no"


def _abidiff(told: dict[str, str], pair: abi_pairs.Pair) -> str:
    if not pair.name:
        return "-"
    return "yes" if pair.name in told else UNSEEN[pair.name]


def test_a_flat_file_is_known_by_its_elf_file(made: Path) -> None:
    """As objcopy writes it; one byte more or less is told by its place."""
    elf, flat = made / "after.so", made / "after.bin"
    run(["aarch64-linux-gnu-objcopy", "-O", "binary", str(elf), str(flat)])
    one = image.open_own(elf, "work/symbols").flat
    other = image.open_own(flat, "work/kernel").flat
    assert one
    assert other
    assert one.size == other.size
    assert first_difference(one, other) is None
    content = bytearray(flat.read_bytes())
    content[len(content) // 2] ^= 1
    flat.write_bytes(bytes(content) + bytes(9999))
    spoiled = image.open_own(flat, "work/kernel").flat
    assert spoiled
    assert first_difference(one, spoiled) == len(content) // 2 // BLOCK * BLOCK
