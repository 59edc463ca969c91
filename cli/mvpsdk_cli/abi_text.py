# SPDX-License-Identifier: Apache-2.0
"""The guest ABI as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mvpsdk.abi import Change, Side
    from mvpsdk.image.model import AbiNote

_ROLES = {
    "header": "a header",
    "hypervisor": "a hypervisor: what it offers",
    "guest": "an image: what it needs",
    "silent": "an image without an ABI note",
}
_COLORS = {"broke": "red", "added": "green", "reworded": "yellow"}


def text(side: Side) -> Iterator[str]:
    """One side, for people."""
    yield f"{side.name}: {_ROLES[side.kind]}"
    rows = [["ABI", side.version or "not said"], *_note(side.note)]
    rows.append(["layouts", side.source or "not known"])
    yield from _indented(rows)
    if side.abi:
        for call in side.abi.calls:
            yield f"  {call.id:#x}  {call.name}, since {call.since}"
            if call.arguments:
                yield f"              {call.arguments}"
        yield from _indented([[f"{bit:#x}", name] for name, bit in side.abi.features])
        yield from _indented([[str(value), name] for name, value in side.abi.constants])
    for struct in side.structs:
        yield f"  struct {struct.name}, {struct.size} bytes"
        yield from _indented([_member(member) for member in struct.members], "    ")
    for enum in side.enums:
        yield f"  enum {enum.name}, {enum.size} bytes"
        yield from _indented([[str(value), name] for name, value in enum.values], "    ")


def _note(note: AbiNote | None) -> list[list[str]]:
    from mvpsdk.abi import naming

    if note is None:
        return []
    calls = [naming.call_name(bit.bit_length() - 1) for bit in naming.bits_of(note.calls)]
    return [
        ["features", ", ".join(naming.feature_names(note.features)) or "none"],
        ["calls", ", ".join(calls) or "none"],
        ["vGIC", " or ".join(naming.vgic_names(note.vgic_versions)) or "any"],
        ["PSCI by", " or ".join(naming.conduit_names(note.psci_conduits)) or "any"],
        ["digest", note.layouts],
    ]


def _member(member: Any) -> list[str]:  # noqa: ANN401 - a Member of the core's facade
    bits = f":{member.bits} at bit {member.bit_offset}" if member.bits else ""
    return [str(member.offset), str(member.size), f"{member.name}{bits}", member.type]


def _indented(rows: list[list[str]], space: str = "  ") -> Iterator[str]:
    yield from (f"{space}{line}" for line in (render.table(rows) if rows else ()))


def changes(before: Side, after: Side, found: Sequence[Change]) -> Iterator[str]:
    """What differs between two sides, for people."""
    for change in found:
        yield f"{render.style(f'{change.kind:8}', _COLORS[change.kind])}  {change.text}"
    count = {kind: sum(change.kind == kind for change in found) for kind in _COLORS}
    told = ", ".join(f"{number} {kind}" for kind, number in count.items())
    yield f"{before.name} -> {after.name}: {told if found else 'no difference'}"


def verdicts(offer: Side, rows: Sequence[tuple[Side, str, Sequence[Change]]]) -> Iterator[str]:
    """Which images run, for people."""
    colors = {"runs": "green", "does not run": "red", "can't tell": "yellow"}
    for image, verdict, found in rows:
        why = "" if image.note else ": it carries no ABI note"
        yield f"{render.style(f'{verdict:12}', colors[verdict])}  {image.name}{why}"
        for change in found:
            if change.kind == "broke":
                yield f"{'':12}    {change.text}"
    count = {verdict: sum(row[1] == verdict for row in rows) for verdict in colors}
    yield f"{offer.name}: {', '.join(f'{number} {verdict}' for verdict, number in count.items())}"


def document(side: Side) -> dict[str, Any]:
    """One side, as JSON."""
    from mvpsdk.abi import naming

    note = side.note
    return {
        "name": side.name,
        "kind": side.kind,
        "version": side.version or None,
        "features": list(naming.feature_names(note.features)) if note else [],
        "calls": _calls(side),
        "digest": note.layouts if note else None,
        "layouts": side.source or None,
        "structs": [_struct(each) for each in side.structs],
        "enums": [
            {"name": each.name, "size": each.size, "values": _values(each.values)}
            for each in side.enums
        ],
    }


def _calls(side: Side) -> list[int]:
    from mvpsdk.abi import naming

    if side.note:
        bits = naming.bits_of(side.note.calls)
        return [naming.call_id(bit.bit_length() - 1) for bit in bits]
    return [call.id for call in side.abi.calls] if side.abi else []


def _struct(struct: Any) -> dict[str, Any]:  # noqa: ANN401 - a Struct of the core's facade
    names = ("name", "offset", "size", "type", "bit_offset", "bits")
    members = [{name: getattr(each, name) for name in names} for each in struct.members]
    return {"name": struct.name, "size": struct.size, "members": members}


def _values(values: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in values]


def change(found: Change) -> dict[str, Any]:
    """One change, as JSON."""
    return {
        "kind": found.kind,
        "what": found.what,
        "aspect": found.aspect,
        "before": found.before or None,
        "after": found.after or None,
    }
