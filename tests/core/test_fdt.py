# SPDX-License-Identifier: Apache-2.0
"""The device tree reader: what trees say, and that no damage makes it read elsewhere."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvpsdk.core import facade as core
from mvpsdk.core._library import ffi, lib
from mvpsdk.errors import InputError

BEGIN, END_NODE, PROP, NOP, END = 1, 2, 3, 4, 9
HEADER = 40


def words(*values: int) -> bytes:
    """Big-endian 32-bit numbers."""
    return struct.pack(f">{len(values)}I", *values)


def padded(data: bytes) -> bytes:
    """To a multiple of 4."""
    return data + bytes(-len(data) % 4)


class Writer:
    """Writes trees token by token, sound or not."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.structure = b""
        self.strings = b""

    def begin(self, name: str = "") -> Writer:
        """Open a node."""
        self.structure += words(BEGIN) + padded(name.encode() + b"\0")
        return self

    def prop(self, name: str, value: bytes) -> Writer:
        """Add a property."""
        self.structure += words(PROP, len(value), len(self.strings)) + padded(value)
        self.strings += name.encode() + b"\0"
        return self

    def token(self, *values: int) -> Writer:
        """Add anything."""
        self.structure += words(*values)
        return self

    def end(self) -> Writer:
        """Close a node."""
        return self.token(END_NODE)

    def tree(self) -> bytes:
        """Return the file, with an empty memory reservation block."""
        at = HEADER + 16
        strings = at + len(self.structure)
        total = strings + len(self.strings)
        lengths = (len(self.strings), len(self.structure))
        return (
            words(0xD00DFEED, total, at, strings, HEADER, 17, 16, 0, *lengths)
            + bytes(16)
            + self.structure
            + self.strings
        )


@pytest.fixture(scope="module")
def tree() -> bytes:
    """A small tree with what boot loaders write."""
    return (
        Writer()
        .begin()
        .prop("compatible", b"vendor,board\0vendor,soc\0")
        .token(NOP)
        .begin("chosen")
        .prop("linux,initrd-start", words(0, 0x48000000))
        .prop("bootargs", b"console=ttyAMA0\0")
        .end()
        .begin("cpus")
        .begin("cpu@0")
        .prop("reg", words(0))
        .end()
        .begin("cpu@1")
        .prop("reg", words(1))
        .end()
        .end()
        .begin("chosen-not")
        .prop("bootargs", b"other\0")
        .end()
        .end()
        .token(END)
        .tree()
    )


def lookup(tree: bytes, path: str, name: str) -> bytes | None:
    """Ask the core for a property."""
    fdt, value, size = ffi.new("struct fdt *"), ffi.new("uint8_t **"), ffi.new("uint32_t *")
    data = ffi.from_buffer("uint8_t[]", tree)
    assert lib.fdt_open(fdt, data, len(tree))
    if not lib.fdt_property(fdt, lib.fdt_node(fdt, path.encode()), name.encode(), value, size):
        return None
    return bytes(ffi.buffer(value[0], size[0]))


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/", "compatible", b"vendor,board\0vendor,soc\0"),
        ("/chosen", "bootargs", b"console=ttyAMA0\0"),
        ("/chosen", "linux,initrd-start", words(0, 0x48000000)),
        ("/chosen", "boot", None),
        ("/chosen", "bootargs2", None),
        ("/chosen-not", "bootargs", b"other\0"),
        ("/chose", "bootargs", None),
        ("/cpus/cpu@1", "reg", words(1)),
        ("/cpus/cpu", "reg", words(0)),
        ("/cpus", "reg", None),
        ("/cpus/cpu@2", "reg", None),
        ("/cpus/cpu@0/more", "reg", None),
        ("/", "bootargs", None),
        ("/missing", "reg", None),
    ],
)
def test_properties_are_found_by_path(
    tree: bytes, path: str, name: str, value: bytes | None
) -> None:
    """Whole names; a unit address may be left out, and then the first node of the name is meant."""
    assert value == lookup(tree, path, name)


def test_the_whole_tree_is_read(tree: bytes) -> None:
    """Names, paths, properties and order are kept."""
    root = core.fdt_read(tree)

    assert [node.path for node in root.walk()] == [
        "/",
        "/chosen",
        "/cpus",
        "/cpus/cpu@0",
        "/cpus/cpu@1",
        "/chosen-not",
    ]
    assert root.texts("compatible") == ("vendor,board", "vendor,soc")
    assert root.text("compatible") == "vendor,board"
    assert root.text("model", "unknown") == "unknown"


def test_a_node_is_got_by_its_path(tree: bytes) -> None:
    """From the root or from any node."""
    root = core.fdt_read(tree)
    cpu = root.get("/cpus/cpu@1")

    assert cpu is not None
    assert cpu.cells("reg") == (1,)
    assert root.get("/cpus/cpu@7") is None
    assert root.get("/") is root
    assert root.cells("missing") == ()


def test_a_property_of_odd_length_has_no_cells() -> None:
    """Half a number is none."""
    data = Writer().begin().prop("odd", b"\0\0\0\1\0").end().token(END).tree()

    assert core.fdt_read(data).cells("odd") == ()


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (words(7), 7),
        (words(1, 2), 0x100000002),
        (b"", None),
        (b"\0", None),
        (words(1, 2, 3), None),
    ],
)
def test_numbers_have_32_or_64_bits(value: bytes, number: int | None) -> None:
    """As boot loaders write linux,initrd-start."""
    found = ffi.new("uint64_t *")
    good = lib.fdt_number(ffi.from_buffer("uint8_t[]", value), len(value), found)

    assert number == (int(found[0]) if good else None)


def _patched(tree: bytes, offset: int, value: int) -> bytes:
    return tree[:offset] + words(value) + tree[offset + 4 :]


@pytest.mark.parametrize(
    ("offset", "value"),
    [
        (0, 0xD00DFEEE),  # magic
        (4, 0x7FFFFFFF),  # total size
        (4, 0xFFFFFFFF),
        (8, 0x39),  # structure block: misaligned, outside, too long
        (8, 0xFFFFFFFC),
        (36, 0xFFFFFFFF),
        (36, 0x7FFFFFFF),
        (12, 0xFFFFFFFF),  # strings block
        (32, 0xFFFFFFFF),
        (20, 3),  # version
        (24, 18),  # compatible with what is newer than this reader
    ],
)
def test_a_header_that_lies_is_refused(tree: bytes, offset: int, value: int) -> None:
    """Blocks are inside the tree, and the tree inside what is there."""
    with pytest.raises(InputError, match="no flattened device tree"):
        core.fdt_read(_patched(tree, offset, value))


@pytest.mark.parametrize("size", [0, 3, 39, 100])
def test_a_tree_cut_short_is_refused(tree: bytes, size: int) -> None:
    """The header's total counts."""
    with pytest.raises(InputError, match="cut short"):
        core.fdt_read(tree[:size])


DAMAGED = {
    "unknown token": Writer().begin().token(7),
    "no end token": Writer().begin().end(),
    "name without end": Writer().begin().token(BEGIN, 0x61616161),
    "property header cut": Writer().begin().token(PROP, 4),
    "property longer than the block": Writer().begin().prop("a", b"1234").token(PROP, 99, 0),
    "property length wraps": Writer().begin().prop("a", b"").token(PROP, 0xFFFFFFFF, 0),
    "name outside the strings": Writer().begin().prop("a", b"").token(PROP, 0, 999),
    "only nops": Writer().token(NOP, NOP, NOP),
}


@pytest.mark.parametrize("writer", DAMAGED.values(), ids=DAMAGED.keys())
def test_damage_in_the_structure_is_said(writer: Writer) -> None:
    """Where it is, in bytes of the file; and a look-up finds nothing there."""
    with pytest.raises(InputError, match=r"damaged at byte 0x[0-9a-f]+"):
        core.fdt_read(writer.tree())
    assert lookup(writer.tree(), "/wanted", "reg") is None


def test_a_property_name_without_end_is_damage() -> None:
    """The strings block's end is no NUL."""
    writer = Writer().begin().prop("name", b"1234").end().token(END)
    writer.strings = writer.strings[:-1]

    with pytest.raises(InputError, match="cut short"):
        core.fdt_read(writer.tree())


@pytest.mark.parametrize(
    "writer",
    [
        Writer().token(END),
        Writer().begin().end().begin().end().token(END),
        Writer().begin().token(END),
        Writer().end().begin().end().end().token(END),
    ],
)
def test_there_is_exactly_one_root(writer: Writer) -> None:
    """None, two, one that does not end: no tree."""
    if writer.structure.startswith(words(END_NODE)):
        assert core.fdt_read(writer.tree()).path == "/"
        return
    with pytest.raises(InputError, match="no single root"):
        core.fdt_read(writer.tree())


def _nested(depth: int) -> bytes:
    writer = Writer()
    for level in range(depth):
        writer.begin(f"n{level}" if level else "")
    writer.prop("deep", b"1")
    for _ in range(depth):
        writer.end()
    return writer.token(END).tree()


def test_nodes_nest_so_deep_and_no_deeper() -> None:
    """The search is bounded, whatever a tree says."""
    path = "/" + "/".join(f"n{level}" for level in range(1, lib.FDT_DEPTH))

    assert lookup(_nested(lib.FDT_DEPTH), path, "deep") == b"1"
    assert lookup(_nested(lib.FDT_DEPTH + 1), f"{path}/n{lib.FDT_DEPTH}", "deep") is None


def test_a_property_outside_every_node_is_not_found() -> None:
    """Before the root there is nothing to have one."""
    data = Writer().prop("reg", b"1").begin().end().token(END).tree()

    assert lookup(data, "/", "reg") is None


def _read_all(data: bytes) -> Any:
    try:
        return core.fdt_read(data)
    except InputError:
        return None


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_damaged_trees_are_read_within_their_bounds(tree: bytes, data: Any) -> None:
    """Whatever is changed: an answer or an error (and under the sanitizers, no read outside)."""
    changed = bytearray(tree)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(4, len(tree) - 1))] = data.draw(st.integers(0, 255))
    _read_all(bytes(changed))
    fdt = ffi.new("struct fdt *")
    buffer = ffi.new("uint8_t[]", bytes(changed))
    if lib.fdt_open(fdt, buffer, len(changed)):
        value, size = ffi.new("uint8_t **"), ffi.new("uint32_t *")
        if lib.fdt_property(fdt, lib.fdt_node(fdt, b"/cpus/cpu@1"), b"reg", value, size):
            inside = int(ffi.cast("uintptr_t", value[0])) - int(ffi.cast("uintptr_t", buffer))
            assert 0 <= inside <= inside + size[0] <= len(changed)
