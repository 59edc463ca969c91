# SPDX-License-Identifier: Apache-2.0
"""What `mvpsdk new-board` takes, asks and tells."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mvpsdk.errors import InputError
from mvpsdk_cli import render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mvpsdk.board import Gap
    from mvpsdk.errors import Fault
    from mvpsdk.tree import Survey

__all__ = ["Request", "asked", "document", "surveyed", "text"]

MUTE = "none"
"""As a console: the board has none."""

SHOWN = 12
"""Remarks, and blocks, in the summary for people; the README and the JSON have all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What the user said of a new board."""

    trees: Mapping[str, Path | None] = field(default_factory=dict)  # by their options
    compatible: str = ""
    console: str = ""
    memory: tuple[str, ...] = ()
    el2: str = ""
    facts: tuple[str, ...] = ()


# ---- taking ----


def surveyed(request: Request, target: Path) -> Survey:
    """What the tree says, with what the user knows better.

    Raises InputError if the tree or a fact is wrong, or if there is neither tree nor compatible.
    """
    from mvpsdk import port

    survey = _survey(request, target)
    if request.memory:
        banks = [port.parse_bank(bank) for bank in request.memory]
        survey = survey.given({"memory": banks}, "given by --memory")
    if request.el2:
        survey = survey.given({"board.el2": request.el2}, "given by --el2")
    if request.console == MUTE:
        survey = survey.given({"console": None})
    for fact in request.facts:
        key, value = port.parse_fact(fact)
        survey = survey.given({key: value}, "given by --set")
    survey = port.with_frames(survey)
    survey.draft(target.parent.name)  # raises what is wrong with what was given
    return survey


def _survey(request: Request, target: Path) -> Survey:
    from mvpsdk import tree

    given = {option: path for option, path in request.trees.items() if path is not None}
    if len(given) > 1:
        raise InputError(
            f"{' and '.join(given)} name two trees", hint="a board is made of one device tree"
        )
    if not given:
        return _without_tree(request, target)
    if request.compatible:
        raise InputError(
            "--compatible is for a board without a device tree", hint="leave it out: the tree says"
        )
    option, path = next(iter(given.items()))
    console = "" if request.console == MUTE else request.console
    if option == "--from-dts":
        return tree.open_source(path, console=console)
    return tree.open(path, live=option == "--from-live-fdt", console=console)


def _without_tree(request: Request, target: Path) -> Survey:
    from mvpsdk import tree

    if request.console not in ("", MUTE):
        raise InputError(
            "--console names a node, and there is no device tree",
            hint="without one, say --set console.driver=… console.base=… and console.irq=…",
        )
    compatible = request.compatible
    if not compatible and render.interactive():
        compatible = render.ask("compatible of the device tree's root node, such as acme,one")
    if not compatible:
        raise InputError(
            "there is nothing to make the board of",
            hint="name a device tree with --from-dtb, --from-dts or --from-live-fdt; or give"
            " --compatible, and what is known by --set KEY=VALUE",
        )
    return tree.blank(compatible, target)


# ---- asking ----


def asked(survey: Survey) -> Survey:
    """Asks for each fact that is missing; an empty answer leaves it to do."""
    from mvpsdk import port

    done: set[str] = set()
    while left := [entry for entry in port.questions(survey) if entry[0] not in done]:
        key, missing = left[0]
        done.add(key)
        survey = port.with_frames(_answered(survey, key, missing))
    return survey


def _answered(survey: Survey, key: str, missing: Gap) -> Survey:
    from mvpsdk import port

    render.note(f"{key}: {missing.what}\n  {missing.how}")
    while answer := render.ask(f"{key} (empty: leave it to do)"):
        try:
            told = survey.given({key: port.parse_value(answer)}, "given when asked")
            told.draft("board")
        except InputError as wrong:
            render.note(f"  {wrong.message}")
        else:
            return told
    return survey


# ---- telling ----


def text(survey: Survey, name: str, written: Path | None) -> Iterator[str]:
    """The summary for people."""
    yield from render.table([["fact", "value", "how sure", "from"], *_rows(survey)])
    yield ""
    counts = _counts(survey)
    yield ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    yield from _todos(survey)
    yield from _remarks(survey)
    yield from _blocks(survey.blocks)
    yield ""
    if written is None:
        yield f"{name} is blocked: nothing was written (--force writes it all the same)"
    else:
        yield f"wrote {render.path(written)}: board.toml, README.md"


def _counts(survey: Survey) -> dict[str, int]:
    known = [survey.facts[key] for key, value in survey.flat() if value != "TODO"]
    counts = {
        sure: sum(fact.confidence == sure for fact in known)
        for sure in ("certain", "likely", "guess")
    }
    return {**counts, "to do": len(survey.todos), "remarks": len(survey.remarks)}


def _rows(survey: Survey) -> Iterator[list[str]]:
    """One row for each fact; of devices, reserved regions and IOMMUs only how many there are."""
    for key, value in survey.flat():
        table = key.partition("[")[0]
        if table in ("device", "reserved", "iommu"):
            continue
        fact = survey.facts[key]
        shown = hex(value) if isinstance(value, int) and value > 1 << 16 else str(value)
        sure = "to do" if value == "TODO" else fact.confidence
        yield [key, shown, sure, fact.node or fact.note]
    for table in ("reserved", "iommu", "device"):
        members = survey.values.get(table, [])
        if members:
            yield [table, f"{len(members)} of them", "", "see board.toml"]


def _todos(survey: Survey) -> Iterator[str]:
    from mvpsdk import port

    if survey.todos:
        yield ""
        yield render.style("to do", "bold")
    for keys, missing, note in port.gaps(survey):
        yield f"  {', '.join(keys)}: {missing.what}"
        yield from (f"    {line}" for line in (note, missing.how) if line)


def _remarks(survey: Survey) -> Iterator[str]:
    """What the tree's reader remarked, but for what blocks; the README has all."""
    blocks = {block.message for block in survey.blocks}
    found = [remark for remark in survey.remarks if remark.message not in blocks]
    if found:
        yield ""
        yield render.style("remarks", "bold")
    for remark in found[:SHOWN]:
        yield f"  {remark.rule} {remark.message}"
    if len(found) > SHOWN:
        yield f"  and {len(found) - SHOWN} more"


def _blocks(blocks: tuple[Fault, ...]) -> Iterator[str]:
    if blocks:
        yield ""
        yield render.style("blocked", "bold", "red")
    for fault in blocks[:SHOWN]:
        rule = f"{fault.rule} " if fault.rule else ""
        yield f"  {rule}{fault.message}"
        if fault.place:
            yield f"    at: {fault.place}"
        if fault.hint:
            yield f"    next: {fault.hint}"
    if len(blocks) > SHOWN:
        yield f"  and {len(blocks) - SHOWN} more"


def document(survey: Survey, name: str, written: Path | None) -> dict[str, Any]:
    """The summary for programs."""
    return {
        "name": name,
        "path": str(written) if written else None,
        "compatible": survey.compatible,
        "model": survey.model,
        "live": survey.live,
        "facts": [_fact(survey, key, value) for key, value in survey.flat()],
        "todos": [_todo(key, survey) for key in survey.todos],
        "blocks": [
            {
                "message": fault.message,
                "place": str(fault.place) if fault.place else None,
                "hint": fault.hint or None,
                "rule": fault.rule or None,
            }
            for fault in survey.blocks
        ],
        "remarks": [
            {
                "rule": remark.rule,
                "kind": remark.kind,
                "key": remark.key,
                "message": remark.message,
                "place": str(remark.place) if remark.place else None,
                "hint": remark.hint or None,
            }
            for remark in survey.remarks
        ],
    }


def _fact(survey: Survey, key: str, value: object) -> dict[str, Any]:
    fact = survey.facts[key]
    return {
        "key": key,
        "value": value,
        "node": fact.node or None,
        "confidence": fact.confidence,
        "note": fact.note or None,
    }


def _todo(key: str, survey: Survey) -> dict[str, Any]:
    from mvpsdk.board import gap

    missing = gap(key)
    return {
        "key": key,
        "what": missing.what,
        "how": missing.how,
        "rule": missing.rule or None,
        "node": survey.facts[key].node or None,
    }
