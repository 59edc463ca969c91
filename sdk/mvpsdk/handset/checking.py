# SPDX-License-Identifier: Apache-2.0
"""What contradicts itself in a handset, and what this version can't do yet."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from mvpsdk.document.places import nearest
from mvpsdk.errors import Fault
from mvpsdk.units import MIB, describe_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mvpsdk.errors import Place
    from mvpsdk.handset.schema import HandsetFile

__all__ = ["faults_of"]

TAKEN = ("realtime", "mvp", "hypervisor", "pack")
"""Names that the realtime partition, the console and the memory map use themselves."""

BANK = 64 * MIB
"""Bytes of a bank of flash (MVP_FLASH_SIZE)."""

_Finding = tuple[str, str, str]
"""Key, message, hint."""


def faults_of(content: HandsetFile, places: Mapping[str, Place]) -> list[Fault]:
    """Return everything that can't be, or can't be yet."""
    found = [*_contradictions(content), *_not_yet(content)]
    return [
        Fault(message=f"{key}: {message}", hint=hint, place=nearest(places, key) or places.get(""))
        for key, message, hint in found
    ]


def _contradictions(content: HandsetFile) -> Iterator[_Finding]:
    if not content.persona and not content.realtime:
        yield "handset", "there is nothing to run", "add [realtime], or at least one [[persona]]"
    boards = content.handset.boards
    for number, board in enumerate(boards):
        if board in boards[:number]:
            yield f"handset.boards[{number}]", f'"{board}" is listed twice', "once is enough"
    devices = content.realtime.devices if content.realtime else []
    for number, device in enumerate(devices):
        if device in devices[:number]:
            yield f"realtime.devices[{number}]", f'"{device}" is listed twice', "once is enough"
    for board in content.on:
        if board not in boards:
            hint = _guess(board, boards) or "add it to handset.boards, or remove the table"
            yield f"on.{board}", f'"{board}" is none of handset.boards', hint
    yield from _persona_names(content)
    yield from _flash(content)


def _persona_names(content: HandsetFile) -> Iterator[_Finding]:
    names = [persona.name for persona in content.persona]
    for number, name in enumerate(names):
        key = f"persona[{number}].name"
        if name in TAKEN:
            yield key, f'"{name}" is a name that mvpsdk itself uses', "choose another name"
        if name in names[:number]:
            yield key, f'two personas are called "{name}"', "give one of them another name"
    default = content.boot.default
    if default is not None and default not in names:
        hint = _guess(default, names) or f"there are: {', '.join(names) or 'none'}"
        yield "boot.default", f'there is no persona "{default}"', hint


def _guess(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f'did you mean "{close[0]}"?' if close else ""


def _not_yet(content: HandsetFile) -> Iterator[_Finding]:
    """Refuse what later versions do: what is written must never be ignored on the quiet."""
    later = "this version of mvpsdk can't do that yet"
    if content.realtime and content.realtime.map == "virtual":
        yield "realtime.map", f'"virtual": {later}', 'now: "direct"'
    if content.boot.mode == "concurrent":
        yield "boot.mode", f'"concurrent": {later}', 'now: "exclusive"'
    if content.boot.schedule:
        yield "boot.schedule", later, "now: boot.default and boot.menu-timeout"
    if content.channel:
        yield "channel", later, "now: partitions share nothing; remove the table"


def _flash(content: HandsetFile) -> Iterator[_Finding]:
    for number, persona in enumerate(content.persona):
        size = persona.vars_size
        if size > BANK:
            message = f"{describe_size(size)} is more than a bank of flash has"
            yield f"persona[{number}].vars-size", message, f"at most {describe_size(BANK)}"
