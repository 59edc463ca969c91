# SPDX-License-Identifier: Apache-2.0
"""What an entry of DWARF says of a type: its members, values and name (DWARF 5, section 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mvpsdk.image.layouts import Member

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["is_complete", "members", "name_of", "number", "values"]

_DEEPEST = 24  # typedefs and qualifiers, one behind the other
_NESTED = 4  # nameless structs, one inside the other
_PLUS_UCONST = 0x23  # DW_OP_plus_uconst, by which DWARF 2 tells a place
_THROUGH = {
    "DW_TAG_typedef",
    "DW_TAG_const_type",
    "DW_TAG_volatile_type",
    "DW_TAG_atomic_type",
    "DW_TAG_restrict_type",
}
_RECORDS = {"DW_TAG_structure_type", "DW_TAG_union_type"}
_BOOL, _FLOAT, _SIGNED, _SIGNED_CHAR = 2, 4, 5, 6  # DW_ATE_*


def name_of(die: Any) -> str:  # noqa: ANN401 - pyelftools has no types
    """Return an entry's name; empty if it has none."""
    found = die.attributes.get("DW_AT_name")
    return found.value.decode("utf-8", "replace") if found else ""


def number(die: Any, attribute: str) -> int:  # noqa: ANN401 - pyelftools has no types
    """Return a number that an entry carries; 0 if it carries none."""
    found = die.attributes.get(attribute)
    if found is None:
        return 0
    if isinstance(found.value, int):
        return found.value
    words = list(found.value)  # an expression
    if not words or words[0] != _PLUS_UCONST:
        return 0
    return sum((byte & 0x7F) << 7 * index for index, byte in enumerate(words[1:]))


def is_complete(die: Any) -> bool:  # noqa: ANN401 - pyelftools has no types
    """Tell a definition from a mere declaration."""
    return "DW_AT_declaration" not in die.attributes


def members(die: Any, depth: int = 0) -> Iterator[Member]:  # noqa: ANN401 - pyelftools
    """Yield a struct's members; those of a nameless one inside stand in its stead."""
    for child in die.iter_children():
        if child.tag != "DW_TAG_member":
            continue
        offset, bit, bits = _place(child)
        name, type_ = name_of(child), _through(_type_of(child))
        if not name and type_ is not None and type_.tag in _RECORDS and depth < _NESTED:
            for member in members(type_, depth + 1):
                yield replace(member, offset=offset + member.offset)
            continue
        word, size = _describe(_type_of(child))
        yield Member(
            name=name, offset=offset, size=size, type=word, bit_offset=bit if bits else 0, bits=bits
        )


def values(die: Any) -> Iterator[tuple[str, int]]:  # noqa: ANN401 - pyelftools has no types
    """Yield an enum's values in the order of its declaration."""
    for child in die.iter_children():
        if child.tag == "DW_TAG_enumerator":
            yield name_of(child), number(child, "DW_AT_const_value")


def _place(die: Any) -> tuple[int, int, int]:  # noqa: ANN401 - pyelftools has no types
    """Byte and bit at which a member begins, and its bits if it is a bit field.

    Before DWARF 4 the bits are counted from the upper end of a storage unit.
    """
    start = 8 * number(die, "DW_AT_data_member_location")
    bits = number(die, "DW_AT_bit_size")
    if "DW_AT_data_bit_offset" in die.attributes:
        start += number(die, "DW_AT_data_bit_offset")
    elif "DW_AT_bit_offset" in die.attributes:
        unit = number(die, "DW_AT_byte_size") or _describe(_type_of(die))[1]
        start += 8 * unit - number(die, "DW_AT_bit_offset") - bits
    return start // 8, start % 8, bits


def _type_of(die: Any) -> Any:  # noqa: ANN401 - pyelftools has no types
    return die.get_DIE_from_attribute("DW_AT_type") if "DW_AT_type" in die.attributes else None


def _through(die: Any) -> Any:  # noqa: ANN401 - pyelftools has no types
    """The type behind typedefs and qualifiers."""
    for _ in range(_DEEPEST):
        if die is None or die.tag not in _THROUGH:
            return die
        die = _type_of(die)
    return None


def _describe(die: Any, depth: int = 0) -> tuple[str, int]:  # noqa: ANN401 - pyelftools
    """What a type is called, typedefs and qualifiers apart, and its size in bytes."""
    alias = ""
    while die is not None and die.tag in _THROUGH and depth < _DEEPEST:
        alias = name_of(die) or alias
        die, depth = _type_of(die), depth + 1
    if die is None or depth >= _DEEPEST:
        return "?", 0
    size = number(die, "DW_AT_byte_size")
    if die.tag == "DW_TAG_base_type":
        return _integer(die, size), size
    if die.tag in _RECORDS or die.tag == "DW_TAG_enumeration_type":
        word = "struct" if die.tag in _RECORDS else "enum"
        return f"{word} {name_of(die) or alias}".rstrip(), size
    if die.tag == "DW_TAG_pointer_type":
        return "pointer", size or die.cu.header["address_size"]
    return _array(die, depth) if die.tag == "DW_TAG_array_type" else ("?", size)


def _integer(die: Any, size: int) -> str:  # noqa: ANN401 - pyelftools has no types
    encoding = number(die, "DW_AT_encoding")
    if name_of(die) == "char" or encoding in (_BOOL, _FLOAT):
        return {_BOOL: "bool", _FLOAT: f"float{8 * size}"}.get(encoding, "char")
    return f"{'' if encoding in (_SIGNED, _SIGNED_CHAR) else 'u'}int{8 * size}_t"


def _array(die: Any, depth: int) -> tuple[str, int]:  # noqa: ANN401 - pyelftools has no types
    word, size = _describe(_type_of(die), depth + 1)
    counts = [_count(child) for child in die.iter_children() if child.tag == "DW_TAG_subrange_type"]
    head, bracket, rest = word.partition("[")
    for count in counts:
        size *= count
    return f"{head}{''.join(f'[{count}]' for count in counts)}{bracket}{rest}", size


def _count(die: Any) -> int:  # noqa: ANN401 - pyelftools has no types
    if "DW_AT_count" in die.attributes:
        return number(die, "DW_AT_count")
    return number(die, "DW_AT_upper_bound") + 1 if "DW_AT_upper_bound" in die.attributes else 0
