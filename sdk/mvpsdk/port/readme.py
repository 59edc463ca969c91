# SPDX-License-Identifier: Apache-2.0
"""The README of a new board: where its facts came from, what is missing, what comes next."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mvpsdk.port.facts import gaps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mvpsdk.tree import Survey

__all__ = ["readme_text"]

ORDER = ("certain", "likely", "guess")


def readme_text(survey: Survey, name: str) -> str:
    """Return the README.md of a survey's board. The same survey gives the same text."""
    lines = [
        *_head(survey, name),
        *_blocks(survey),
        *_missing(survey),
        *_remarks(survey),
        *_facts(survey),
        *_next(survey, name),
    ]
    return "\n".join(lines) + "\n"


def _head(survey: Survey, name: str) -> Iterator[str]:
    yield f"# {name}"
    yield ""
    yield "**Not run on hardware.** `mvpsdk new-board` made this board; nobody has booted it yet."
    yield "Whoever does: write here on which device, with which firmware, and what was seen."
    yield ""
    if survey.digest:
        kind = "a running device's tree" if survey.live else "the vendor's device tree"
        yield f"Its facts are from {kind} `{survey.path.name}` (SHA-256 of the flattened tree:"
        yield f"`{survey.digest}`)."
    else:
        yield "Its facts were given by a person."
    yield f"The root node is compatible with `{'`, `'.join(map(_cell, survey.compatibles))}`."
    if survey.model:
        yield f"It calls itself {_cell(survey.model)}."
    yield ""


def _blocks(survey: Survey) -> Iterator[str]:
    found = survey.blocks
    if not found:
        return
    yield "## Why the hypervisor can't run on it"
    yield ""
    for fault in found:
        node = f" (`{_cell(fault.place.node)}`)" if fault.place and fault.place.node else ""
        yield f"* {fault.rule} {_cell(fault.message)}{node}. {_cell(fault.hint)}".rstrip()
    yield ""


def _missing(survey: Survey) -> Iterator[str]:
    yield "## What is missing"
    yield ""
    if not survey.todos:
        yield "Nothing: every fact that the hypervisor needs is known."
    for keys, missing, note in gaps(survey):
        rule = f" ({missing.rule})" if missing.rule else ""
        said = f" The tree's reader says: {_cell(note)}." if note else ""
        yield f"* `{'`, `'.join(keys)}`{rule}: {missing.what}.{said} To find it out: {missing.how}."
    yield ""


def _remarks(survey: Survey) -> Iterator[str]:
    if not survey.remarks:
        return
    yield "## What the tree's reader remarked"
    yield ""
    for remark in survey.remarks:
        node = f" (`{_cell(remark.place.node)}`)" if remark.place and remark.place.node else ""
        yield f"* {remark.rule} `{remark.kind}`: {_cell(remark.message)}{node}."
    yield ""


def _facts(survey: Survey) -> Iterator[str]:
    yield "## Where each fact came from"
    yield ""
    yield "| fact | node | how sure | why |"
    yield "|---|---|---|---|"
    for head, keys in _groups(survey):
        facts = [survey.facts[key] for key in keys]
        least = max((fact.confidence for fact in facts), key=ORDER.index)
        nodes = sorted({fact.node for fact in facts if fact.node})
        notes = dict.fromkeys(fact.note for fact in facts if fact.note)
        where = ", ".join(f"`{_cell(node)}`" for node in nodes) or "none"
        yield f"| `{head}` | {where} | {least} | {_cell('; '.join(notes))} |"
    yield ""


def _groups(survey: Survey) -> Iterator[tuple[str, list[str]]]:
    """Put the facts of one member of a list together; every other fact stands alone."""
    groups: dict[str, list[str]] = {}
    for key, value in survey.flat():
        if value == "TODO":
            continue
        found = re.match(r"(.*\])\.", key)
        groups.setdefault(found[1] if found else key, []).append(key)
    yield from groups.items()


def _next(survey: Survey, name: str) -> Iterator[str]:
    yield "## Next"
    yield ""
    yield "```sh"
    yield f"mvpsdk boards show {name}"
    if survey.todos:
        yield f"mvpsdk lint boards/{name}  # names each TODO, with the way to find it out"
    else:
        yield f"mvpsdk new-handset phone --board {name}"
        yield from (f"mvpsdk {verb} phone" for verb in ("lock", "fetch", "lint"))
    yield "```"
    if "virtual" in survey.values:
        yield ""
        yield "QEMU builds this board: `mvpsdk run` boots a bundle for it."


def _cell(text: str) -> str:
    """Return a text that a table's cell can hold."""
    kept = "".join(letter if letter.isprintable() else "?" for letter in text)
    return kept.replace("|", "\\|").replace("`", "'")
